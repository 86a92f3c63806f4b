//! The control interface of a running service, walked along its table: versioned paths, strict methods, one problem type.

use crate::support::{Answer, Running};
use northbound_client::control::{ACTOR, METRICS, VERSION};
use northbound_gateway::control::{Changes, ROUTES, Verb};
use std::collections::BTreeSet;

/// A query and a body with which a route answers 200. A new route needs one here.
fn example(path: &str) -> (&'static str, &'static str) {
    match path {
        "/metrics" | "/v1/status" | "/v1/top" | "/v1/users" | "/v1/endpoints" => ("", ""),
        "/v1/devices" => ("?limit=1", ""),
        "/v1/request" => ("?id=90-B3-D5-1F-30-01-00-01:00-DB-12-34-56-78-90-A0:1", ""),
        "/v1/messages" => ("?user=90-B3-D5-1F-30-01-00-01", ""),
        "/v1/tap" => ("?device=00-DB-12-34-56-78-90-A0", ""),
        "/v1/known" => ("", r#"["00-DB-12-34-56-78-90-A0"]"#),
        "/v1/change" => (
            "",
            r#"{"actor": "kim+operations", "reason": "a trial", "change": {"Pause": {"region": "north", "until": null}}}"#,
        ),
        "/v1/changes" => (
            "",
            r#"[{"actor": "kim+operations", "reason": "a trial", "change": {"Resume": "north"}}]"#,
        ),
        "/v1/endpoint" => {
            ("", r#"{"user": "90-B3-D5-1F-30-01-00-01", "url": "http://127.0.0.1:9/"}"#)
        }
        "/v1/route" => (
            "",
            r#"{"request": "90-B3-D5-1F-30-01-00-01:00-DB-12-34-56-78-90-A0:1", "url": "http://127.0.0.1:9/"}"#,
        ),
        "/v1/keys" | "/v1/stop" => ("", "{}"),
        _ => panic!("{path} has no example"),
    }
}

fn is_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{answer:?}");
    let problem = answer.json();
    assert_eq!(problem["code"], code, "{problem}");
    assert_eq!(problem["status"], status, "{problem}");
    assert_eq!(problem["type"], "about:blank", "{problem}");
    for key in ["title", "detail", "message", "reference"] {
        assert!(problem[key].as_str().is_some_and(|t| !t.is_empty()), "{key}: {problem}");
    }
}

#[test]
fn every_route_of_the_table_answers() {
    let r = Running::start(false);
    for route in &ROUTES {
        let (query, body) = example(route.path);
        let path = format!("{}{query}", route.path);
        let answer = r.ask(route.method.method().as_str(), &path, &r.token, body);
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
    }
    assert_eq!(ROUTES.last().unwrap().changes, Changes::Stop, "what stops the service is last");
}

#[test]
fn every_route_refuses_other_methods_and_names_its_own() {
    let r = Running::start(false);
    for route in &ROUTES {
        let (query, body) = example(route.path);
        let path = format!("{}{query}", route.path);
        let own: &[&str] = if route.method == Verb::Get { &["GET", "HEAD"] } else { &["POST"] };
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"] {
            if own.contains(&method) {
                continue;
            }
            let answer = r.ask(method, &path, &r.token, body);
            is_problem(&answer, 405, "control.method");
            let allowed = answer.header("allow").unwrap_or_default().to_ascii_uppercase();
            let allowed: BTreeSet<&str> = allowed.split(',').map(str::trim).collect();
            assert_eq!(allowed, own.iter().copied().collect(), "{method} {path}");
        }
    }
}

#[test]
fn paths_are_versioned_and_need_the_token_except_for_metrics() {
    let r = Running::start(false);
    for route in &ROUTES {
        let (method, (query, body)) = (route.method.method(), example(route.path));
        let path = format!("{}{query}", route.path);
        if route.path == METRICS {
            let answer = r.ask(method.as_str(), &path, "wrong", body);
            assert!(answer.body.contains("northbound_requests_total 0"), "{answer:?}");
            continue;
        }
        for token in ["", "wrong"] {
            is_problem(&r.ask(method.as_str(), &path, token, body), 401, "control.token");
        }
        let bare = path.strip_prefix(VERSION).unwrap_or_else(|| panic!("{path} has no version"));
        for path in [bare.to_owned(), format!("/v2{bare}"), format!("{}/x", route.path)] {
            is_problem(&r.ask(method.as_str(), &path, &r.token, body), 404, "control.path");
            is_problem(&r.ask(method.as_str(), &path, "wrong", body), 401, "control.token");
        }
    }
}

#[test]
fn every_route_but_the_metrics_needs_an_actor_who_may() {
    let r = Running::start(false);
    let with = |route: &northbound_gateway::control::Route, actor: &str| {
        let (query, body) = example(route.path);
        let headers = format!("Authorization: Bearer {}\r\n{actor}", r.token);
        r.ask_with(
            route.method.method().as_str(),
            &format!("{}{query}", route.path),
            &headers,
            body,
        )
    };
    for route in &ROUTES {
        if route.command.is_none() {
            assert_eq!((route.path, with(route, "").status), (METRICS, 200));
            continue;
        }
        is_problem(&with(route, ""), 403, "control.actor");
        is_problem(&with(route, &format!("{ACTOR}: +operations\r\n")), 403, "control.actor");
        is_problem(&with(route, &format!("{ACTOR}: kim+user\r\n")), 403, "control.right");
    }
    let (_, change) = example("/v1/change");
    let other = format!("Authorization: Bearer {}\r\n{ACTOR}: lee+operations\r\n", r.token);
    is_problem(&r.ask_with("POST", "/v1/change", &other, change), 403, "control.actor");
}

#[test]
fn queries_and_documents_are_read_strictly() {
    let r = Running::start(false);
    for (method, path, body) in [
        ("GET", "/v1/devices?limit=0", ""),
        ("GET", "/v1/devices?limit=1&x=1", ""),
        ("GET", "/v1/devices?eui=1", ""),
        ("GET", "/v1/request", ""),
        ("GET", "/v1/tap?who=1", ""),
        ("POST", "/v1/known", "{"),
        ("POST", "/v1/endpoint", r#"{"user": "90-B3-D5-1F-30-01-00-01", "address": ""}"#),
        ("POST", "/v1/route", ""),
        ("POST", "/v1/change", r#"{"actor": "", "reason": "", "change": {"Resume": "north"}}"#),
    ] {
        is_problem(&r.ask(method, path, &r.token, body), 400, "control.request");
    }
    let change = r#"{"actor": "kim+secretary", "change": {"Resume": "north"}}"#;
    is_problem(&r.ask("POST", "/v1/change", &r.token, change), 403, "control.right");
}

/// The router is made from the table: no other file may add a route, and the page for operators lists the same.
#[test]
fn a_route_is_in_the_table_and_on_the_page() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |file: &str| std::fs::read_to_string(folder.join("src").join(file)).unwrap();
    let adds = |text: &str| {
        [".route(", ".nest(", ".merge(", ".route_service(", ".nest_service("]
            .iter()
            .map(|call| text.matches(call).count())
            .sum::<usize>()
    };
    assert_eq!(adds(&read("control/table.rs")), 1, "one call adds all routes of the table");
    assert_eq!(adds(&read("control.rs")) + adds(&read("service.rs")), 0);
    for file in std::fs::read_dir(folder.join("src/control")).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            path.ends_with("table.rs") || !text.contains("Router"),
            "{} makes a router beside the table",
            path.display()
        );
    }
    let paths: BTreeSet<&str> = ROUTES.iter().map(|r| r.path).collect();
    assert_eq!(paths.len(), ROUTES.len(), "each path is in the table once");
    let page = std::fs::read_to_string(folder.join("../../docs/serve.md")).unwrap();
    let (_, section) = page.split_once("\n## The control interface\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let listed: BTreeSet<String> = section
        .lines()
        .filter_map(|l| l.strip_prefix("| `")?.split_once('`'))
        .filter(|(route, _)| route.starts_with("GET ") || route.starts_with("POST "))
        .map(|(route, rest)| {
            let cells: Vec<&str> = rest.split('|').map(str::trim).collect();
            format!("{route} {} {}", cells[2], cells[3].trim_matches('`'))
        })
        .collect();
    let row = |r: &northbound_gateway::control::Route| {
        let command = r.command.unwrap_or("–");
        format!("{} {} {} {command}", r.method.method(), r.path, r.changes)
    };
    let expected: BTreeSet<String> = ROUTES.iter().map(row).collect();
    assert_eq!(listed, expected, "docs/serve.md, the table of the control interface");
}

#[test]
fn open_connections_are_counted() {
    let r = Running::start(false);
    let open = |n: u64| r.until("connections are counted", |s| s["connections"] == n);
    open(0);
    let users = [r.connect(), r.connect()];
    open(2);
    assert!(r.client.text("/metrics").unwrap().contains("northbound_connections 2\n"));
    drop(users);
    open(0);
}
