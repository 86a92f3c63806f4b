//! Packs on disk: built as often as wanted, issued under a number and then frozen under
//! `DATA/packs/PERIOD/vN`, listed, found again.

mod figures;

pub(crate) use figures::index_figures;
pub use figures::{BuildRecord, INDEX, cited, find_figure};

use crate::{
    Formats, PackError, WrittenFile,
    assemble::{self, Built, Edition},
    data::{
        self, PackData,
        figures::{Address, Entry},
        process,
    },
    evidence::{Evidence, Frozen, Progress, Scope, Sources, gather, registered},
    mine::Mine,
    reissue,
};
use northbound_documents::{
    manifest,
    model::{Document, Status},
    render::{
        docx::{self, Template},
        render_with,
    },
    render_all, to_json,
};
use northbound_measures::{
    MeasureResult,
    oversight::explanations::{AssuranceRecord, acceptance_blockers},
    views::diff::Difference,
};
use northbound_registers::{
    AsAt, Query, RegisterError, Stored, Write,
    records::reporting::{
        figures::FigurePrinted,
        packs::{Issue, Pack, PackFile, PackStatus},
    },
};
use northbound_types::{Actor, Period, Utc};
use serde_json::json;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Folder of issued packs below the data folder.
pub const FOLDER: &str = "packs";
/// The machine's data beside the document.
pub const DATA_FILE: &str = "data.json";
/// The brief as a Word document.
const BRIEF_FILE: &str = "brief.docx";
/// What a pack cites for a ledger without a version.
const EMPTY_LEDGER: &str = "none";

/// What a build or an issue made.
#[derive(Debug)]
pub struct Made {
    /// The pack.
    pub built: Built,
    /// Its files.
    pub files: Vec<WrittenFile>,
    /// Where they lie.
    pub folder: PathBuf,
    /// Id and number in the registers, where it was issued.
    pub issued: Option<(String, i64)>,
    /// The rows that prevent an issue, by name; empty where it may be issued.
    pub blockers: Vec<String>,
    /// The rows whose figures are not confirmed, by name: until they are, the pack cannot be accepted (M8).
    pub unconfirmed: Vec<String>,
}

/// What stays the same from pack to pack.
#[derive(Debug, Clone)]
pub struct PackSettings {
    /// Whose service is reported.
    pub network: String,
    /// Handling marking; may be empty.
    pub marking: String,
    /// What to print.
    pub formats: Formats,
    /// The Word document whose styles the brief takes; ours where there is none.
    pub template: Option<Template>,
    /// A further file of an issue, by name and text: its receipt.
    pub receipt: Option<(String, String)>,
}

impl Default for PackSettings {
    fn default() -> PackSettings {
        PackSettings {
            network: Edition::draft().network,
            marking: String::new(),
            formats: Formats::all(),
            template: None,
            receipt: None,
        }
    }
}

/// Builds a draft into a folder; the registers are not changed. Where the sources are only read
/// ([`Sources::record`]), no file is written.
///
/// # Errors
/// Where the evidence cannot be read or the folder not be written.
pub fn build(
    sources: &Sources<'_>,
    scope: &Scope,
    settings: &PackSettings,
    out: &Path,
    progress: Progress<'_>,
) -> Result<Made, PackError> {
    let e = gather(sources, scope, progress)?;
    progress("assembling the pack");
    let (built, _) = draft(sources, &e, settings)?;
    let mut files = Vec::new();
    if sources.record {
        progress("printing");
        files = write(&built, settings, None, out)?;
        index_figures(sources.data, &e, &built.data.figures, "")?;
    }
    Ok(Made {
        blockers: blockers(&built.data),
        unconfirmed: unconfirmed(&e.known.registered.assurance, &built.data),
        built,
        files,
        folder: out.to_owned(),
        issued: None,
    })
}

/// The pack as it would be, and what changed since the issue before.
fn draft(
    sources: &Sources<'_>,
    e: &Evidence,
    settings: &PackSettings,
) -> Result<(Built, Vec<Stored<Pack>>), PackError> {
    let before = earlier(sources, e)?;
    let data = data::make(e)?;
    let since = since(sources, before.last(), &data)?;
    let edition = Edition {
        network: settings.network.clone(),
        marking: settings.marking.clone(),
        version: before.len() as u32 + 1,
        previous: previous(before.last()),
        since,
        ..Edition::draft()
    };
    Ok((Built { document: assemble::document(e, &data, &edition), data }, before))
}

/// Issues of the period before the as-at time: a pack made again later knows no later ones.
fn earlier(sources: &Sources<'_>, e: &Evidence) -> Result<Vec<Stored<Pack>>, PackError> {
    Ok(sources.gate.issued(e.period, None, AsAt::recorded(Utc(e.known.as_at.0 - 1)))?)
}

fn since(
    sources: &Sources<'_>,
    before: Option<&Stored<Pack>>,
    data: &PackData,
) -> Result<Option<Difference>, PackError> {
    let Some(k) = before else { return Ok(None) };
    let old = read_data(&issue_folder(sources.data, &k.record).join(DATA_FILE))?;
    reissue::difference(sources.ledger, &old, data).map(Some)
}

fn previous(before: Option<&Stored<Pack>>) -> String {
    before.map_or_else(String::new, |k| {
        format!(
            "Issue {} of {}, as known at {}",
            k.record.number.unwrap_or_default(),
            northbound_documents::render::words::day(k.recorded.day()),
            northbound_documents::render::words::time(k.record.as_at)
        )
    })
}

/// Rows below minimum without a reason in the report: by name.
#[must_use]
pub fn blockers(data: &PackData) -> Vec<String> {
    data.required
        .iter()
        .filter(|q| q.blocks_issue)
        .map(|q| format!("{} {} {} {}", q.measure, q.provider, q.region, q.period))
        .collect()
}

/// Rows whose figures are not confirmed, by name.
fn unconfirmed(records: &[AssuranceRecord], data: &PackData) -> Vec<String> {
    let results: Vec<MeasureResult> = data.results.iter().map(|n| n.result.clone()).collect();
    acceptance_blockers(&results, records)
        .into_iter()
        .map(|(r, status)| format!("{} {} {} ({status})", r.measure, r.provider, r.region))
        .collect()
}

/// Issues a pack: a numbered version that never changes.
///
/// # Errors
/// [`PackError::Refused`] naming each row below minimum without an explanation in the report; what
/// the registers refuse (a right, a missing reason for a reissue).
pub fn issue(
    sources: &Sources<'_>,
    scope: &Scope,
    settings: &PackSettings,
    change: &Write,
    progress: Progress<'_>,
) -> Result<Made, PackError> {
    let e = gather(sources, scope, progress)?;
    progress("assembling the pack");
    let (mut built, _) = draft(sources, &e, settings)?;
    let mut number = next_number(sources, &e, &built.data, change)?;
    if change.dry_run {
        return Ok(Made {
            folder: folder_of(sources.data, e.period, number),
            issued: Some((String::new(), number)),
            files: Vec::new(),
            blockers: Vec::new(),
            unconfirmed: unconfirmed(&e.known.registered.assurance, &built.data),
            built,
        });
    }
    index_figures(sources.data, &e, &built.data.figures, "")?;
    let id = sources.gate.build_pack(&record(&e), change)?.id;
    progress("recording the figures");
    sources.gate.print_figures(&id, &printed(&id, &built), change)?;
    progress("printing");
    let mut made = Vec::new();
    let mut folder = PathBuf::new();
    let by = signature(sources.gate.actor());
    sources.gate.issue_pack(&id, change, |i: &Issue| {
        number = i.number;
        seal_document(&mut built.document, i, &by);
        folder = folder_of(sources.data, e.period, i.number);
        let receipt = settings.receipt.as_ref();
        made = write(&built, settings, receipt, &folder).map_err(|x| sealed(&folder, x))?;
        Ok(Some(
            made.iter()
                .map(|f| PackFile {
                    path: f.name.clone(),
                    sha256: f.sha256.clone(),
                    bytes: i64::try_from(f.bytes).unwrap_or(i64::MAX),
                })
                .collect(),
        ))
    })?;
    Ok(Made {
        unconfirmed: unconfirmed(&e.known.registered.assurance, &built.data),
        built,
        files: made,
        folder,
        issued: Some((id, number)),
        blockers: Vec::new(),
    })
}

/// The number of the next issue of the period, where the pack may be issued.
fn next_number(
    sources: &Sources<'_>,
    e: &Evidence,
    data: &PackData,
    change: &Write,
) -> Result<i64, PackError> {
    let ends = e.period.after().start();
    if e.known.as_at < ends {
        return Err(PackError::Refused(format!(
            "the pack of {} cannot be issued: the period ends at {ends}, after the as-at time {}; build a draft with `northbound pack build`",
            e.period, e.known.as_at
        )));
    }
    let open = blockers(data);
    if !open.is_empty() {
        return Err(PackError::Refused(format!(
            "the pack of {} cannot be issued: below minimum without a reason in the report: {}; add each with `northbound explanation add`",
            e.period,
            open.join("; ")
        )));
    }
    let all = sources.gate.issued(e.period, None, AsAt::NOW)?;
    if !all.is_empty() && change.reason.trim().is_empty() {
        return Err(PackError::Refused(format!(
            "{} was already issued; give the reason for the reissue with --reason",
            e.period
        )));
    }
    Ok(all.iter().filter_map(|k| k.record.number).max().unwrap_or(0) + 1)
}

fn seal_document(d: &mut Document, i: &Issue, by: &str) {
    let number = u32::try_from(i.number).unwrap_or(u32::MAX);
    d.version = number;
    d.status = Status::Issued { number, at: i.at, by: by.to_owned() };
}

fn sealed(folder: &Path, e: PackError) -> RegisterError {
    RegisterError::Io {
        what: "write the pack into",
        path: folder.to_owned(),
        source: std::io::Error::other(e),
    }
}

/// Who issues, without a person's name: the body or party and the role.
fn signature(actor: &Actor) -> String {
    let of = actor.body.clone().or_else(|| actor.party.clone());
    let role = actor.roles.first().cloned().unwrap_or_else(|| "a person without a role".to_owned());
    of.map_or_else(|| role.clone(), |o| format!("{o}, {role}"))
}

/// What an issued pack was made of: to make something else of the same.
#[must_use]
pub fn scope_of(p: &Pack) -> Scope {
    let manifest =
        if p.root_manifest == EMPTY_LEDGER { String::new() } else { p.root_manifest.clone() };
    Scope {
        period: p.period,
        as_at: Some(p.as_at),
        methodology: Some(p.methodology.clone()),
        now: p.as_at,
        frozen: Some(Frozen { manifest, rules: p.rules.clone(), revision: p.register_revision }),
    }
}

fn record(e: &Evidence) -> Pack {
    let f = e.frozen();
    let manifest = if f.manifest.is_empty() { EMPTY_LEDGER.to_owned() } else { f.manifest };
    Pack {
        period: e.period,
        party: None,
        methodology: e.known.methodology.id.clone(),
        as_at: e.known.as_at,
        root_manifest: manifest,
        rules: f.rules,
        register_revision: f.revision,
        files: Vec::new(),
        status: PackStatus::Built,
        number: None,
        replaces: None,
        reissue_reason: None,
        accepted: None,
    }
}

fn printed(pack: &str, built: &Built) -> Vec<FigurePrinted> {
    let d = &built.data;
    let uses: BTreeMap<String, _> = northbound_documents::model::figures_of(&built.document)
        .into_iter()
        .map(|f| (f.id.clone(), f))
        .collect();
    let results: BTreeMap<&str, _> =
        d.results.iter().chain(&d.ways).map(|n| (n.id.as_str(), &n.result)).collect();
    d.figures.iter().filter_map(|f| {
        let used = uses.get(&f.id)?;
        let figure = results.get(f.id.as_str()).map_or_else(|| json!({ "printed": used.printed, "numerator": used.numerator, "denominator": used.denominator, "state": used.state }), |r| json!({ "printed": used.printed, "figure": r.figure, "band": r.band }));
        Some(FigurePrinted {
            figure_id: f.id.clone(), pack: pack.to_owned(), party: None, measure: f.address.measure.clone(), keys: f.address.keys.clone(), period: f.address.period, figure,
            lineage: json!({ "methodology": f.address.methodology, "manifest": d.manifest, "rules": d.rules, "as_at": d.as_at }),
        })
    }).collect()
}

/// Prints the pack with its data into a folder.
fn write(
    built: &Built,
    settings: &PackSettings,
    receipt: Option<&(String, String)>,
    out: &Path,
) -> Result<Vec<WrittenFile>, PackError> {
    let template = settings.template.clone().map_or_else(Template::ours, Ok)?;
    let mut beside = vec![
        (DATA_FILE.to_owned(), to_json(&built.data)?),
        (BRIEF_FILE.to_owned(), docx::brief(&built.document, &template)?),
    ];
    beside.extend(receipt.map(|(name, text)| (name.clone(), text.clone().into_bytes())));
    Ok(render_with(&built.document, beside, out, settings.formats)?)
}

/// Writes a User's own report into a folder.
///
/// # Errors
/// Where the folder cannot be written.
pub fn write_mine(
    sources: &Sources<'_>,
    e: &Evidence,
    mine: &Mine,
    formats: Formats,
    out: &Path,
) -> Result<Vec<WrittenFile>, PackError> {
    let files = render_all(&mine.document, out, formats)?;
    let cited = e.cited();
    let mut figures = process::entries(&mine.view, &cited);
    let rows = mine.view.reported.iter().map(|r| {
        Address::row(&r.measure, &e.known.methodology.id, &r.provider, r.region, e.period)
    });
    figures.extend(rows.map(|address| Entry {
        id: address.id(&cited),
        address,
        numerator: None,
        denominator: None,
    }));
    index_figures(sources.data, e, &figures, mine.view.user.as_deref().unwrap_or_default())?;
    Ok(files)
}

fn folder_of(data: &Path, period: Period, number: i64) -> PathBuf {
    data.join(FOLDER).join(period.to_string()).join(format!("v{number}"))
}

/// Where an issued pack lies.
#[must_use]
pub fn issue_folder(data: &Path, pack: &Pack) -> PathBuf {
    folder_of(data, pack.period, pack.number.unwrap_or_default())
}

/// Reads the data of a written pack.
///
/// # Errors
/// Where the file is not there or cannot be read.
pub fn read_data(path: &Path) -> Result<PackData, PackError> {
    let bytes = std::fs::read(path).map_err(|e| {
        if e.kind() == std::io::ErrorKind::NotFound {
            PackError::NotFound(format!(
                "{} does not exist: there is no pack in that folder",
                path.display()
            ))
        } else {
            PackError::io(path, e)
        }
    })?;
    serde_json::from_slice(&bytes)
        .map_err(|source| PackError::Stored { path: path.to_owned(), source })
}

/// The data of a pack by its folder, its id, or as `2026-04/2`; `2026-04` is the newest issue.
///
/// # Errors
/// Where there is none.
pub fn named_data(sources: &Sources<'_>, named: &str) -> Result<PackData, PackError> {
    let path = Path::new(named);
    if path.join(DATA_FILE).is_file() {
        return read_data(&path.join(DATA_FILE));
    }
    let kept = sources.gate.pack(named, AsAt::NOW)?;
    if kept.record.number.is_none() {
        return Err(PackError::NotFound(format!(
            "pack {} is not issued, so its data is not stored; name the folder it was built into",
            kept.id
        )));
    }
    read_data(&issue_folder(sources.data, &kept.record).join(DATA_FILE))
}

/// The packs that the registers know, oldest first.
///
/// # Errors
/// Where they cannot be read.
pub fn list(sources: &Sources<'_>, as_at: AsAt) -> Result<Vec<Stored<Pack>>, PackError> {
    Ok(sources.gate.list(&Query::as_at(as_at))?)
}

/// An issued pack, and how its files differ from those that were issued.
///
/// # Errors
/// Where it is not known.
pub fn show(
    sources: &Sources<'_>,
    named: &str,
    as_at: AsAt,
) -> Result<(Stored<Pack>, FileFindings), PackError> {
    let kept = sources.gate.pack(named, as_at)?;
    let folder = issue_folder(sources.data, &kept.record);
    let changed = kept
        .record
        .files
        .iter()
        .filter(|f| {
            std::fs::read(folder.join(&f.path)).map_or(true, |b| manifest::sha256(&b) != f.sha256)
        })
        .map(|f| f.path.clone())
        .collect();
    let mut extra = files_below(&folder)?;
    extra.retain(|path| kept.record.files.iter().all(|f| f.path != *path));
    Ok((kept, FileFindings { changed, extra }))
}

/// An issued pack that a body can accept, or the rows that prevent it, by name: those whose figures, as they were
/// issued, are not confirmed now.
///
/// # Errors
/// Where it is not known, or its data cannot be read.
pub fn acceptable(
    sources: &Sources<'_>,
    named: &str,
) -> Result<(Stored<Pack>, Vec<String>), PackError> {
    let issued = sources.gate.pack(named, AsAt::NOW)?;
    let data = read_data(&issue_folder(sources.data, &issued.record).join(DATA_FILE))?;
    let records = registered::assurance(sources.gate, &Query::as_at(AsAt::NOW))?;
    Ok((issued, unconfirmed(&records, &data)))
}

/// How the files of an issued pack differ from those that were issued.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileFindings {
    /// Changed, or gone.
    pub changed: Vec<String>,
    /// Not part of the issue: somebody put them there.
    pub extra: Vec<String>,
}

/// Files below a folder, by their path with `/`, sorted. None where there is no folder.
fn files_below(folder: &Path) -> Result<Vec<String>, PackError> {
    let (mut open, mut found) = (vec![folder.to_owned()], Vec::new());
    while let Some(dir) = open.pop() {
        let entries = match std::fs::read_dir(&dir) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            listed => listed.map_err(|e| PackError::io(&dir, e))?,
        };
        for entry in entries {
            let path = entry.map_err(|e| PackError::io(&dir, e))?.path();
            if path.is_dir() {
                open.push(path);
            } else if let Ok(name) = path.strip_prefix(folder) {
                found.push(name.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Two packs compared, each named as in [`named_data`].
///
/// # Errors
/// Where one is not there.
pub fn diff(
    sources: &Sources<'_>,
    a: &str,
    b: &str,
) -> Result<(PackData, PackData, Difference), PackError> {
    let (a, b) = (named_data(sources, a)?, named_data(sources, b)?);
    let d = reissue::difference(sources.ledger, &a, &b)?;
    Ok((a, b, d))
}
