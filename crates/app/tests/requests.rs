//! Requests and alerts found, shown and refused, without the command line and without a running service.

use crate::support::{acting, context};
use northbound_app::{
    Answer, Context,
    error::Kind,
    explain,
    ingest::{Layout, Request, ingest},
    requests::{
        self, AlertList, AlertPath, RequestList, RequestPath, Times, list, list_alerts, show,
        show_alert, words,
    },
};
use northbound_registers::records::participants::parties::{Party, RoleHeld, User};
use northbound_types::{AlertState, Day, RequestId, RequestState, Timeliness};
use tempfile::TempDir;

const U: &str = "90-B3-D5-1F-30-01-00-01";
const V: &str = "90-B3-D5-1F-30-01-00-02";
const DEVICE: &str = "00-DB-12-34-56-78-90-A0";
const HEAD: &str = "request_id,srv,mode,generation,test_kind,region,provider,feed,state,code,received,answer_sent,timeout_at,known\n";

fn line(user: &str, n: u32, state: &str, code: &str, answer: &str, timeout: &str) -> String {
    format!(
        "{user}:{DEVICE}:{n},4.1.1,on-demand,smets2,none,north,CSPN,dsp,{state},{code},2026-04-{n:02}T10:00:00Z,{answer},{timeout},2026-05-02T00:00:00Z\n"
    )
}

fn ingested(ctx: &Context, folder: &TempDir, name: &str, text: &str, layout: Layout) {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    ingest(ctx, &Request::file(path), layout, &mut ctx.progress()).unwrap();
}

/// Two Users of two parties. Of the first: answered on the 1st, late on the 2nd, timed out on the 3rd, refused on
/// the 4th, and in flight on the 5th. Of the second: one. Two alerts.
fn filled() -> (TempDir, Context) {
    let (folder, ctx) = context("kim+analyst", "2026-05-20T09:00:00Z");
    let store = ctx.store().unwrap();
    let gate = ctx.gate(&store);
    for (party, eui) in [("ACME", U), ("OTHER", V)] {
        let record = Party {
            id: party.into(),
            name: format!("{party} (invented)"),
            category: "large-supplier".into(),
        };
        gate.add(&record, &ctx.write()).unwrap();
        let held = RoleHeld { role: "IS".into(), from: Day(0), to: None };
        let user = User { eui: eui.parse().unwrap(), party: party.into(), roles: vec![held] };
        gate.add(&user, &ctx.write()).unwrap();
    }
    drop(store);
    let text = [
        HEAD.to_owned(),
        line(U, 1, "answered-success", "I0", "2026-04-01T10:00:05Z", ""),
        line(U, 2, "answered-success", "I0", "2026-04-02T10:01:00Z", ""),
        line(U, 3, "timed-out", "E21", "", "2026-04-03T10:05:00Z"),
        line(U, 4, "refused", "E4", "", ""),
        line(U, 5, "in-flight", "", "", "2026-04-05T10:05:00Z"),
        line(V, 6, "answered-success", "I0", "2026-04-06T10:00:05Z", ""),
    ];
    ingested(&ctx, &folder, "april.csv", &text.concat(), Layout::Messages);
    let alerts = format!(
        "device,recipient,counter,code,alert_kind,state,excluded,carried,raised,received,delivered,region,provider,feed,known\n\
         {DEVICE},{U},42,8F20,device,delivered,false,0,2026-04-01T00:00:24Z,2026-04-01T00:00:26Z,2026-04-01T00:00:27Z,north,CSPN,alerts,2026-05-02T06:00:00Z\n\
         {DEVICE},{V},43,8F21,device,parked,false,0,2026-04-02T00:00:24Z,2026-04-02T00:00:26Z,,north,CSPN,alerts,2026-05-02T06:00:00Z\n"
    );
    ingested(&ctx, &folder, "alerts.csv", &alerts, Layout::Alerts);
    (folder, ctx)
}

fn path(user: &str, n: u32) -> RequestPath {
    let id = format!("{user}:{DEVICE}:{n}");
    RequestPath { id: id.parse().unwrap(), instance: None, limit: 20 }
}

fn shown(ctx: &Context, n: u32) -> serde_json::Value {
    show(ctx, &path(U, n)).unwrap().json["exchanges"][0].clone()
}

fn all() -> RequestList {
    RequestList { limit: 100, ..RequestList::default() }
}

/// The counters of the requests listed.
fn listed(ctx: &Context, asked: &RequestList) -> Vec<u64> {
    let a = list(ctx, asked).unwrap();
    assert_eq!(a.json["all"], a.json["requests"].as_array().unwrap().len());
    let requests = a.json["requests"].as_array().unwrap().iter();
    requests.map(|r| r["request"].as_str().unwrap().parse::<RequestId>().unwrap().counter).collect()
}

#[test]
fn u1_a_request_is_shown_with_what_became_of_it() {
    let (_folder, ctx) = filled();
    let answered = shown(&ctx, 1);
    assert_eq!(answered["timeliness"], Timeliness::InTime.as_str());
    assert!(answered["judged"].as_str().unwrap().starts_with("In time: 5 s of 30 s"), "{answered}");
    assert_eq!(answered["records"][0]["source"]["name"], "april.csv");
    assert_eq!(answered["records"][0]["source"]["row"], 2);
    let late = shown(&ctx, 2);
    assert!(late["judged"].as_str().unwrap().starts_with("Late: 60 s"), "{late}");
    let timed_out = shown(&ctx, 3);
    let steps: Vec<&str> = timed_out["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["what"].as_str().unwrap())
        .collect();
    assert_eq!(steps, ["received by the service", "target time", "timed out"]);
    assert!(timed_out["why"].as_str().unwrap().contains("E21: no Response came"), "{timed_out}");
    let refused = shown(&ctx, 4);
    assert!(
        refused["why"].as_str().unwrap().contains("E4: User Role is not authorised"),
        "{refused}"
    );
    assert!(refused["steps"].as_array().unwrap().len() == 1, "no target applies: {refused}");
    // The id in lower case is the same, and so is what `explain` answers.
    let lower = path(&U.to_lowercase(), 1);
    assert_eq!(show(&ctx, &lower).unwrap().json["exchanges"][0], answered);
    let asked = explain::Request {
        figure: format!("{U}:{DEVICE}:1"),
        limit: 20,
        ..explain::Request::default()
    };
    assert_eq!(explain::explain(&ctx, &asked).unwrap().json["exchanges"][0], answered);
}

#[test]
fn every_record_of_a_request_is_shown_with_which_counts() {
    let (folder, ctx) = filled();
    let text = [
        HEAD.to_owned(),
        line(U, 1, "timed-out", "E21", "", "2026-04-01T10:05:00Z"),
        line(U, 2, "answered-success", "I0", "2026-04-02T10:01:00Z", ""),
    ];
    let own = folder.path().join("own.csv");
    std::fs::write(&own, text.concat()).unwrap();
    let request = Request { rank: Some(200), ..Request::file(own) };
    ingest(&ctx, &request, Layout::Messages, &mut ctx.progress()).unwrap();
    let differs = shown(&ctx, 1);
    assert_eq!(differs["state"], "answered-success", "the record that counts is first");
    let second = &differs["records"][1];
    assert_eq!(
        (&second["counts"], &second["gave_way"]["reason"]),
        (&false.into(), &"collision".into())
    );
    assert_eq!(second["gave_way"]["decided"], "rank");
    assert_eq!(shown(&ctx, 2)["records"][1]["gave_way"]["reason"], "duplicate");
    assert_eq!(listed(&ctx, &all()), [6, 5, 4, 3, 2, 1], "each request is listed once");
}

#[test]
fn what_is_not_there_is_not_found_and_says_what_the_ledger_covers() {
    let (_folder, ctx) = filled();
    let covers = |e: northbound_app::AppError| {
        assert_eq!(e.kind(), Kind::NotFound, "{e}");
        assert!(e.to_string().contains("the ledger covers 2026-04-01 to 2026-04-06"), "{e}");
    };
    covers(show(&ctx, &path(U, 99)).unwrap_err());
    let nowhere = || Some("00-DB-12-34-00-00-00-00".parse().unwrap());
    covers(list(&ctx, &RequestList { device: nowhere(), ..all() }).unwrap_err());
    covers(list(&ctx, &RequestList { user: nowhere(), ..all() }).unwrap_err());
    covers(
        list_alerts(&ctx, &AlertList { device: nowhere(), limit: 9, ..AlertList::default() })
            .unwrap_err(),
    );
    covers(
        show_alert(&ctx, &AlertPath { id: format!("{DEVICE}:9").parse().unwrap() }).unwrap_err(),
    );
    // Of a device that has some, none fulfils the conditions: an answer.
    let none = list(
        &ctx,
        &RequestList { device: Some(DEVICE.parse().unwrap()), srv: vec!["9.9".into()], ..all() },
    )
    .unwrap();
    assert!(none.said[0].contains("Without them there are 6"), "{:?}", none.said);
    let empty = context("kim+analyst", "2026-05-20T09:00:00Z");
    let e = show(&empty.1, &path(U, 1)).unwrap_err();
    assert!(e.to_string().contains("the ledger is empty"), "{e}");
}

#[test]
fn lists_are_narrowed_and_paged() {
    let (_folder, ctx) = filled();
    assert_eq!(listed(&ctx, &RequestList { failed: true, ..all() }), [4, 3]);
    assert_eq!(listed(&ctx, &RequestList { open: true, ..all() }), [5]);
    assert_eq!(listed(&ctx, &RequestList { user: Some(V.parse().unwrap()), ..all() }), [6]);
    assert_eq!(listed(&ctx, &RequestList { state: vec![RequestState::TimedOut], ..all() }), [3]);
    let times = Times {
        from: Some("2026-04-02".parse().unwrap()),
        before: Some(Times::end("2026-04-03").unwrap()),
    };
    assert_eq!(listed(&ctx, &RequestList { times, ..all() }), [3, 2]);
    let page = list(&ctx, &RequestList { skip: 2, limit: 3, ..all() }).unwrap();
    assert_eq!((&page.json["all"], &page.json["next"]), (&6.into(), &5.into()));
    assert!(page.next.iter().any(|n| n == "1 more: --skip 5"), "{:?}", page.next);
    let both = RequestList { state: vec![RequestState::AnsweredSuccess], failed: true, ..all() };
    assert_eq!(list(&ctx, &both).unwrap_err().kind(), Kind::Usage);
    for limit in [0, requests::MOST + 1] {
        assert_eq!(list(&ctx, &RequestList { limit, ..all() }).unwrap_err().kind(), Kind::Usage);
    }
    let parked = AlertList { state: vec![AlertState::Parked], limit: 9, ..AlertList::default() };
    assert_eq!(list_alerts(&ctx, &parked).unwrap().json["alerts"][0]["code"], "8F21");
    let code = AlertList { code: vec!["8f20".into()], limit: 9, ..AlertList::default() };
    assert_eq!(list_alerts(&ctx, &code).unwrap().json["all"], 1);
}

#[test]
fn a_user_sees_its_own_and_nothing_of_another_party() {
    let (_folder, ctx) = filled();
    let own = acting(&ctx, "lee@ACME+user", "");
    assert_eq!(listed(&own, &all()), [5, 4, 3, 2, 1]);
    show(&own, &path(U, 1)).unwrap();
    let refused =
        |r: northbound_app::Result<Answer>| assert_eq!(r.unwrap_err().kind(), Kind::Refused);
    // Refused alike, whether there is such a request or not.
    refused(show(&own, &path(V, 6)));
    refused(show(&own, &path(V, 99)));
    refused(list(&own, &RequestList { user: Some(V.parse().unwrap()), ..all() }));
    refused(list(&acting(&ctx, "lee+member", ""), &all()));
    let alerts =
        |ctx: &Context| list_alerts(ctx, &AlertList { limit: 9, ..AlertList::default() }).unwrap();
    assert_eq!(
        (alerts(&own).json["all"].as_u64(), alerts(&ctx).json["all"].as_u64()),
        (Some(1), Some(2))
    );
    let alert = |ctx: &Context, n: u64| {
        show_alert(ctx, &AlertPath { id: format!("{DEVICE}:{n}").parse().unwrap() })
    };
    assert_eq!(alert(&own, 42).unwrap().json["code"], "8F20");
    assert_eq!(
        alert(&own, 43).unwrap_err().kind(),
        Kind::NotFound,
        "it is for another party's User"
    );
    alert(&ctx, 43).unwrap();
}

#[test]
fn the_page_on_requests_has_every_state_in_its_words() {
    let page = include_str!("../../../docs/requests.md");
    for s in RequestState::ALL {
        let row = format!("| `{s}` | {} | {} |", words::state(*s), words::meaning(*s));
        assert!(page.contains(&row), "docs/requests.md lacks\n{row}");
    }
    for s in AlertState::ALL {
        let row = format!("| `{s}` | {} |", words::alert_state(*s));
        assert!(page.contains(&row), "docs/requests.md lacks\n{row}");
    }
}
