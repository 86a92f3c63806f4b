//! Who may use which route of the control interface: every route for ten kinds of actor, against the table of
//! commands in `docs/permissions.md`.

use crate::{
    support::live::{Live, USER},
    walk::permissions,
};
use northbound_gateway::control::{ROUTES, Route};
use serde_json::Value;
use std::{
    io::{Read, Write},
    net::TcpStream,
};

const NOBODY: &str = "no role";
const ROLES: [&str; 9] = [
    "user",
    "provider",
    "member",
    "secretary",
    "operations",
    "analyst",
    "auditor",
    "chair",
    NOBODY,
];

/// A query and a body by which a route does something and the service still runs.
fn example(path: &str, actor: &str) -> (&'static str, String) {
    let request = format!("{USER}:00-DB-12-34-56-78-90-A0:1");
    let change = format!("{{\"actor\": \"{actor}\", \"change\": {{\"Resume\": \"north\"}}}}");
    match path {
        "/v1/request" => ("?id=90-B3-D5-1F-30-01-00-01:00-DB-12-34-56-78-90-A0:1", String::new()),
        "/v1/messages" => ("?user=90-B3-D5-1F-30-01-00-01", String::new()),
        "/v1/known" => ("", "[]".to_owned()),
        "/v1/change" => ("", change),
        "/v1/changes" => ("", format!("[{change}]")),
        "/v1/endpoint" => ("", format!("{{\"user\": \"{USER}\", \"url\": null}}")),
        "/v1/route" => {
            ("", format!("{{\"request\": \"{request}\", \"url\": \"http://127.0.0.1:9/\"}}"))
        }
        _ => ("", String::new()),
    }
}

/// The status of a route for an actor.
fn status(live: &Live, route: &Route, actor: &str) -> u16 {
    let file = std::fs::read_to_string(live.room.data().join("service.json")).unwrap();
    let run: Value = serde_json::from_str(&file).unwrap();
    let (query, body) = example(route.path, actor);
    let mut stream = TcpStream::connect(run["control"].as_str().unwrap()).unwrap();
    write!(
        stream,
        "{} {}{query} HTTP/1.0\r\nAuthorization: Bearer {}\r\nNorthbound-Actor: {actor}\r\nContent-Length: {}\r\n\r\n{body}",
        route.method.method(),
        route.path,
        run["token"].as_str().unwrap(),
        body.len()
    )
    .unwrap();
    // The tap has no end: its first line is enough.
    let mut first = [0; 12];
    stream.read_exact(&mut first).unwrap();
    std::str::from_utf8(&first[9..]).unwrap().parse().unwrap()
}

#[test]
fn the_table_of_commands_decides_for_every_route() {
    let live = Live::new();
    let table = permissions();
    let users = live.json("user list");
    let party = users["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|u| &u["record"])
        .find(|u| u["eui"] == USER)
        .and_then(|u| u["party"].as_str())
        .unwrap_or_else(|| panic!("{users}"));
    let acting = |party: &str, role: &str| match role {
        NOBODY => format!("kim@{party}"),
        role => format!("kim@{party}+{role}"),
    };
    for route in &ROUTES {
        let Some(command) = route.command else {
            assert_eq!(route.path, "/metrics", "the one route without an Actor");
            continue;
        };
        let may = table
            .get(&command.replace(' ', "-"))
            .unwrap_or_else(|| panic!("{}: no command {command:?}", route.path));
        for role in ROLES {
            let allowed = may.contains(role);
            // Who may stop the service is tried last.
            if allowed && route.path == "/v1/stop" {
                continue;
            }
            let status = status(&live, route, &acting(party, role));
            assert_eq!(status == 403, !allowed, "{} as {role}: {status}", route.path);
        }
        // The tenth: a User of another party.
        let own = ["/v1/endpoint", "/v1/route", "/v1/messages"].contains(&route.path);
        let allowed = may.contains("user") && !own;
        let status = status(&live, route, &acting("STRANGER", "user"));
        assert_eq!(status == 403, !allowed, "{} as another's User: {status}", route.path);
    }
    let stop = ROUTES.last().unwrap();
    assert_eq!((stop.path, status(&live, stop, "kim+operations")), ("/v1/stop", 200));
}
