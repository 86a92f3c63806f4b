//! Agendas from what is due. All invented.

use super::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn about(meeting: &str, date: &str) -> About {
    About {
        series: "opsg-reporting".into(),
        title: "OPSG reporting meeting".into(),
        body: "OPSG".into(),
        meeting: meeting.into(),
        date: day(date),
        marking: String::new(),
        status: "Draft".into(),
    }
}

fn action(id: &str, target: Option<&str>) -> Due {
    Due {
        id: id.into(),
        owner: "DCC".into(),
        text: "report".into(),
        target: target.map(day),
        claimed: false,
    }
}

fn points(meeting: &str, date: &str, actions: &[Due]) -> Vec<String> {
    let input = Input { actions: actions.to_vec(), ..Input::default() };
    let a = draft(&about(meeting, date), None, day("2026-06-23"), &input);
    let item = a.items.into_iter().find(|i| i.title == "Actions").unwrap();
    item.points.into_iter().map(|p| p.split(" (").next().unwrap().to_owned()).collect()
}

#[test]
fn an_action_is_due_until_the_day_of_the_meeting_and_one_without_a_date_at_its_own_series() {
    let all = [
        action("33xx/01", None),
        action("33x/02", None),
        action("29xx/03", Some("2026-07-27")),
        action("30x/05", Some("2026-07-28")),
        action("28x/05", Some("2026-06-22")),
    ];
    assert_eq!(points("34xx", "2026-07-27", &all), ["28x/05", "29xx/03", "33xx/01"]);
    assert_eq!(points("34xx", "2026-07-26", &all), ["28x/05", "33xx/01"]);
    assert_eq!(points("34x", "2026-07-28", &all), ["28x/05", "29xx/03", "30x/05", "33x/02"]);
}

#[test]
fn late_missing_and_spoken_items_are_marked() {
    let mut a = draft(
        &about("34xx", "2026-07-27"),
        Some(day("2026-07-20")),
        day("2026-07-01"),
        &Input {
            awaited: vec![Awaited {
                title: "Criteria".into(),
                points: vec!["decide".into()],
                papers: Vec::new(),
            }],
            reports: ["in-time", "late", "none"]
                .map(|id| Report { title: id.into(), document: id.into(), standing: String::new() })
                .to_vec(),
            ..Input::default()
        },
    );
    let paper = |id: &str, came: Option<&str>| Paper {
        id: id.into(),
        title: id.into(),
        arrived: came.map(day),
    };
    let papers = [
        paper("in-time", Some("2026-07-20")),
        paper("late", Some("2026-07-21")),
        paper("none", None),
    ];
    let remarks = |a: &Agenda| rows(a, &papers).into_iter().map(|r| r.remark).collect::<Vec<_>>();
    assert_eq!(remarks(&a), ["", "late by 1 day", "not here yet", NO_PAPER]);
    a.papers_due = Some(day("2026-07-21"));
    assert_eq!(remarks(&a), ["", "", "not here yet", NO_PAPER]);
    a.items[5].papers.push("unknown".into());
    assert_eq!(remarks(&a)[3], "not in the register of documents");
}
