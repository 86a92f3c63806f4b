//! TLS of the User interface and of Users' endpoints: certificates optional and required, and a
//! certificate that is not the signer's. Authorities are made here and trusted by nobody else.

use crate::support;
use crate::support::authority;

use authority::{Authority, authority};
use rcgen::KeyPair;
use support::{
    Room,
    live::{Live, OTHER, Running, USER, read_meter},
};

/// A service with TLS; its authority's certificate.
fn live(client: impl Fn(&Room) -> String) -> (Live, Authority) {
    let room = Room::new();
    let ours = Authority::invented(&room, "ours");
    let (certificate, key) = ours.issue(&room, "service");
    let serve = format!(
        "serve --demo --meters 40 --speed 20 --listen 127.0.0.1:0 --log log.ndjson --tls-certificate {certificate} --tls-key {key}{}",
        client(&room)
    );
    let service = Running::start(&room, &serve);
    let live = Live { room, service };
    live.room.write("read.xml", &read_meter(&live.meter()));
    (live, ours)
}

/// The code of the acknowledgement, or the error; `HTTP STATUS` where the answer is no message.
fn send(live: &Live, words: &str) -> Result<String, String> {
    let ran = live.send(&format!("read.xml --user {USER} --wait 0 {words}"));
    if ran.code == 0 {
        let exchange = &ran.json()["exchanges"][0];
        let code = exchange["code"].as_str().map(str::to_owned);
        code.ok_or_else(|| format!("HTTP {}", exchange["status"]))
    } else {
        Err(ran.err)
    }
}

#[test]
fn a_request_and_its_answer_go_over_tls_both_ways() {
    let (live, ours) = live(|_| String::new());
    assert!(live.duis().starts_with("https://"), "{}", live.duis());
    assert_eq!(send(&live, &format!("--authorities {}", ours.file)), Ok("I99".to_owned()));
    let strange = Authority::invented(&live.room, "strange");
    let refused = send(&live, &format!("--authorities {}", strange.file)).unwrap_err();
    assert!(refused.contains("certificate"), "{refused}");
    assert!(
        send(&live, &format!("--url {}", live.duis().replace("https", "http"))).is_err(),
        "plain HTTP where TLS is spoken"
    );
}

#[test]
fn without_a_certificate_nobody_gets_in_where_one_is_required() {
    let (live, ours) =
        live(|room| format!(" --client-authorities {}", Authority::invented(room, "users").file));
    let refused = send(&live, &format!("--authorities {}", ours.file)).unwrap_err();
    assert!(refused.to_lowercase().contains("certificate"), "{refused}");
    let (certificate, key) =
        Authority::invented(&live.room, "strange").issue(&live.room, "stranger");
    assert!(
        send(
            &live,
            &format!(
                "--authorities {} --client-certificate {certificate} --client-key {key}",
                ours.file
            )
        )
        .is_err(),
        "a stranger's certificate"
    );
}

#[test]
fn a_certificate_that_names_no_user_is_refused_and_none_is_accepted_where_it_is_optional() {
    let room = Room::new();
    let (ours, users) = (Authority::invented(&room, "ours"), Authority::invented(&room, "users"));
    let ((certificate, key), (shown, with)) =
        (ours.issue(&room, "service"), users.issue(&room, "user"));
    let serve = format!(
        "serve --demo --meters 40 --speed 20 --listen 127.0.0.1:0 --log log.ndjson --tls-certificate {certificate} --tls-key {key} --client-authorities {}",
        users.file
    );
    let service = Running::start(&room, &serve);
    let mut live = Live { room, service };
    live.room.write("read.xml", &read_meter(&live.meter()));
    let shows =
        format!("--authorities {} --client-certificate {shown} --client-key {with}", ours.file);
    let refused = Err("HTTP 403".to_owned());
    assert_eq!(send(&live, &shows), refused, "a certificate that names no User");
    assert!(send(&live, &format!("--authorities {}", ours.file)).is_err());
    assert_eq!(live.service.stop(), 0);
    live.service = Running::start(&live.room, &format!("{serve} --client-certificates-optional"));
    assert_eq!(send(&live, &shows), refused, "optional, but shown");
    assert_eq!(send(&live, &format!("--authorities {}", ours.file)), Ok("I99".to_owned()));
}

#[test]
fn a_certificate_that_names_another_than_the_signer_is_refused_in_the_service() {
    let room = Room::new();
    // The demo's keys first: their issuer becomes the authority of client certificates.
    let mut first =
        Running::start(&room, "serve --demo --meters 40 --listen 127.0.0.1:0 --log log.ndjson");
    assert_eq!(first.stop(), 0);
    let keys = room.data().join("keys");
    let users = authority(
        &room,
        "INVENTED",
        KeyPair::from_pem(&std::fs::read_to_string(keys.join("issuer.pem")).unwrap()).unwrap(),
    );
    let ours = Authority::invented(&room, "ours");
    let (certificate, key) = ours.issue(&room, "service");
    let service = Running::start(
        &room,
        &format!(
            "serve --demo --meters 40 --listen 127.0.0.1:0 --log log.ndjson --tls-certificate {certificate} --tls-key {key} --client-authorities {}",
            users.file
        ),
    );
    let mut live = Live { room, service };
    live.room.write("read.xml", &read_meter(&live.meter()));
    let of = |live: &Live, user: &str| {
        let all = live.json("key list");
        let one = all["certificates"]
            .as_array()
            .unwrap()
            .iter()
            .find(|c| c["eui"] == user && c["role"] == "87")
            .unwrap_or_else(|| panic!("{all}"));
        let serial = one["serial"].as_str().unwrap().to_owned();
        let file = std::fs::read_dir(&keys)
            .unwrap()
            .map(|f| f.unwrap().path())
            .find(|p| {
                p.display().to_string().ends_with(".cert.pem")
                    && p.display().to_string().contains(&serial)
            })
            .unwrap_or_else(|| panic!("{one}"));
        let key = file.display().to_string().replace(".cert.pem", ".key.pem");
        format!(
            "--authorities {} --client-certificate {} --client-key {key}",
            ours.file,
            file.display()
        )
    };
    assert_eq!(send(&live, &of(&live, USER)), Ok("I99".to_owned()));
    for _ in 0..2 {
        assert_eq!(
            send(&live, &of(&live, OTHER)),
            Ok("E100".to_owned()),
            "signed by one User on a connection of another"
        );
    }
    sees_its_refusals(&mut live);
}

/// Refused messages are those of the User of the certificate, which sees them apart from its requests.
fn sees_its_refusals(live: &mut Live) {
    let at = live.json("top --once")["at"].as_str().unwrap().to_owned();
    assert_eq!(live.service.stop(), 0);
    let mine = |user: &str| {
        let report = format!("report mine --user {user} --period {} --format json", &at[..7]);
        live.now(&report).ok().json()
    };
    let (signer, shown) = (mine(USER), mine(OTHER));
    let requests = |v: &serde_json::Value| v["view"]["regions"].as_array().unwrap().len();
    assert_eq!((requests(&signer), requests(&shown)), (1, 0), "{signer} {shown}");
    assert_eq!(signer["refused_unverified"], serde_json::json!([]));
    let refused = &shown["refused_unverified"][0];
    assert_eq!((&refused["reason"], &refused["messages"]), (&"signature".into(), &2.into()));
    let words = format!("report mine --user {OTHER} --period {}", &at[..7]);
    let printed = live.now(&words).ok().out;
    assert!(printed.contains("refused, bad signature"), "{printed}");
}

#[test]
fn answers_go_to_an_https_endpoint_that_the_service_can_trust() {
    let room = Room::new();
    let (users, ours) = (Authority::invented(&room, "users"), Authority::invented(&room, "ours"));
    let ((certificate, key), (shown, with)) =
        (users.issue(&room, "endpoint"), ours.issue(&room, "service"));
    room.write(
        "data/service.toml",
        &format!(
            "[delivery]\nauthorities = \"{}\"\ncertificate = \"{shown}\"\nkey = \"{with}\"\n",
            users.file
        ),
    );
    let service = Running::start(
        &room,
        "serve --demo --meters 40 --speed 20 --listen 127.0.0.1:0 --log log.ndjson",
    );
    let live = Live { room, service };
    live.room.write("read.xml", &read_meter(&live.meter()));
    let mut endpoint = Running::start(
        &live.room,
        &format!(
            "receive --user {USER} --tls-certificate {certificate} --tls-key {key} --client-authorities {}",
            ours.file
        ),
    );
    assert!(endpoint.said["listening"].as_str().unwrap().starts_with("https://"));
    assert_eq!(send(&live, ""), Ok("I99".to_owned()));
    assert_eq!(endpoint.next()["code"], "I0");
}
