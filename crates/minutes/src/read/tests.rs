use super::*;
use crate::block::{Check, Row, StyleKind, Text};

fn of(name: &str, text: &str) -> Vec<Block> {
    read(name, text.as_bytes(), &Limits::default()).expect(text).blocks
}

/// Blocks in short: kind and clean words.
fn short(name: &str, text: &str) -> Vec<String> {
    of(name, text).iter().map(|b| one(&b.content)).collect()
}

fn one(content: &Content) -> String {
    match content {
        Content::Heading { level, number, text } => format!("h{level} [{number}] {}", text.clean),
        Content::Paragraph { text } => format!("p {}", text.clean),
        Content::Item { marker, depth, check, text } => {
            let check = check.map_or("", |c| if c == Check::Ticked { "+" } else { "o" });
            format!("i{depth} [{marker}]{check} {}", text.clean)
        }
        Content::Table { rows } => rows.iter().map(cells).collect::<Vec<_>>().join(" / "),
        Content::Running { text, .. } => format!("running {}", text.clean),
        Content::FrontMatter { text } => format!("note {}", text.clean),
    }
}

fn cells(row: &Row) -> String {
    row.cells.iter().map(|c| c.text.clean.as_str()).collect::<Vec<_>>().join("|")
}

#[test]
fn headings_items_and_paragraphs_are_told_apart() {
    let text = "MINUTES OF THE GROUP\n\n1. Welcome\n\nThe chair welcomed\nthe members.\n\n\
                2.1 Reports\n\n- one\n  goes on\n  - below\n- [x] done\n- [ ] open\n\n(a) lettered\n";
    assert_eq!(
        short("m.txt", text),
        [
            "h2 [] MINUTES OF THE GROUP",
            "h1 [1] Welcome",
            "p The chair welcomed the members.",
            "h2 [2.1] Reports",
            "i0 [-] one goes on",
            "i1 [-] below",
            "i0 [-]+ done",
            "i0 [-]o open",
            "i0 [(a)] lettered",
        ]
    );
    let markdown =
        "---\ntitle: x\n---\n# Minutes\n\n## 2.1 Reports\n\n1. first\n2. second\n\nTitle\n=====\n";
    assert_eq!(
        short("m.md", markdown),
        [
            "note title: x",
            "h1 [] Minutes",
            "h2 [2.1] Reports",
            "i0 [1.] first",
            "i0 [2.] second",
            "h1 [] Title"
        ]
    );
    assert_eq!(
        short("m.txt", "1. Actions\n- one\n\n1. one\n2. two\n"),
        ["h1 [1] Actions", "i0 [-] one", "i0 [1.] one", "i0 [2.] two"]
    );
    assert_eq!(short("m.txt", "2 June 2020\n"), ["p 2 June 2020"]);
    assert_eq!(short("m.txt", "A. Smith spoke.\n"), ["p A. Smith spoke."]);
}

#[test]
fn tables_of_four_kinds_have_the_same_cells() {
    let wanted = ["Id|Owner / 28x/05|DCC / 29xx/03|Group, two"];
    let pipes = "| Id | Owner |\n|---|---|\n| 28x/05 | DCC |\n| 29xx/03 | Group, two |\n";
    let tabs = "Id\tOwner\n28x/05\tDCC\n29xx/03\tGroup, two\n";
    let dashes =
        "Id       Owner\n-------  ----------\n28x/05   DCC\n29xx/03  Group,\n         two\n";
    let html = "<table>\n<tr><th>Id</th><th>Owner</th></tr>\n<tr><td><p>28x/05</p></td><td>DCC</td>\n\
                <tr><td>29xx/03</td><td>Group,\ntwo</td></tr></table>\n";
    for text in [pipes, tabs, dashes, html] {
        assert_eq!(short("m.txt", text), wanted, "{text}");
    }
}

#[test]
fn cells_that_span_stand_once_and_move_the_others() {
    let html = "<table><tr><td rowspan=\"2\">a</td><td>b</td></tr><tr><td>c</td></tr>\
                <tr><td colspan=2>Status: Open</td></tr></table>";
    let blocks = of("m.md", html);
    let Content::Table { rows } = &blocks[0].content else { panic!("{blocks:?}") };
    let at = |r: usize, c: usize| {
        let cell = &rows[r].cells[c];
        (cell.column, cell.columns, cell.rows, cell.text.clean.as_str())
    };
    assert_eq!(
        (at(0, 0), at(1, 0), at(2, 0)),
        ((0, 1, 2, "a"), (1, 1, 1, "c"), (0, 2, 1, "Status: Open"))
    );
}

/// A10: joined again, its repeated header dropped, the cell that goes on joined to the one before.
#[test]
fn a10_a_table_broken_over_pages_is_one() {
    let text = "| Id | Update |\n|--|--|\n| 28x/05 | <p>The work is</p> |\n\nPage 1 of 2\n\u{c}\n\
                | Id | Update |\n|--|--|\n| | going on. Status: Open |\n| 29xx/03 | none |\n\nPage 2 of 2\n";
    assert_eq!(
        short("m.txt", text),
        [
            "Id|Update / 28x/05|The work is going on. Status: Open / 29xx/03|none",
            "running Page 1 of 2"
        ]
    );
    // What pages repeat around their numbers is no part of the table, and is in the blocks once.
    let headed = text.replace("Page", "OPSG_33xx_2206\nPage");
    assert_eq!(
        short("m.txt", &headed)[1..],
        ["running OPSG_33xx_2206", "running Page 1 of 2"],
        "{headed}"
    );
    let apart = text.replace(
        "| Id | Update |\n|--|--|\n| |",
        "\nThe next table.\n\n| No | Owner |\n|--|--|\n| |",
    );
    assert_eq!(short("m.txt", &apart).len(), 4, "another header is another table");
}

/// G8: no tags in clean text, and each clean byte leads back to where it was.
#[test]
fn g8_mark_up_goes_and_offsets_lead_back() {
    for (original, wanted) in [
        ("<p>DCC **will** report</p>", "DCC will report"),
        ("~~28x/05~~ closed&nbsp;&amp; gone", "28x/05 closed & gone"),
        ("a [paper](http://x.example/y) on 3 * 4", "a paper on 3 * 4"),
        ("*stray and emph*asis*", "stray and emphasis"),
        ("x < 5 and y > 3; <a@b.example>", "x < 5 and y > 3; <a@b.example>"),
        ("one<br/>two", "one\ntwo"),
        ("* a cell", "a cell"),
        ("'a name", "a name"),
        ("'quoted' words", "'quoted' words"),
        ("the group's view", "the group's view"),
        ("&#8217;s &unknown; R&D", "’s &unknown; R&D"),
        ("10 \\| 11 \\*", "10 | 11 *"),
    ] {
        let text = inline::clean(original);
        assert_eq!(text.clean, wanted, "{original}");
        for (at, c) in text.clean.char_indices() {
            let there = original[text.original_at(at)..].chars().next();
            let made = matches!(c, '\n' | ' ' | '’' | '&');
            assert!(made || there == Some(c), "{original}: {at} {c:?} leads to {there:?}");
        }
    }
    let struck: Text = inline::clean("~~28x/05~~ open");
    assert_eq!((struck.styles[0].kind, struck.styles[0].span.clone()), (StyleKind::Struck, 0..6));
}

#[test]
fn text_comes_in_four_encodings() {
    let text = "The Group’s £5";
    let wide: Vec<u16> = text.encode_utf16().collect();
    let little =
        [&[0xFF, 0xFE][..], &wide.iter().flat_map(|u| u.to_le_bytes()).collect::<Vec<_>>()]
            .concat();
    let big = [&[0xFE, 0xFF][..], &wide.iter().flat_map(|u| u.to_be_bytes()).collect::<Vec<_>>()]
        .concat();
    let marked = [&[0xEF, 0xBB, 0xBF][..], text.as_bytes()].concat();
    let windows = b"The Group\x92s \xA35".to_vec();
    for bytes in [little, big, marked, windows, text.as_bytes().to_vec()] {
        let blocks = read("m.txt", &bytes, &Limits::default()).expect("text").blocks;
        assert_eq!(one(&blocks[0].content), format!("p {text}"));
    }
    assert_eq!(short("m.txt", "one\r\ntwo\r\rthree"), ["p one two", "p three"]);
}

#[test]
fn other_formats_are_refused_by_name() {
    for (bytes, word) in [
        (&b"%PDF-1.7\n"[..], "PDF"),
        (b"PK\x03\x04rest", "Word"),
        (b"\xD0\xCF\x11\xE0\xA1", ".doc"),
        (b"{\\rtf1 x}", "RTF"),
        (b"\x00\x01\x02\x03", "neither text"),
    ] {
        let why = read("m.bin", bytes, &Limits::default()).expect_err("refused").to_string();
        assert!(why.contains(word) && why.starts_with("m.bin"), "{why}");
    }
}

#[test]
fn limits_hold_at_their_edge() {
    let limits = Limits { bytes: 40, blocks: 2, cells: 4, line: 20 };
    let read = |text: &str| super::read("m.txt", text.as_bytes(), &limits).map(|s| s.blocks.len());
    assert_eq!(read("one\n\ntwo\n").expect("two blocks"), 2);
    assert!(
        read("one\n\ntwo\n\nthree\n").expect_err("three").to_string().contains("over 2 blocks")
    );
    assert!(read("a\tb\nc\td\n").is_ok());
    assert!(read("a\tb\nc\td\ne\tf\n").expect_err("six").to_string().contains("6 cells"));
    assert!(read(&"x".repeat(20)).is_ok());
    assert!(read(&"x".repeat(21)).expect_err("21").to_string().contains("line 1"));
    assert!(read(&"x \n".repeat(13)).is_ok());
    assert!(read(&"x \n".repeat(14)).expect_err("42").to_string().contains("42 bytes"));
}

/// The time grows with the length of a file and not with its square, and its memory has a bound.
#[test]
fn hostile_files_are_done_soon() {
    let many = 40_000;
    for (name, text) in [
        ("tables without an end", "<table\n".repeat(many)),
        ("a table without a cell", "<table\n".repeat(many) + "</table>"),
        ("indented lines", "\tx\n".repeat(many)),
        ("brackets", "[[[[[[[[\n".repeat(many)),
        ("page numbers", "x\n\n".repeat(many) + &"Page 1\n".repeat(many)),
        (
            "spans",
            "<table>".to_owned() + &"<td rowspan=99 colspan=99>x\n".repeat(many) + "</table>",
        ),
        ("rows under dashes", "a  b\n-- --\n".to_owned() + &"   c\n".repeat(many)),
        ("marks", "** __ ~~ ` * ' &amp \n".repeat(many)),
    ] {
        let begun = std::time::Instant::now();
        let limits = Limits { blocks: 2 * many, ..Limits::default() };
        read("m.md", text.as_bytes(), &limits).expect(name);
        let took = begun.elapsed();
        assert!(took.as_secs() < 10, "{name}: {took:?}");
    }
    let cells = "|a".repeat(40_000) + "|\n";
    let why = read("m.txt", cells.repeat(20).as_bytes(), &Limits::default()).expect_err("cells");
    assert!(why.to_string().contains("200000 cells"), "{why}");
}

/// No input panics, and no words are lost: the letters and digits of a plain file are in its blocks.
#[test]
fn damaged_files_lose_nothing_and_break_nothing() {
    let seeds = [
        "| a | b |\n|--|--|\n| c | d |\n",
        "<table><tr><td rowspan=3>x</td></tr>",
        "# T\n\n- [x] **b** ~~c~~ &amp; <p>d</p>\n\tindented\n",
        "a  b\n-- --\nc  d\n\u{c}Page 1 of 2\n1. x\n",
    ];
    let pieces = [
        "|", "\t", "<", ">", "*", "~~", "[", "](", "&", "#", "-", "\n", "\u{c}", "é", "\\",
        "</table>", "Page 3",
    ];
    for seed in seeds {
        for (i, piece) in pieces.iter().enumerate() {
            for at in (0..=seed.len()).filter(|a| seed.is_char_boundary(*a)) {
                let text = format!("{}{piece}{}", &seed[..at], &seed[at..]);
                for name in ["m.txt", "m.md"] {
                    let blocks = of(name, &text);
                    assert!(blocks.iter().enumerate().all(|(n, b)| b.index == n), "{i}: {text:?}");
                }
            }
        }
    }
}
