//! The Word documents. `tests/pack_files.py docx` opens the brief with a reader of another make.

use crate::sample;

use northbound_documents::{
    paper::{Chapter, Citations, FORMAT, Paper, Paragraph, Source, files, words},
    render::docx::{Template, brief},
};
use northbound_types::{Period, Utc};
use std::io::{Cursor, Read};
use zip::ZipArchive;

fn part(docx: &[u8], name: &str) -> String {
    let mut zip = ZipArchive::new(Cursor::new(docx)).expect("a zip");
    let mut text = String::new();
    zip.by_name(name).expect("the part").read_to_string(&mut text).expect("UTF-8");
    text
}

#[test]
fn the_brief_has_headings_and_tables_with_header_rows() {
    let document = sample::pack();
    let docx = brief(&document, &Template::ours().expect("ours")).expect("a brief");
    let body = part(&docx, "word/document.xml");
    for heading in ["What fell short, and who acts", "Every measure"] {
        assert!(
            body.contains(&format!(
                "<w:pStyle w:val=\"Heading1\"/></w:pPr><w:r><w:t xml:space=\"preserve\">{heading}<"
            )),
            "{heading}"
        );
    }
    assert_eq!(body.matches("<w:tbl>").count(), body.matches("<w:tblHeader/>").count());
    for s in &document.front.shortfalls {
        assert!(
            body.contains(&s.cell.printed().replace(" %", "\u{a0}%")) && body.contains(&s.since),
            "{}",
            s.measure
        );
    }
    assert!(!body.contains("0 %<"), "a number is parted from its unit");
    assert!(part(&docx, "docProps/core.xml").contains("2026-06-22T00:00:00Z"));
    assert_eq!(docx, brief(&document, &Template::ours().expect("ours")).expect("again"));
}

#[test]
fn styles_and_page_of_the_operators_template_are_used() {
    let ours = Template::ours().expect("ours").to_bytes().expect("bytes");
    let mut zip = ZipArchive::new(Cursor::new(&ours)).expect("a zip");
    let mut other = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for n in 0..zip.len() {
        let mut part = zip.by_index(n).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).expect("UTF-8");
        let text = text
            .replace("\"Heading1\"", "\"OurHeading\"")
            .replace("w:w=\"11906\"", "w:w=\"12240\"");
        other.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
        std::io::Write::write_all(&mut other, text.as_bytes()).expect("written");
    }
    let other = other.finish().expect("a zip").into_inner();
    let template = Template::read(&other, "house.docx").expect("a template");
    let docx = brief(&sample::pack(), &template).expect("a brief");
    let body = part(&docx, "word/document.xml");
    assert!(body.contains("w:val=\"OurHeading\"") && !body.contains("w:val=\"Heading1\""));
    assert!(body.contains("w:w=\"12240\""), "the page is the template's");
    assert!(!body.contains("Northbound replaces this text"));
    assert!(part(&docx, "word/styles.xml").contains("OurHeading"));
}

#[test]
fn text_of_others_stays_text() {
    let mut document = sample::pack();
    document.front.shortfalls[0].why = "</w:t><w:p>&amp; \u{202E}\0".into();
    let docx = brief(&document, &Template::ours().expect("ours")).expect("a brief");
    let body = part(&docx, "word/document.xml");
    assert!(body.contains("&lt;/w:t&gt;&lt;w:p&gt;&amp;amp; \\u{202E}\\u{0}"), "{body}");
}

#[test]
fn the_numbers_of_a_paper_lead_to_their_sources() {
    let mut c = Citations::default();
    let runs = vec![
        words("The share was "),
        c.sourced("99.10 %", Source::Figure { id: "f1".into(), what: "a measure".into() }),
    ];
    let paper = Paper {
        format: FORMAT.into(),
        title: "Paper".into(),
        period: Period::month(2026, 4),
        as_at: Utc(0),
        manifest: String::new(),
        rules: String::new(),
        revision: 0,
        marking: "Amber".into(),
        chapters: vec![Chapter {
            heading: "Performance".into(),
            paragraphs: vec![Paragraph { runs }],
        }],
        sources: c.sources,
        names: c.names,
    };
    let files = files(&paper, &Template::ours().expect("ours")).expect("files");
    let docx = &files.iter().find(|f| f.0 == "paper.docx").expect("a Word document").1;
    let body = part(docx, "word/document.xml");
    assert!(body.contains("Marking: Amber"));
    assert!(body.contains("w:anchor=\"source1\"") && body.contains("w:name=\"source1\""));
    assert!(body.contains("northbound explain f1"));
}
