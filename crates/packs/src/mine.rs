//! A User's own service beside what was reported: the document that one User reads.

use crate::{
    PackError,
    assemble::{Edition, cells, methodology, origin, service, sources, words},
    data::{figures::Address, process::view_of, provenance::rules_used},
    evidence::Evidence,
};
use northbound_documents::model::{Block, Cell, Document, Front, Para, Section};
use northbound_measures::{MeasureResult, views::process::ProcessView};
use northbound_types::{Eui64, Region, Utc};
use serde::Serialize;
use std::collections::BTreeMap;

/// The view of one User, and the document made of it.
#[derive(Debug, Clone)]
pub struct Mine {
    /// The view.
    pub view: ProcessView,
    /// Messages that came with the User's TLS client certificate and were refused because their sender was
    /// not verified. They are not the User's requests, and count in no figure.
    pub refused: Vec<RefusedMessages>,
    /// The document.
    pub document: Document,
}

/// Messages refused for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedMessages {
    /// `unreadable` or `signature`.
    pub reason: String,
    /// Response code.
    pub code: String,
    /// How many.
    pub messages: u64,
    /// When the first was received.
    pub first: Utc,
    /// When the last was received.
    pub last: Utc,
}

impl RefusedMessages {
    /// The reason in print.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self.reason.as_str() {
            "signature" => "refused, bad signature",
            _ => "refused, unreadable",
        }
    }
}

/// What came with a User's certificate in the period and was refused, by reason.
fn refused(e: &Evidence, user: &str) -> Result<Vec<RefusedMessages>, PackError> {
    let Ok(user) = user.parse::<Eui64>() else { return Ok(Vec::new()) };
    let mut found: BTreeMap<(String, String), RefusedMessages> = BTreeMap::new();
    for row in e.known.snapshot.unverified(e.days(), Some(user))? {
        let of = found.entry((row.reason.clone(), row.code.clone())).or_insert(RefusedMessages {
            reason: row.reason,
            code: row.code,
            messages: 0,
            first: row.first,
            last: row.received,
        });
        of.messages = of.messages.saturating_add(row.messages);
        (of.first, of.last) = (of.first.min(row.first), of.last.max(row.received));
    }
    Ok(found.into_values().collect())
}

/// Makes a User's own report.
///
/// # Errors
/// Where the measures refuse the evidence.
pub fn report_mine(e: &Evidence, user: &str) -> Result<Mine, PackError> {
    let results = e.evaluate()?;
    let view = view_of(e, Some(user), &results);
    let cited = e.cited();
    let requests: u64 = view.regions.iter().map(|l| l.requests).sum();
    let mut sections = vec![own(e, &view, &cited, requests)];
    sections.push(reported(&view, &results, &cited));
    let refused = refused(e, user)?;
    sections.extend(refused_section(&refused));
    let edition = Edition::draft();
    let document = Document {
        title: "A User's own service".to_owned(),
        network: edition.network,
        period: e.period,
        version: 1,
        status: edition.status,
        marking: String::new(),
        as_at: e.known.as_at,
        cut_off: e.period.after().start().min(e.known.as_at),
        methodology: methodology(e),
        origin: origin(e),
        previous: String::new(),
        front: Front {
            warnings: Vec::new(),
            statements: vec![
                Para::plain(format!(
                    "{user} sent {} in the period, not counting test commands.",
                    words::things(requests, "request", "requests")
                )),
                Para::plain(
                    "Share of all attempts answered in time: late responses, responses without a known target and attempts without a response all count as missed.",
                ),
            ],
            ..Front::default()
        },
        sections,
        evidence: Vec::new(),
        shorthand: sources::marks(e),
        rules: rules_used(e),
        sources: Vec::new(),
    };
    Ok(Mine { view, refused, document })
}

/// What was refused; none where nothing was.
fn refused_section(refused: &[RefusedMessages]) -> Option<Section> {
    let rows: Vec<Vec<Cell>> = refused
        .iter()
        .map(|r| {
            vec![
                Cell::words(r.words()),
                Cell::words(r.code.clone()),
                cells::count(r.messages),
                Cell::words(r.first.to_string()),
                Cell::words(r.last.to_string()),
            ]
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let columns = vec![
        cells::label("reason", "Reason"),
        cells::text("code", "Response code"),
        cells::counts("messages", "Messages", "messages"),
        cells::text("first", "First received"),
        cells::text("last", "Last received"),
    ];
    Some(Section {
        id: "refused-unverified".to_owned(),
        heading: "Refused before they were your requests".to_owned(),
        message: "Messages on connections with your TLS certificate whose signature could not be verified. They count in no figure."
            .to_owned(),
        intro: Vec::new(),
        blocks: vec![Block::Table(cells::table(
            "refused-unverified",
            "Messages refused because their sender was not verified",
            columns,
            rows,
        ))],
    })
}

fn own(e: &Evidence, view: &ProcessView, cited: &str, requests: u64) -> Section {
    let none = requests == 0;
    Section {
        id: "own-requests".to_owned(),
        heading: "Your own requests".to_owned(),
        message: "Your requests and their responses, by region, business process and SRV."
            .to_owned(),
        intro: if none {
            vec![Para::plain("The ledger has no request of this User in the period.")]
        } else {
            Vec::new()
        },
        blocks: if none { Vec::new() } else { service::view(e, view, cited) },
    }
}

/// The reported measures of the regions in which the User had requests, each with its own share beside.
fn reported(view: &ProcessView, results: &[MeasureResult], cited: &str) -> Section {
    let rows: Vec<Vec<Cell>> = view
        .reported
        .iter()
        .filter_map(|x| {
            results.iter().find(|r| {
                r.measure == x.measure && r.provider == x.provider && r.region == x.region
            })
        })
        .map(|r| {
            let own = view
                .regions
                .iter()
                .find(|l| r.region != Region::None && l.key == r.region.as_str());
            let beside = own.map_or_else(
                || Cell::words(""),
                |l| {
                    cells::figure(&l.share, 2, &[]).figure(
                        Address::own("region", &l.key, view.user.as_deref(), view.period).id(cited),
                    )
                },
            );
            vec![
                Cell::words(words::row(r)),
                cells::result(r, &Address::of(r).id(cited)),
                beside,
                Cell::words(r.title.clone()),
            ]
        })
        .collect();
    let columns = vec![
        cells::label("row", "Measure, provider, region"),
        cells::shares("reported", "As reported"),
        cells::shares("own", "Your own requests of the region, in time"),
        cells::text("title", "Reported measure"),
    ];
    Section {
        id: "reported".to_owned(),
        heading: "Reported figures".to_owned(),
        message: "The network's figures for the same regions, beside your own.".to_owned(),
        intro: Vec::new(),
        blocks: if rows.is_empty() {
            Vec::new()
        } else {
            vec![Block::Table(cells::table(
                "reported-beside-own",
                "Reported figures beside your own service",
                columns,
                rows,
            ))]
        },
    }
}
