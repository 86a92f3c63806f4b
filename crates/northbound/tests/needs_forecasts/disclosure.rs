//! Reasons, and what the group may see (F3, G3, X4).

use super::*;

fn no_text_speaks_of_a_breach(r: &Room) {
    for words in [
        "forecast reasons list",
        "forecast reasons count",
        "forecast reasons count --view secas",
        "forecast reasons --help",
        "forecast reasons add --help",
        "forecast --help",
        "variance --help",
        "variance matrix --period 2026-05",
        "variance sr --period 2026-04",
    ] {
        let out = r.nb(words);
        assert!(
            !out.out.to_lowercase().contains("breach")
                && !out.err.to_lowercase().contains("breach"),
            "{words}"
        );
    }
}

#[test]
fn f3_reasons_are_counted_by_code_and_nobody_is_named_who_did_not_agree() {
    let r = three();
    let add = |user: &str, code: &str, more: &[&str]| {
        let mut words = vec![
            "forecast",
            "reasons",
            "add",
            "--user",
            user,
            "--period",
            "2026-05",
            "--code",
            code,
            "--text",
            "told on the phone by its own people",
        ];
        words.extend(more);
        r.run(&words)
    };
    add(A, "no-use-seen", &["--idea", "show what it is for", "--channel", "call"]).ok();
    add(B, "no-use-seen", &["--may-be-named"]).ok();
    add(C, "no-tool", &[]).ok();
    assert!(add(C, "bad-will", &[]).code(2).err.contains("no-use-seen"));
    let counts = r.json("forecast reasons count --view secas")["counts"].clone();
    assert_eq!(counts.as_array().unwrap().last().unwrap()["counts"]["no-use-seen"], 2);
    let group = r.json("forecast reasons count");
    assert!(
        group["counts"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|c| c["class"] != "all")
            .all(|c| c["counts"].as_object().unwrap().values().all(Value::is_null)),
        "three classes of one: {group}"
    );
    let list = r.nb("forecast reasons list").ok().out;
    assert!(
        list.contains(B)
            && !list.contains(A)
            && !list.contains("ACME")
            && !list.contains("on the phone by its own people\n")
            && list.contains("User "),
        "{list}"
    );
    assert!(r.nb("forecast reasons list --view secas").ok().out.contains(A));
    no_text_speaks_of_a_breach(&r);
}

/// Eight large and eight small suppliers, one network operator.
fn seventeen() -> (Room, Vec<String>) {
    let r = Room::new();
    let euis: Vec<String> = (0..17).map(|n| format!("90-B3-D5-1F-30-02-00-{n:02X}")).collect();
    for (n, eui) in euis.iter().enumerate() {
        let (party, class) = match n {
            0..8 => (format!("LARGE{n}"), "large-supplier"),
            8..16 => (format!("SMALL{n}"), "small-supplier"),
            _ => ("WIRES".to_owned(), "network-operator"),
        };
        register(&r, &[(eui, &party, class, HELD)]);
    }
    (r, euis)
}

fn pseudonyms_hold_in_one_document_only(r: &Room) {
    // Pseudonyms stay within a document and change with it; who has the key can tell.
    let names = |words: &str| {
        variance(r, words)["months"][0]["users"]
            .as_array()
            .unwrap()
            .iter()
            .map(|u| u["user"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (first, again, other) = (
        names("variance sr --period 2026-05"),
        names("variance sr --period 2026-05"),
        names("variance sr --period 2026-05 --document another"),
    );
    assert_eq!((first.len(), &first), (17, &again));
    assert!(first.iter().all(|n| n.starts_with("User ") && !other.contains(n)));
    r.at(JUNE, "event list --noun pseudonym-key --as kim@LARGE0+user").code(0);
    assert!(
        !r.at(JUNE, "event list --as kim@LARGE0+user").code(0).out.contains("secret"),
        "the secret is not for Users"
    );
}

#[test]
fn g3_the_group_sees_counts_and_class_no_names_and_a_class_of_one_is_hidden() {
    let (r, euis) = seventeen();
    for n in [0, 1, 2, 8, 9, 10, 16] {
        forecast(&r, IN_TIME, &euis[n], "--set 4.1.1:on-demand=5").code(0);
    }
    let text = r.at(JUNE, "variance sr --period 2026-05").code(0);
    for (n, e) in euis.iter().enumerate() {
        assert!(
            !text.out.contains(e.as_str())
                && !text.out.contains(&format!("LARGE{n}"))
                && !text.out.contains("WIRES"),
            "{}",
            text.out
        );
    }
    let v = text.json();
    let counts = &v["months"][0]["counts"];
    let places: Vec<&str> =
        counts["places"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).collect();
    let none = places.iter().position(|p| *p == "none").unwrap();
    let class = |name: &str| {
        counts["classes"].as_array().unwrap().iter().find(|c| c[0] == name).unwrap()[1].clone()
    };
    let peopled = |c: usize| counts["all"][c] != 0;
    assert!(
        class("network-operator")
            .as_array()
            .unwrap()
            .iter()
            .enumerate()
            .all(|(c, n)| n.is_null() == peopled(c)),
        "{counts}"
    );
    assert_eq!(counts["all"][none], 10, "the sum stands");
    // The hidden class cannot be had from the sum: another class's count goes with it.
    assert!(
        class("large-supplier")[none].is_null() || class("small-supplier")[none].is_null(),
        "{counts}"
    );
    pseudonyms_hold_in_one_document_only(&r);
}

#[test]
fn g3_the_document_and_the_pack_name_nobody() {
    let (r, euis) = seventeen();
    messages(&r, "m.csv", &[reads(2, "2026-05", 3)]);
    for n in [0, 1, 2, 8, 9, 10, 16] {
        forecast(&r, IN_TIME, &euis[n], "--set 4.1.1:on-demand=5").code(0);
    }
    // What was recorded meanwhile counts as known an hour later.
    let later = "2026-06-15T10:00:00Z";
    r.at(later, "variance report --period 2026-05 --out doc").code(0);
    let p = r.pack_at(later, "pack", "--period 2026-05");
    let html = std::fs::read_to_string(r.path("doc/pack.html")).unwrap();
    let pack = p.text("pack.html");
    for text in [&html, &pack, &p.text("data.json")] {
        assert!(
            euis.iter().all(|e| !text.contains(e.as_str())) && !text.contains("WIRES"),
            "a User is named"
        );
    }
    assert!(html.contains("Forecasts and variance") && html.contains("User "));
    assert_eq!(p.cell("forecast-sr-class", "network-operator", "none"), "[c]");
    assert_eq!(p.cell("forecast-sr-class", "all", "none"), "10");
    assert_eq!(p.cell("forecast-sr-months", "2026-05", "none"), "10");
    // The secretariat's document names them.
    r.at(later, "variance report --period 2026-05 --view secas --out names").code(0);
    assert!(std::fs::read_to_string(r.path("names/pack.html")).unwrap().contains(&euis[16]));
    // Without Users there is no such section.
    let empty = Room::new();
    empty.write("m.csv", &Log::of(&[reads(2, "2026-05", 3)]).text);
    empty.at(JUNE, "ingest messages m.csv").code(0);
    assert!(
        !empty
            .pack_at(JUNE, "pack", "--period 2026-05")
            .text("pack.html")
            .contains("Forecasts and variance")
    );
}

#[test]
fn x4_counts_alone_give_bounds_and_never_a_sum_as_a_fact() {
    let r = Room::new();
    let b = r.json("variance bounds --set csr=16,large-supplier=5 --set sr=21,large-supplier=4")["bounds"].clone();
    let range = |v: &Value| (v["least"].as_u64().unwrap(), v["most"].as_u64().unwrap());
    assert_eq!((range(&b["union"]), range(&b["both"])), ((21, 37), (0, 16)));
    assert_eq!(
        (range(&b["classes"]["large-supplier"][0]), range(&b["classes"]["rest"][0])),
        ((5, 9), (17, 28)),
        "non-LS are 11 and 17"
    );
    assert_eq!(
        (range(&b["union_by_class"]), range(&b["both_by_class"])),
        ((22, 37), (0, 15)),
        "what the classes add"
    );
    let text =
        r.nb("variance bounds --set csr=16,large-supplier=5 --set sr=21,large-supplier=4").ok().out;
    assert!(text.contains("least") && text.contains("With the names"), "{text}");
    let numbers =
        |l: &str| l.split_whitespace().rev().take(4).map(str::to_owned).collect::<Vec<_>>();
    let all = text.lines().find(|l| l.starts_with("all, from the two totals")).unwrap();
    assert_eq!(numbers(all), ["16", "0", "37", "21"], "{text}");
    // One User fewer on a list, another answer; and a population narrows it.
    assert_eq!(
        range(&r.json("variance bounds --set csr=16 --set sr=20")["bounds"]["union"]),
        (20, 36)
    );
    assert_eq!(
        range(
            &r.json("variance bounds --set csr=16 --set sr=21 --population 30")["bounds"]["both"]
        ),
        (7, 16)
    );
    r.nb("variance bounds --set csr=4,large-supplier=5 --set sr=21").code(3);
}
