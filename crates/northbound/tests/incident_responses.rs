//! Initial responses of incidents against target time: on record, late, not on record, and what the
//! report and the pack say. All incidents are invented.

use crate::support;
use support::needs::Room;

const LOG: &str = "incident,event,at,known,category,responsible,text,by\n\
    INC000000000001,opened,2026-05-05T08:00:00Z,2026-05-05T08:00:00Z,1,DCC,a,desk\n\
    INC000000000001,responded,2026-05-05T08:10:00Z,2026-05-05T08:10:00Z,,,,desk\n\
    INC000000000002,opened,2026-05-06T08:00:00Z,2026-05-06T08:00:00Z,1,DCC,b,desk\n\
    INC000000000002,responded,2026-05-06T08:10:01Z,2026-05-06T08:10:01Z,,,,desk\n\
    INC000000000003,opened,2026-05-07T08:00:00Z,2026-05-07T08:00:00Z,2,DCC,c,desk\n\
    INC000000000003,resolved,2026-05-07T09:00:00Z,2026-05-07T09:00:00Z,,,,desk\n";

fn counted_in_the_report_and_the_pack(r: &Room) {
    // In the report: one of two, and for category 2 a null that says why.
    let v = r
        .at("2026-06-02T09:00:00Z", "incident report --period 2026-05 --area all --out report")
        .ok()
        .json()["view"]["responses"]
        .clone();
    assert_eq!(
        (&v[0]["category"], &v[0]["in_time"], &v[0]["late"], &v[1]["unknown"]),
        (&1.into(), &1.into(), &1.into(), &1.into()),
        "{v}"
    );
    assert!(
        v[1]["figure"].to_string().contains("INC000000000003: no initial response is on record"),
        "{v}"
    );
    let p = r.pack_at("2026-06-02T10:00:00Z", "may", "--period 2026-05");
    assert_eq!(
        (
            p.cell("incident-responses", "Category 1", "share"),
            p.cell("incident-responses", "Category 2", "unknown")
        ),
        ("50.00 % [p]".into(), "1".into())
    );
}

#[test]
fn a_response_is_held_against_its_target_and_none_on_record_is_no_figure() {
    let r = Room::new();
    r.write("log.csv", LOG);
    r.nb("incident import log.csv").ok();
    let of = |id: &str| {
        r.at("2026-05-20T09:30:00Z", &format!("incident show {id}")).ok().json()["responses"][0]
            .clone()
    };
    let (first, second, third) =
        (of("INC000000000001"), of("INC000000000002"), of("INC000000000003"));
    assert_eq!(
        (&first["standing"]["is"], &first["due"], &first["took"]),
        (&"in-time".into(), &"2026-05-05T08:10:00Z".into(), &600_000_000.into()),
        "{first}"
    );
    assert_eq!(
        (&second["standing"]["is"], &third["standing"]["why"]),
        (&"late".into(), &"no initial response is on record".into()),
        "{second} {third}"
    );
    counted_in_the_report_and_the_pack(&r);
    // A person notes it later; before that was known it is not on record.
    r.at("2026-06-03T09:00:00Z", "incident event INC000000000003 responded --at 2026-05-07T08:15:00Z --known 2026-06-03T08:00:00Z").ok();
    let now = |words: &str| {
        r.at("2026-06-03T10:00:00Z", &format!("incident show INC000000000003 {words}")).ok().json()
            ["responses"][0]["standing"]["is"]
            .clone()
    };
    assert_eq!(
        (now(""), now("--as-at 2026-06-02T00:00:00Z")),
        ("in-time".into(), "unknown".into())
    );
    // A rule with another word for it changes the answer: what was resolved was responded to.
    r.overlay("settings.toml", "value = [\"responded\"]", "value = [\"responded\", \"resolved\"]");
    assert_eq!(
        r.at("2026-06-03T11:00:00Z", "incident show INC000000000003 --as-at 2026-06-02T00:00:00Z")
            .ok()
            .json()["responses"][0]["standing"]["is"],
        "late"
    );
    r.overlay("settings.toml", "value = [\"responded\"]", "value = [\"ansered\"]");
    assert!(r.nb("incident show INC000000000003").code(4).err.contains("incident-response-events"));
}
