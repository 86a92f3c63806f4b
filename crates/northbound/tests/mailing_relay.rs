//! The outbox handed over to a mail relay: each message once with its proof, whatever the relay says
//! and whenever the command is killed. Parties and addresses are invented.

use crate::support;
use crate::support::authority;
use authority::Authority;
use serde_json::Value;
use std::{collections::BTreeMap, sync::Arc};
use support::{
    Room,
    live::until,
    smtp::{Does, Manner, Server, Silent},
};
use tokio_rustls::rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

/// A sent mailing to so many contacts of one supplier, with text beyond ASCII.
fn room(contacts: usize) -> (Room, String) {
    let r = Room::new();
    r.run(&["party", "add", "ACME", "--name", "ACME (invented)", "--category", "large-supplier"])
        .ok();
    for n in 1..=contacts {
        let added = r
            .run(&[
                "contact",
                "add",
                "ACME",
                "--topic",
                "smets1",
                "--address",
                &address(n),
                "--role",
                "lead",
                "--as",
                "lee@ACME+user",
                "--format",
                "json",
            ])
            .ok()
            .json();
        r.run(&["contact", "confirm", added["id"].as_str().unwrap(), "--as", "sam@ACME+user"]).ok();
    }
    let text = "Bitte prüfen.\n.a line with a dot\nEnd.";
    let id = r
        .run(&[
            "mailing",
            "draft",
            "--topic",
            "smets1",
            "--subject",
            "Check",
            "--text",
            text,
            "--from",
            "desk@body.example",
            "--format",
            "json",
        ])
        .ok()
        .json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    r.nb(&format!("mailing send {id}")).ok();
    (r, id)
}

fn address(n: usize) -> String {
    format!("desk{n:02}@acme.example")
}

fn settings(r: &Room, server: &Server, more: &str) {
    r.write(
        "data/relay.toml",
        &format!(
            "host = \"127.0.0.1\"\nport = {}\ntls = \"none\"\ntimeout-seconds = 10\n{more}",
            server.port
        ),
    );
}

fn proofs(r: &Room, id: &str) -> BTreeMap<String, Value> {
    r.nb(&format!("mailing proof {id} --format json")).json()["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| (m["address"].as_str().unwrap().to_owned(), m["relayed"].clone()))
        .collect()
}

fn does(of: &[(usize, Does)]) -> Manner {
    Manner { does: of.iter().map(|(n, d)| (address(*n), *d)).collect(), ..Manner::default() }
}

#[test]
fn each_message_goes_once_and_byte_for_byte() {
    let (r, id) = room(3);
    r.nb(&format!("mailing relay {id}")).code(5);
    let server = Server::start(Manner::default());
    settings(&r, &server, "");
    let dry = r.json(&format!("mailing relay {id} --dry-run"));
    assert_eq!(
        (dry["waiting"].as_array().unwrap().len(), server.heard.lock().unwrap().connections),
        (3, 0),
        "{dry}"
    );
    let v = r.json("mailing relay");
    assert_eq!(
        (&v["taken"], &v["messages"][0]["relayed"]["reply"], &v["messages"][0]["relayed"]["tries"]),
        (&3.into(), &"250 queued".into(), &1.into()),
        "{v}"
    );
    for (to, bytes) in &server.heard.lock().unwrap().mails {
        let n: usize = to[4..6].parse().unwrap();
        assert_eq!(
            bytes,
            &std::fs::read(r.path("data/outbox").join(&id).join(format!("contact-{n}.eml")))
                .unwrap(),
            "{to}"
        );
    }
    assert_eq!(server.heard.lock().unwrap().connections, 1);
    let again = r.json("mailing relay");
    assert_eq!((&again["taken"], server.got().values().sum::<usize>()), (&0.into(), 3), "{again}");
    // A bounce is still noted after that.
    let message = v["messages"][0]["message_id"].as_str().unwrap();
    let file = r.write(
        "bounces.csv",
        &format!("message_id,at,why\n{message},2026-05-20T08:00:00Z,unknown\n"),
    );
    assert_eq!(r.json(&format!("mailing bounces {file}"))["noted"].as_array().unwrap().len(), 1);
}

#[test]
fn no_for_good_no_for_now_and_a_broken_connection_are_told_apart() {
    let (r, id) = room(6);
    let server = Server::start(does(&[
        (1, Does::Refuse),
        (3, Does::PutOffOnce),
        (4, Does::BreakOnce),
        (5, Does::RefuseBytes),
    ]));
    settings(&r, &server, "");
    let v = r.nb("mailing relay --format json").code(7).json();
    assert_eq!(
        [&v["taken"], &v["refused"], &v["put_off"], &v["open"]],
        [2, 2, 1, 1].map(Value::from).each_ref(),
        "{v}"
    );
    let p = proofs(&r, &id);
    let state = |n: usize| p[&address(n)]["state"].as_str().unwrap().to_owned();
    assert_eq!(
        (1..=6).map(state).collect::<Vec<_>>(),
        ["refused", "taken", "put-off", "trying", "refused", "taken"]
    );
    assert!(
        p[&address(1)]["reply"].as_str().unwrap().contains("no such mailbox")
            && p[&address(3)]["reply"].as_str().unwrap().contains("come back later"),
        "{p:?}"
    );
    // The next run: the one put off, and the one of which nobody knows, with the same Message-ID.
    let v = r.json("mailing relay");
    assert_eq!((&v["taken"], v["sent_again"].as_array().unwrap().len()), (&2.into(), 1), "{v}");
    let want: BTreeMap<String, usize> = [(2, 1), (3, 1), (4, 2), (5, 1), (6, 1)]
        .into_iter()
        .map(|(n, times)| (address(n), times))
        .collect();
    assert_eq!(server.got(), want);
    let twice: Vec<Vec<u8>> = server
        .heard
        .lock()
        .unwrap()
        .mails
        .iter()
        .filter(|(t, _)| *t == address(4))
        .map(|(_, b)| b.clone())
        .collect();
    assert_eq!(twice[0], twice[1]);
    assert_eq!(
        (
            r.json("mailing relay")["taken"].clone(),
            server.heard.lock().unwrap().asked.iter().filter(|t| **t == address(1)).count()
        ),
        (0.into(), 1),
        "refused for good is not tried again"
    );
}

/// Fifty messages; killed once the relay has fallen silent in the middle of them, run again: which it
/// says it sent again, and who got a message more than once.
fn killed(silent: Silent) -> (Vec<String>, BTreeMap<String, usize>) {
    const ALL: usize = 50;
    let (r, id) = room(ALL);
    let server = Server::start(Manner { silent: Some(silent), ..Manner::default() });
    settings(&r, &server, "");
    let mut child =
        r.command().args(["mailing", "relay"]).stdout(std::process::Stdio::null()).spawn().unwrap();
    let there = || {
        let h = server.heard.lock().unwrap();
        match silent {
            Silent::Recipient(n) => h.asked.len() == n,
            Silent::Message(n) => h.mails.len() == n,
        }
    };
    until("the relay falls silent", 60, there);
    child.kill().unwrap();
    child.wait().unwrap();
    let before: usize = server.got().values().sum();
    assert!(before > 5 && before < ALL, "killed in the middle: {before}");
    let v = r.json("mailing relay");
    assert!(proofs(&r, &id).values().all(|p| p["state"] == "taken"), "{v}");
    assert_eq!(server.got().len(), ALL, "nobody was left out");
    let again: Vec<String> = v["sent_again"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m.as_str().unwrap().to_owned())
        .collect();
    (again, server.got().into_iter().filter(|(_, n)| *n > 1).collect())
}

#[test]
fn a_kill_between_messages_repeats_none() {
    let (again, twice) = killed(Silent::Recipient(12));
    assert_eq!((again.len(), twice.len()), (0, 0), "{again:?} {twice:?}");
}

#[test]
fn a_kill_before_the_reply_repeats_that_one_message_and_says_so() {
    let (again, twice) = killed(Silent::Message(11));
    assert_eq!(
        (again.len(), twice.values().copied().collect::<Vec<_>>()),
        (1, vec![2]),
        "{again:?} {twice:?}"
    );
}

#[test]
fn what_a_relay_must_not_hear_is_not_said() {
    let (r, id) = room(1);
    let server = Server::start(Manner { auth: true, ..Manner::default() });
    // It offers no TLS: neither the password nor a message goes out.
    r.write("data/relay.toml", &format!("host = \"127.0.0.1\"\nport = {}\nuser = \"desk\"\npassword-file = \"relay.password\"\ntimeout-seconds = 5\n", server.port));
    r.write("data/relay.password", "open sesame\n");
    let e = r.nb("mailing relay --format json").code(1).error();
    assert!(
        e["code"] == "mailing.relay" && e["message"].as_str().unwrap().contains("STARTTLS"),
        "{e}"
    );
    assert!(server.heard.lock().unwrap().auth.is_empty() && server.got().is_empty());
    r.write(
        "data/relay.toml",
        &format!(
            "host = \"127.0.0.1\"\nport = {}\ntls = \"tls\"\ntimeout-seconds = 2\n",
            server.port
        ),
    );
    assert_eq!(r.nb("mailing relay --format json").code(1).error()["code"], "mailing.relay");
    // No TLS at all is for loopback; a password in the settings is no key of theirs.
    r.write("data/relay.toml", "host = \"192.0.2.1\"\ntls = \"none\"\n");
    assert!(r.nb("mailing relay").code(3).err.contains("loopback"));
    r.write(
        "data/relay.toml",
        "host = \"127.0.0.1\"\nuser = \"desk\"\npassword = \"open sesame\"\n",
    );
    r.nb("mailing relay").code(3);
    // On loopback it is heard, and in the form of the standard.
    settings(&r, &server, "user = \"desk\"\npassword-file = \"relay.password\"\n");
    assert_eq!(r.json("mailing relay")["taken"], 1);
    assert_eq!(server.heard.lock().unwrap().auth, ["AUTH PLAIN AGRlc2sAb3BlbiBzZXNhbWU="]);
    assert!(!r.nb(&format!("mailing proof {id} --format json")).out.contains("sesame"));
}

#[test]
fn an_altered_file_stays_and_a_relay_that_is_not_there_loses_nothing() {
    let (r, id) = room(2);
    let server = Server::start(Manner::default());
    let gone = {
        let l = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        l.local_addr().unwrap().port()
    };
    r.write(
        "data/relay.toml",
        &format!("host = \"127.0.0.1\"\nport = {gone}\ntls = \"none\"\ntimeout-seconds = 2\n"),
    );
    assert_eq!(r.nb("mailing relay --format json").code(1).error()["code"], "mailing.relay");
    assert!(proofs(&r, &id).values().all(Value::is_null));
    std::fs::write(
        r.path("data/outbox").join(&id).join("contact-1.eml"),
        "To: somebody@else.example\r\n\r\nx\r\n",
    )
    .unwrap();
    settings(&r, &server, "");
    let v = r.nb("mailing relay --format json").code(7).json();
    assert_eq!(
        (&v["taken"], v["altered"].as_array().unwrap().len(), server.got()),
        (&1.into(), 1, [(address(2), 1)].into()),
        "{v}"
    );
    // A draft has nothing in the outbox.
    let draft = r
        .run(&[
            "mailing",
            "draft",
            "--topic",
            "smets1",
            "--subject",
            "s",
            "--text",
            "t",
            "--from",
            "desk@body.example",
            "--format",
            "json",
        ])
        .ok()
        .json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    r.nb(&format!("mailing relay {draft}")).code(4);
}

/// What a relay with this certificate speaks TLS by.
fn speaks(certificate: &str, key: &str) -> Arc<ServerConfig> {
    let chain =
        CertificateDer::pem_file_iter(certificate).unwrap().collect::<Result<Vec<_>, _>>().unwrap();
    let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap();
    Arc::new(
        builder
            .with_no_client_auth()
            .with_single_cert(chain, PrivateKeyDer::from_pem_file(key).unwrap())
            .unwrap(),
    )
}

#[test]
fn over_tls_messages_go_to_a_relay_that_can_be_trusted_and_to_no_other() {
    for (word, at_once) in [("tls", true), ("starttls", false)] {
        let (r, id) = room(2);
        let (ours, strange) =
            (Authority::invented(&r, "relays"), Authority::invented(&r, "strange"));
        let (certificate, key) = ours.issue(&r, "relay");
        let server = Server::start(Manner {
            tls: Some((speaks(&certificate, &key), at_once)),
            auth: true,
            ..Manner::default()
        });
        r.write("password", "secret\n");
        let settings = |trusts: &str| {
            r.write("data/relay.toml", &format!("host = \"127.0.0.1\"\nport = {}\ntls = \"{word}\"\ntimeout-seconds = 10\nauthorities = \"{trusts}\"\nuser = \"desk\"\npassword-file = \"../password\"\n", server.port))
        };
        settings(&strange.file);
        let refused = r.nb("mailing relay");
        assert!(
            refused.code != 0 && refused.err.to_lowercase().contains("certificate"),
            "{word}: {} {}",
            refused.code,
            refused.err
        );
        assert_eq!(
            (server.got().len(), server.heard.lock().unwrap().auth.len()),
            (0, 0),
            "{word}: neither a message nor the password was said"
        );
        settings(&ours.file);
        let v = r.json("mailing relay");
        assert_eq!(
            (&v["taken"], server.got().len(), server.heard.lock().unwrap().auth.len()),
            (&2.into(), 2, 1),
            "{word}: {v}"
        );
        assert!(proofs(&r, &id).values().all(|p| p["state"] == "taken"));
    }
}
