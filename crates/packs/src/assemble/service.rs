//! The service that Users really got, by region, business process and SRV, beside what was reported;
//! and response times.

use super::{
    Material,
    cells::{self, counts, label, shares, text},
    words,
};
use crate::data::figures::Address;
use crate::evidence::Evidence;
use northbound_documents::model::{Block, Cell, Para, Section, Table};
use northbound_measures::{
    statistics::latency::Percentiles,
    views::process::{ProcessLine, ProcessView},
};

/// Users' own requests.
pub(super) fn processes(d: &Material<'_>) -> Option<Section> {
    let v = &d.data.process;
    if v.regions.is_empty() {
        return None;
    }
    let mut blocks = view(d.e, v, &d.e.cited());
    blocks.insert(2, Block::Table(reported(d)));
    Some(Section {
        id: "own-requests".to_owned(), heading: "Users' own requests".to_owned(),
        message: "Requests and responses of Users, by region and business process, beside the reported figures.".to_owned(),
        intro: vec![Para::plain("Share of all attempts answered in time: late responses, responses without a known target and attempts without a response all count as missed. Refused requests and test commands do not count as attempts.")], blocks,
    })
}

/// The tables of a view: by region, by process, by SRV.
pub(crate) fn view(e: &Evidence, v: &ProcessView, cited: &str) -> Vec<Block> {
    let title = |p: &str| {
        e.known
            .rules
            .processes()
            .find(|(id, _)| *id == p)
            .map_or_else(|| p.to_owned(), |(_, t)| t.to_owned())
    };
    let service = |s: &str| {
        e.known.rules.catalogue().get(s).map_or_else(
            || if s.is_empty() { "not stated".to_owned() } else { s.to_owned() },
            |x| format!("{s} {}", x.name),
        )
    };
    let make = |id: &str,
                caption: &str,
                head: &str,
                view: &str,
                lines: &[ProcessLine],
                name: &dyn Fn(&str) -> String| {
        Block::Table(lines_table(id, caption, head, lines, &|l| {
            (name(&l.key), Address::own(view, &l.key, v.user.as_deref(), v.period).id(cited))
        }))
    };
    vec![
        make("own-by-region", "Own requests by region", "Region", "region", &v.regions, &|r| {
            words::region_word(r)
        }),
        make(
            "own-by-process",
            "Own requests by business process",
            "Business process",
            "process",
            &v.processes,
            &title,
        ),
        make(
            "own-by-srv",
            "Own requests by Service Reference Variant",
            "SRV",
            "srv",
            &v.srvs,
            &service,
        ),
    ]
}

fn lines_table(
    id: &str,
    caption: &str,
    head: &str,
    lines: &[ProcessLine],
    name: &dyn Fn(&ProcessLine) -> (String, String),
) -> Table {
    let rows = lines
        .iter()
        .map(|l| {
            let (name, figure) = name(l);
            let mut row = vec![Cell::words(name), cells::figure(&l.share, 2, &[]).figure(figure)];
            row.extend(
                [l.requests, l.in_time, l.late, l.no_target, l.unanswered, l.refused, l.other]
                    .map(cells::count),
            );
            row
        })
        .collect();
    let columns = vec![
        label("key", head),
        shares("in_time_share", "In time of all attempts"),
        counts("requests", "Requests", "requests"),
        counts("in_time", "In time", "requests"),
        counts("late", "Late", "requests"),
        counts("no_target", "No target known", "requests"),
        counts("unanswered", "No response", "requests"),
        counts("refused", "Refused", "requests"),
        counts("other", "Other", "requests"),
    ];
    cells::table(id, caption, columns, rows)
}

fn reported(d: &Material<'_>) -> Table {
    let v = &d.data.process;
    let rows = v
        .reported
        .iter()
        .filter_map(|r| {
            let own = d.data.results.iter().find(|n| {
                n.result.measure == r.measure
                    && n.result.provider == r.provider
                    && n.result.region == r.region
            })?;
            let service = v.regions.iter().find(|l| l.key == r.region.as_str());
            let beside =
                service.filter(|_| r.region != northbound_types::Region::None).map_or_else(
                    || Cell::words(""),
                    |l| {
                        cells::figure(&l.share, 2, &[]).figure(
                            Address::own("region", &l.key, v.user.as_deref(), v.period)
                                .id(&d.e.cited()),
                        )
                    },
                );
            Some(vec![
                Cell::words(words::row(&own.result)),
                cells::result(&own.result, &own.id),
                beside,
                Cell::words(own.result.title.clone()),
            ])
        })
        .collect();
    let columns = vec![
        label("row", "Measure, provider, region"),
        shares("reported", "As reported"),
        shares("own", "Users' own requests of the region, all attempts, in time"),
        text("title", "Reported measure"),
    ];
    cells::table(
        "reported-beside-own",
        "Reported figures beside Users' own requests",
        columns,
        rows,
    )
}

/// Response times.
pub(super) fn latency(d: &Material<'_>) -> Option<Section> {
    if d.data.latency.is_empty() {
        return None;
    }
    let rows = d
        .data
        .latency
        .iter()
        .flat_map(|l| l.ways.iter().map(move |w| (l, w)))
        .map(|(l, w)| {
            let mut row = vec![
                Cell::words(format!("{}, {}", words::region_word(l.region.as_str()), l.mode)),
                Cell::words(kinds(w)),
            ];
            row.extend(w.at.iter().map(|(_, f)| cells::figure(f, 2, &[])));
            row.extend([w.offered, w.answered, w.unanswered, w.clock_errors].map(cells::count));
            row
        })
        .collect();
    let number = |key: &str, title: &str| {
        cells::column(key, title, northbound_documents::model::ColumnKind::Number, "response time")
    };
    let columns = vec![
        label("row", "Region and mode"),
        text("which", "Which"),
        number("p50", "Median"),
        number("p95", "95th percentile"),
        number("p99", "99th percentile"),
        counts("offered", "Offered", "requests"),
        counts("answered", "Answered", "requests"),
        counts("unanswered", "No response", "requests"),
        counts("clock_errors", "Dated before the request", "requests"),
    ];
    Some(Section {
        id: "latency".to_owned(),
        heading: "Response times".to_owned(),
        message: "Response times, with and without unanswered attempts, with and without tests."
            .to_owned(),
        intro: vec![Para::plain(
            "Percentiles come from summed histograms and are at most 1 per cent above the true value; they are never averaged. If too many requests got no answer, \"> time-out\" is shown, with the shortest deadline after which an attempt timed out; where that is unknown, no figure.",
        )],
        blocks: vec![Block::Table(cells::table(
            "response-times",
            "Response times from receipt to response",
            columns,
            rows,
        ))],
    })
}

fn kinds(w: &Percentiles) -> String {
    format!(
        "{}, {}",
        if w.with_tests { "with tests" } else { "without tests" },
        if w.with_unanswered { "unanswered counted as longest" } else { "answered only" }
    )
}
