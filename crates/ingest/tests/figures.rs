//! Stated figures (X10, G5) and register tables. All data are invented.

use crate::recording;

use northbound_ingest::*;
use recording::{RecordingSink, file, mapped, options};
use std::path::PathBuf;

fn read(path: PathBuf, o: &Options) -> (RecordingSink, Summary, Vec<Reject>) {
    let (mut k, mut r) = (RecordingSink::default(), Vec::new());
    let s = figures(&[path], o, &mut k, &mut r, &mut |_| {}).unwrap();
    (k, s, r)
}
fn csv(text: &str) -> (RecordingSink, Summary, Vec<Reject>) {
    let (_d, p) = file("report.csv", text);
    read(p, &options())
}

#[test]
fn x10_an_ambiguous_number_keeps_both_readings_and_chooses_none() {
    let (k, s, _) = csv(
        "measure,period,region,reading:value achieved,reading:the minimum itself,readings,place\n\
        PM2,2020-04,north,54.80 %,54.80 %,,page 3\nPM2,2020-05,north,,,value achieved=54.80%; the minimum itself=54.80%,\n",
    );
    for row in &k.stated {
        assert_eq!(row.readings.len(), 2, "{row:?}");
        assert!(row.text.is_none() && row.numerator.is_none() && row.null.is_none());
    }
    assert_eq!(k.stated[0].readings[1], ("the minimum itself".to_owned(), "54.80 %".to_owned()));
    assert_eq!(s.flagged(Flag::SeveralReadings), 2);
}

#[test]
fn g5_each_figure_says_where_it_stands() {
    let (k, ..) = csv("measure,period,text,target,minimum,source,document,version,place,known\n\
        CPM1,2020-04,98.61%,99%,96%,DCC,PMR April,2,\"page 4, table 2\",2020-06-22\nCPM1,2020-03,98.1%,,,,,,,\n");
    let row = &k.stated[0];
    assert_eq!(
        (&*row.source, &*row.document, &*row.version, &*row.place, row.row),
        ("DCC", "PMR April", "2", "page 4, table 2", 2)
    );
    assert_eq!(
        (row.target.as_deref(), row.minimum.as_deref(), row.text.as_deref()),
        (Some("99%"), Some("96%"), Some("98.61%"))
    );
    assert_eq!(row.known, 1_592_784_000_000_000);
    let row = &k.stated[1];
    assert_eq!(
        (&*row.source, &*row.document, &*row.place, row.known),
        ("stated", "report.csv", "row 3", recording::KNOWN.0)
    );
}

#[test]
fn nulls_have_reasons_and_several_spellings() {
    let (k, s, _) = csv(
        "measure,period,text,null\nA,2020-04,n/a,\nA,2020-05,[w],\nA,2020-06,-,\nA,2020-07,,unreliable\nA,2020-08,,\n",
    );
    let reasons: Vec<&str> = k.stated.iter().map(|r| r.null.as_deref().unwrap()).collect();
    assert_eq!(
        reasons,
        ["not-applicable", "no-events", "not-reported", "unreliable", "not-reported"]
    );
    assert_eq!(s.flagged(Flag::BlankValue), 1);
    let (_d, p) = file("a.csv", "measure,period,text\nA,2020-04,awaiting CSP\n");
    let (k, ..) = read(p, &mapped("[nulls]\n\"awaiting CSP\" = \"not-reported\""));
    assert_eq!(k.stated[0].null.as_deref(), Some("not-reported"));
}

#[test]
fn impossible_figures_are_rejected_and_odd_ones_kept() {
    let (k, s, r) = csv("measure,period,numerator,denominator,count,text,null\n\
        A,2020-04,11,10,,,\nA,2020-04,-1,10,,,\nA,2020-04,5,,,,\nA,2020-04,,5,,,\nA,April,,,,5%,\nA,2020-04,,,,about 5,\n,2020-04,,,,5%,\n\
        A,2020-04,,,,5%,unreliable\nA,2020-04,,,1.5,,\nA,2020-04,,,,117.3%,\nA,2020-04,10,10,,,\nA,2020-04,,,7,,\nA,2020-04,n/a,n/a,7,,\nA,2020-04,n/a,n/a,7,,not-applicable\n");
    let found: Vec<(i64, &str)> = r.iter().map(|r| (r.line, r.reason.as_str())).collect();
    assert_eq!(
        found,
        [
            (2, "numerator-over-denominator"),
            (3, "negative"),
            (4, "half-a-ratio"),
            (5, "half-a-ratio"),
            (6, "malformed-period"),
            (7, "not-a-number"),
            (8, "missing-value"),
            (9, "value-and-null"),
            (10, "not-a-number"),
            (15, "value-and-null")
        ]
    );
    assert_eq!((k.stated.len(), s.flagged(Flag::OverHundred)), (4, 1));
}

#[test]
fn text_and_counts_that_disagree_are_both_readings() {
    // 8,676/8,800 = 98.5909…%.
    for (text, flagged) in [
        ("98.59%", 0),
        ("98.6%", 0),
        ("98.5%", 0),
        ("98.60%", 1),
        ("98.58%", 1),
        ("99%", 0),
        ("98%", 0),
        ("97%", 1),
    ] {
        let (k, s, _) = csv(&format!(
            "measure,period,numerator,denominator,text\nA,2020-04,8676,8800,{text}\n"
        ));
        assert_eq!(s.flagged(Flag::ReadingsDisagree), flagged, "{text}");
        if flagged == 1 {
            assert_eq!(k.stated[0].readings[0].1, text);
            assert_eq!(k.stated[0].readings.len(), 2);
        }
        assert_eq!((k.stated[0].numerator, k.stated[0].denominator), (Some(8676), Some(8800)));
    }
}

#[test]
fn keys_come_from_the_layout_and_the_mapping() {
    let (_d, p) = file("a.csv", "Ref;Month;Band;Wert;region\nPM2;2020-04;868;54,80 %;north\n");
    let (k, ..) = read(
        p,
        &mapped(
            "layout = \"figures\"\n[file]\ndelimiter = \";\"\ndecimal = \",\"\n[columns]\nmeasure = \"Ref\"\nperiod = \"Month\"\ntext = \"Wert\"\n[keys]\nband = \"Band\"",
        ),
    );
    assert_eq!(k.stated[0].text.as_deref(), Some("54.80 %"));
    assert_eq!(
        k.stated[0].keys.iter().map(|(a, b)| format!("{a}={b}")).collect::<Vec<_>>(),
        ["band=868", "region=north"]
    );
}

#[test]
fn a_spreadsheet_keeps_exact_decimals_and_percentages() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("Notes").unwrap().write(0, 0, "nothing").unwrap();
    let sheet = book.add_worksheet().set_name("Figures").unwrap();
    let percent = rust_xlsxwriter::Format::new().set_num_format("0.00%");
    sheet.write(0, 0, "Invented figures").unwrap();
    for (i, h) in ["measure", "period", "numerator", "denominator", "text"].iter().enumerate() {
        sheet.write(3, i as u16, *h).unwrap();
    }
    sheet.write(4, 0, "A").unwrap();
    sheet.write(4, 1, "2020-04").unwrap();
    sheet.write_with_format(4, 4, 0.548, &percent).unwrap();
    sheet.write(6, 0, "B").unwrap();
    sheet.write(6, 1, "2020-04").unwrap();
    sheet.write_with_format(6, 4, 0.993_812, &percent).unwrap();
    sheet.write(7, 0, "C").unwrap();
    sheet.write(7, 1, "2020-04").unwrap();
    sheet.write(7, 2, 9).unwrap();
    sheet.write(7, 3, 10).unwrap();
    sheet.write(7, 4, 90.1).unwrap();
    book.save(&path).unwrap();
    let (k, s, r) = read(path.clone(), &mapped("[file]\nsheet = \"Figures\"\nheader_row = 4\n"));
    assert_eq!((s.read(), r.len()), (3, 0), "{r:?}");
    let texts: Vec<&str> = k.stated.iter().map(|f| f.text.as_deref().unwrap()).collect();
    assert_eq!(texts, ["54.80%", "99.3812%", "90.1"]);
    assert_eq!(
        (k.stated[1].row, k.stated[1].place.as_str(), k.stated[2].numerator),
        (7, "row 7", Some(9))
    );
    let e = figures(
        &[path],
        &mapped("[file]\nsheet = \"Figs\""),
        &mut RecordingSink::default(),
        &mut DropRejects,
        &mut |_| {},
    )
    .unwrap_err();
    assert!(e.to_string().contains("it has Notes, Figures"), "{e}");
}

#[test]
fn register_tables_are_read_and_checked() {
    let mut k = RecordingSink::default();
    let mut r = Vec::new();
    let (_d, p) = file(
        "s.csv",
        "service,from,to,kind,reference,note\nDSP,2026-04-01 10:00,2026-04-01T10:40Z,down,INC1,\"two\nlines\"\nDSP,2026-04-01T10:00:30Z,2026-04-01T10:40Z,down,,\nDSP,2026-04-01T10:00Z,2026-04-01T10:00Z,planned,,\nDSP,2026-04-01T10:00Z,2026-04-01T11:00Z,broken,,\n",
    );
    services(&[p], &options(), &mut k, &mut r, &mut |_| {}).unwrap();
    assert_eq!(
        (k.services.len(), k.services[0].to.0 - k.services[0].from.0, k.services[0].kind),
        (1, 40 * 60_000_000, IntervalKind::Down)
    );
    assert_eq!(
        r.iter().map(|r| r.reason).collect::<Vec<_>>(),
        [Reason::NotAMinute, Reason::EndBeforeStart, Reason::UnknownWord]
    );
    r.clear();
    let (_d, p) = file(
        "p.csv",
        "day,region,generation,device_type,status,count\n2026-04-01,north,smets2,ESME,commissioned,5000\n2026-04-01,north,smets2,ESME,commissioned,-5\n",
    );
    population(&[p], &options(), &mut k, &mut r, &mut |_| {}).unwrap();
    assert_eq!(
        (k.population[0].count, k.population[0].day.to_string(), r[0].reason),
        (5000, "2026-04-01".into(), Reason::Negative)
    );
    r.clear();
    let (_d, p) = file(
        "h.csv",
        "hub,region,provider,installed,srv,in_coverage,connected,exception,predicted,note\n00-DB-12-34-00-00-00-01,south,CSPS,2026-04-01,8.14.1,true,2026-04-01T09:00:00Z,,true,\n00-DB-12-34-00-00-00-02,south,CSPS,2026-04-01,8.14.3,true,,,,\n",
    );
    hubs(&[p], &options(), &mut k, &mut r, &mut |_| {}).unwrap();
    assert_eq!(
        (k.hubs.len(), k.hubs[0].predicted, k.hubs[0].connected.is_some(), &*r[0].column),
        (1, Some(true), true, "srv")
    );
}

#[test]
fn forecasts_read_alike_from_csv_and_from_a_workbook_through_a_mapping() {
    let user = "90-B3-D5-1F-30-01-00-02";
    let read = |path: PathBuf, o: &Options| {
        let (mut k, mut r) = (RecordingSink::default(), Vec::new());
        let s = forecasts(&[path], o, &mut k, &mut r, &mut |_| {}).unwrap();
        (k, s, r)
    };
    let (_d, path) = file(
        "f.csv",
        format!(
            "user,srv,mode,period,count,made\n{user},4.1.1,on-demand,2026-05,0,2026-04-20T09:00:00Z\n{user},4.1.1,scheduled,2026-05,12,\n"
        ),
    );
    let (from_csv, s, _) = read(path, &options());
    assert_eq!(
        (
            s.files[0].accepted,
            from_csv.forecasts[0].count,
            from_csv.forecasts[0].made.unwrap().to_string(),
            from_csv.forecasts[1].made
        ),
        (2, 0, "2026-04-20T09:00:00Z".to_owned(), None)
    );
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("f.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (c, t) in ["User ID", "Service", "Type", "Month", "Forecast"].iter().enumerate() {
        sheet.write(0, c as u16, *t).unwrap();
    }
    for (r, (mode, n)) in [("OD", 0.0), ("SCH", 12.0)].iter().enumerate() {
        for (c, t) in [user, "4.1.1", mode, "May 26"].iter().enumerate() {
            sheet.write(r as u32 + 1, c as u16, *t).unwrap();
        }
        sheet.write(r as u32 + 1, 4, *n).unwrap();
    }
    book.save(&path).unwrap();
    let map = "layout = \"forecasts\"\n[columns]\nuser = \"User ID\"\nsrv = \"Service\"\nmode = \"Type\"\nperiod = \"Month\"\ncount = \"Forecast\"\n[values.mode]\nOD = \"on-demand\"\nSCH = \"scheduled\"\n[values.period]\n\"May 26\" = \"2026-05\"\n";
    let (from_book, ..) = read(path, &mapped(map));
    let rows = |k: &RecordingSink| {
        k.forecasts
            .iter()
            .map(|f| (f.user, f.srv.clone(), f.mode.clone(), f.period, f.count))
            .collect::<Vec<_>>()
    };
    assert_eq!(rows(&from_book), rows(&from_csv));
}

#[test]
fn counts_may_be_negative_and_forecasts_may_not() {
    let user = "90-B3-D5-1F-30-01-00-02";
    let (mut k, mut r) = (RecordingSink::default(), Vec::new());
    let (_d, path) = file(
        "v.csv",
        format!(
            "kind,user,srv,mode,period,count,correction,reference\ncsr,{user},single,,2026-05,-5,true,CR-INV-1\ncsr,{user},single,on-demand,2026-05,5,,\ncsr,{user},both,,2026-05,5,,\nsr,{user},4.1.1,,2026-05,5,,\nsr,{user},4.1.1,on-demand,2026-05-01,5,,\nsr,{user},4.1.1,on-demand,2026-05,-,,\n"
        ),
    );
    let s = volumes(&[path], &options(), &mut k, &mut r, &mut |_| {}).unwrap();
    assert_eq!((s.files[0].accepted, k.volumes[0].count, k.volumes[0].correction), (1, -5, true));
    assert_eq!(
        r.iter().map(|x| (x.line, x.column.as_str())).collect::<Vec<_>>(),
        [(3, "mode"), (4, "srv"), (5, "mode"), (6, "period"), (7, "count")]
    );
    let (_d, path) = file(
        "f.csv",
        format!(
            "user,srv,mode,period,count\n{user},4.1.1,on-demand,2026-05,-1\n{user},4.1.1,on-demand,2026-05,1\n"
        ),
    );
    let s = forecasts(&[path], &options(), &mut k, &mut r, &mut |_| {}).unwrap();
    assert_eq!((s.files[0].accepted, s.files[0].rejected), (1, 1));
}
