//! `template`: each workbook, filled in, comes back unchanged through the command that it names.

use crate::support;
use serde_json::Value;
use std::{
    fs::File,
    io::{Read, Write},
};
use support::Room;

const USER: &str = "90-B3-D5-1F-30-01-00-01";

/// Fills in the second row of the first sheet of the workbook, as a spreadsheet would: numbers are numbers.
fn fill(room: &Room, name: &str, cells: &[&str]) {
    let mut old = zip::ZipArchive::new(File::open(room.path(name)).unwrap()).unwrap();
    let mut new = zip::ZipWriter::new(File::create(room.path("filled.xlsx")).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for at in 0..old.len() {
        let mut part = old.by_index(at).unwrap();
        let (name, mut bytes) = (part.name().unwrap().into_owned(), Vec::new());
        part.read_to_end(&mut bytes).unwrap();
        if name == "xl/worksheets/sheet1.xml" {
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.contains("<dataValidations"), "{text}");
            let row: String = cells
                .iter()
                .zip('A'..='Z')
                .filter(|(c, _)| !c.is_empty())
                .map(|(c, column)| match c.parse::<u32>() {
                    Ok(n) => format!("<c r=\"{column}2\"><v>{n}</v></c>"),
                    Err(_) => format!("<c r=\"{column}2\" t=\"inlineStr\"><is><t>{c}</t></is></c>"),
                })
                .collect();
            let filled =
                text.replace("</sheetData>", &format!("<row r=\"2\">{row}</row></sheetData>"));
            assert_ne!(filled, text);
            bytes = filled.into_bytes();
        }
        new.start_file(name, options).unwrap();
        new.write_all(&bytes).unwrap();
    }
    new.finish().unwrap();
}

/// Makes the template, brings it back empty and filled in by the command that it names, and returns the answer.
fn back(room: &Room, of: &str, cells: &[&str]) -> Value {
    let made = room.json(&format!("template {of} --out {of}.xlsx"));
    let command = made["command"].as_str().unwrap().strip_prefix("northbound ").unwrap().to_owned();
    let with = |file: &str| command.replace("FILE.xlsx", file);
    // Nothing of it is data before somebody fills it in.
    assert_ne!(room.nb(&with(&format!("{of}.xlsx"))).code, 0, "{of}");
    fill(room, &format!("{of}.xlsx"), cells);
    room.json(&with("filled.xlsx"))
}

#[test]
fn each_template_comes_back_through_the_command_that_it_names() {
    let room = Room::new();
    room.nb("party add ACME --name Acme --category large-supplier").ok();
    room.nb(&format!("user add {USER} --party ACME --role IS")).ok();
    let month = room.json("forecast due")["months"][3]["month"].as_str().map(str::to_owned);
    let month = month.unwrap_or_else(|| "2031-01".to_owned());

    back(&room, "forecast", &[USER, "sr", "4.1.1", "on-demand", &month, "1200"]);
    let id = room.json("forecast list")["records"][0]["id"].as_str().unwrap().to_owned();
    let shown = room.json(&format!("forecast show {id}")).to_string();
    for part in ["\"srv\":\"4.1.1\"", "\"mode\":\"on-demand\"", "\"count\":1200", USER, &month] {
        assert!(shown.contains(part), "{part} in {shown}");
    }

    let said =
        back(&room, "figures", &["PM4.3", "2026-04", "north", "CSPN", "350", "380", "92.11%"]);
    assert_eq!(
        (said["files"][0]["accepted"].as_u64(), said["files"][0]["rejected"].as_u64()),
        (Some(1), Some(0)),
        "{said}"
    );

    let cells = [
        "INC000000000001",
        "opened",
        "2026-04-06T09:12Z",
        "",
        "2",
        "DCC",
        "network",
        "CSPN",
        "",
        "",
        "No connection",
        "desk",
    ];
    back(&room, "incidents", &cells);
    let incident = &room.json("incident list")["incidents"][0];
    assert_eq!(
        (incident["incident"].as_str(), incident["category"].as_i64(), incident["title"].as_str()),
        (Some("INC000000000001"), Some(2), Some("No connection")),
        "{incident}"
    );

    let cells = ["ACME", "incidents", "desk@acme.example", "incident desk", "2026-06-01"];
    let said = back(&room, "contacts", &cells);
    let contact =
        &room.json(&format!("contact show {}", said["proposed"][0]["id"].as_str().unwrap()));
    let text = contact.to_string();
    assert!(text.contains("desk@acme.example") && text.contains("2026-06-01"), "{text}");
    // Again: the register has it. A wrong row refuses the file with its place.
    assert_eq!(room.json("contact import filled.xlsx")["already"], 1);
    let file = room.write("bad.csv", "party,topic,address,role\nACME,incidents,a@b.example,desk\nACME,nothing,a@b.example,desk\n");
    let refused = room.nb(&format!("contact import {file}")).code(3);
    assert!(refused.err.contains("line 3") && refused.err.contains("nothing"), "{}", refused.err);
    assert_eq!(room.json("contact list")["records"].as_array().unwrap().len(), 1);
}

#[test]
fn the_word_template_gives_the_brief_its_look_and_other_files_are_refused() {
    let room = Room::new();
    room.nb("party add ACME --name Acme --category large-supplier").ok();
    let made = room.json("template document --out look.docx");
    assert!(made["command"].as_str().unwrap().contains("--template"), "{made}");
    room.nb("pack build --period 2026-04 --out pack --template look.docx").ok();
    let mut brief =
        zip::ZipArchive::new(File::open(room.path("pack/brief.docx")).unwrap()).unwrap();
    let (mut body, mut styles) = (String::new(), String::new());
    brief.by_name("word/document.xml").unwrap().read_to_string(&mut body).unwrap();
    assert!(body.contains("April 2026") && body.contains("<w:sectPr>"), "{body}");
    brief.by_name("word/styles.xml").unwrap().read_to_string(&mut styles).unwrap();
    let mut look = zip::ZipArchive::new(File::open(room.path("look.docx")).unwrap()).unwrap();
    let mut theirs = String::new();
    look.by_name("word/styles.xml").unwrap().read_to_string(&mut theirs).unwrap();
    assert_eq!(styles, theirs);
    room.json("template figures --out figures.xlsx");
    let refused = room.nb("pack build --period 2026-04 --out other --template figures.xlsx");
    assert_eq!(refused.code, 3, "{}", refused.err);
    assert!(refused.err.contains("figures.xlsx cannot be used as a template"), "{}", refused.err);
    assert!(!room.path("other").exists());
}
