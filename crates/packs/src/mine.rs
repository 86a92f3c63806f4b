//! A User's own service beside what was reported: the document that one User reads.

use crate::{
    PackError,
    assemble::{Edition, cells, methodology, origin, service, sources, words},
    data::{figures::Address, process::view_of, provenance::rules_used},
    evidence::Evidence,
};
use northbound_documents::model::{Block, Cell, Document, Front, Para, Section};
use northbound_measures::{MeasureResult, views::process::ProcessView};
use northbound_types::Region;

/// The view of one User, and the document made of it.
#[derive(Debug, Clone)]
pub struct Mine {
    /// The view.
    pub view: ProcessView,
    /// The document.
    pub document: Document,
}

/// Makes a User's own report.
///
/// # Errors
/// Where the measures refuse the evidence.
pub fn report_mine(e: &Evidence, user: &str) -> Result<Mine, PackError> {
    let results = e.evaluate()?;
    let view = view_of(e, Some(user), &results);
    let manifest = e.known.snapshot.root.hash.clone();
    let requests: u64 = view.regions.iter().map(|l| l.requests).sum();
    let mut sections = vec![own(e, &view, &manifest, requests)];
    sections.push(reported(&view, &results, &manifest));
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
            headlines: Vec::new(),
            shortfalls: Vec::new(),
            exceptions: Vec::new(),
            blocks: Vec::new(),
        },
        sections,
        shorthand: sources::marks(e),
        rules: rules_used(e),
        sources: Vec::new(),
    };
    Ok(Mine { view, document })
}

fn own(e: &Evidence, view: &ProcessView, manifest: &str, requests: u64) -> Section {
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
        blocks: if none { Vec::new() } else { service::view(e, view, manifest) },
    }
}

/// The reported measures of the regions in which the User had requests, each with its own share beside.
fn reported(view: &ProcessView, results: &[MeasureResult], manifest: &str) -> Section {
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
                        Address::own("region", &l.key, view.user.as_deref(), view.period)
                            .id(manifest),
                    )
                },
            );
            vec![
                Cell::words(words::row(r)),
                cells::result(r, &Address::of(r).id(manifest)),
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
