//! A User's own service beside what was reported: by business process, SRV and region.

use crate::{
    answer::{Answer, Measured, Table, count},
    context::Context,
    error::{AppError, Result},
    evidence::{self, with_sources},
    names,
};
use northbound_measures::views::{diff::figure_words, process::ProcessLine};
use northbound_packs::{
    Formats,
    mine::{RefusedMessages, report_mine},
    store::write_mine,
};
use northbound_registers::{Query, Store, Visibility, records::participants::parties::User};
use northbound_types::{Eui64, Period};
use serde_json::json;
use std::{collections::BTreeSet, path::PathBuf};

/// The column of what was in time.
const SHARE: &str = "in time, of those due";
/// Decimals of a share in print.
const DECIMALS: u32 = 2;

/// Whose service to report.
#[derive(Debug, Clone)]
pub struct OwnServiceRequest {
    /// The User.
    pub user: Eui64,
    /// The period.
    pub period: Period,
    /// Methodology of what was reported; the published one where it is absent.
    pub methodology: Option<String>,
    /// Folder to write the report into as a document; not written on a dry run.
    pub out: Option<PathBuf>,
}

/// Reports a User's own service.
///
/// # Errors
/// Where the Actor may not see the User's requests, the evidence cannot be read, or the folder cannot be
/// written.
pub fn own_service(ctx: &Context, request: &OwnServiceRequest) -> Result<Answer> {
    let (user, period) = (request.user, request.period);
    let store = ctx.store()?;
    may_see(ctx, &store, user)?;
    let mut progress = ctx.progress();
    let methodology = request.methodology.as_deref();
    let e = evidence::gather(ctx, &store, period, methodology, &mut progress)?;
    let mine = report_mine(&e, &user.to_string())?;
    let files = match request.out.as_ref().filter(|_| !ctx.dry_run) {
        Some(out) => with_sources(ctx, |p| Ok(write_mine(p, &e, &mine, Formats::all(), out)?))?,
        None => Vec::new(),
    };
    let (view, refused) = (mine.view, mine.refused);
    if view.regions.is_empty() && refused.is_empty() {
        known_user(ctx, &store, user)?;
    }
    let rests = evidence::rests_on(ctx, &store, &e)?;
    drop(progress);
    let reported = {
        let mut t =
            Table::new("Reported figures", &["measure", "provider", "region", "figure", "band"])
                .figures(&["figure"]);
        for r in &view.reported {
            t.row([
                r.measure.clone(),
                r.provider.clone(),
                r.region.to_string(),
                figure_words(&r.figure, DECIMALS),
                r.band.to_string(),
            ]);
            t.figure("figure", Measured::of(&r.figure, DECIMALS, &[]));
        }
        t
    };
    let total: u64 = view.regions.iter().map(|l| l.requests).sum();
    let answer = Answer::new(json!({"view": view, "manifest": e.known.snapshot.root.hash, "rules": e.known.rules.id(), "methodology": e.known.methodology.id, "as_at": e.known.as_at, "files": files, "refused_unverified": refused}))
        .say(format!("{user} in {period}: {} requests (without tests).", count(total)))
        .say(rests)
        .table(lines("By business process", "process", &view.processes)).table(lines("By SRV", "SRV", &view.srvs)).table(lines("By region", "region", &view.regions)).table(reported);
    let answer = request.out.iter().fold(answer, |a, out| a.built(out));
    Ok(match refused_table(&refused) {
        Some(t) => answer.table(t),
        None => answer,
    })
}

/// What came with the User's TLS certificate and was refused unverified; none where nothing was.
fn refused_table(refused: &[RefusedMessages]) -> Option<Table> {
    let mut t = Table::new(
        "Refused, sender not verified (by your TLS certificate)",
        &["reason", "code", ">messages", "first", "last"],
    );
    for r in refused {
        t.row([
            r.words().to_owned(),
            r.code.clone(),
            count(r.messages),
            r.first.to_string(),
            r.last.to_string(),
        ]);
    }
    (!refused.is_empty()).then_some(t)
}

/// Refuses a User who is not registered, with the nearest that are: no requests are its no requests.
fn known_user(ctx: &Context, store: &Store, user: Eui64) -> Result<()> {
    let users = ctx.gate(store).list::<User>(&Query::as_at(ctx.as_at()))?;
    let all: BTreeSet<String> = users.into_iter().map(|k| k.record.eui.to_string()).collect();
    let given = user.to_string();
    if all.contains(&given) {
        return Ok(());
    }
    let nearest = names::nearest_words(&given, &all);
    Err(AppError::not_found(format!(
        "there is no User {given}: it is not registered and sent no message in the period; {nearest}"
    )))
}

/// A User sees its own; staff see all.
fn may_see(ctx: &Context, store: &Store, user: Eui64) -> Result<()> {
    let visibility = Visibility::of(&ctx.actor);
    if visibility.all {
        return Ok(());
    }
    let party = ctx.gate(store).party_of(user, ctx.as_at())?.map(|u| u.party.id);
    if party.is_some() && party == visibility.party {
        return Ok(());
    }
    Err(AppError::refused(format!(
        "{} may not see the requests of {user}, a User of another party; act for that party (--as person@party+user) or as analyst",
        ctx.actor
    )))
}

fn lines(title: &str, key: &str, list: &[ProcessLine]) -> Table {
    let mut t = Table::new(
        title,
        &[
            key,
            ">requests",
            ">in time",
            ">late",
            ">no target known",
            ">unanswered",
            ">refused",
            ">other",
            SHARE,
        ],
    )
    .figures(&[SHARE]);
    for l in list {
        let n = [l.requests, l.in_time, l.late, l.no_target, l.unanswered, l.refused, l.other]
            .map(count);
        let mut cells = vec![l.key.clone()];
        cells.extend(n);
        cells.push(figure_words(&l.share, DECIMALS));
        t.row(cells);
        t.figure(SHARE, Measured::of(&l.share, DECIMALS, &[]));
    }
    t
}
