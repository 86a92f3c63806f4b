//! Parquet as other programs write it: types of columns, old times, compressions. All data are invented.

use crate::recording;

use arrow_array::{
    ArrayRef, BinaryArray, Date32Array, Decimal128Array, Float64Array, LargeBinaryArray,
    RecordBatch, StringArray, TimestampNanosecondArray, UInt64Array,
};
use northbound_ingest::*;
use parquet::{
    arrow::ArrowWriter,
    basic::{BrotliLevel, Compression},
    data_type::{ByteArray, ByteArrayType, Int96, Int96Type},
    file::{
        metadata::{ParquetMetaDataReader, ParquetMetaDataWriter},
        properties::{EnabledStatistics, WriterProperties},
        writer::SerializedFileWriter,
    },
    schema::parser::parse_message_type,
};
use recording::{ID, RecordingSink, mapped, options, run};
use std::{fs::File, io::Write as _, path::Path, path::PathBuf, sync::Arc};

const T: &str = "2026-04-01T12:00:00Z";

fn texts(texts: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(texts.to_vec()))
}

fn written(dir: &Path, columns: Vec<(&str, ArrayRef)>) -> PathBuf {
    let path = dir.join("a.parquet");
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let properties = WriterProperties::builder()
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .build();
    let file = File::create(&path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    path
}

fn read(columns: Vec<(&str, ArrayRef)>, options: &Options) -> (RecordingSink, Vec<Reject>) {
    let dir = tempfile::tempdir().unwrap();
    let (sink, _, rejects) = run(&[written(dir.path(), columns)], options);
    (sink, rejects)
}

fn why(path: &Path) -> String {
    let (mut sink, mut rejects) = (RecordingSink::default(), DropRejects);
    let paths = [path.to_owned()];
    messages(&paths, &options(), &mut sink, &mut rejects, &mut |_| {}).unwrap_err().to_string()
}

#[test]
fn text_without_a_mark_is_text_and_other_bytes_are_rejected() {
    let ids: Vec<&[u8]> = vec![ID.as_bytes(), b"\xFF\xFE"];
    for column in [
        Arc::new(BinaryArray::from(ids.clone())) as ArrayRef,
        Arc::new(LargeBinaryArray::from(ids.clone())),
    ] {
        let (sink, rejects) =
            read(vec![("request_id", column), ("received", texts(&[T, T]))], &options());
        assert_eq!(sink.exchanges.len(), 1);
        assert_eq!((rejects[0].line, rejects[0].reason), (2, Reason::WrongType));
    }
}

fn counters(column: ArrayRef) -> (RecordingSink, Vec<Reject>) {
    let n = column.len();
    let columns = vec![
        ("originator", texts(&vec!["90-B3-D5-1F-30-01-00-00"; n])),
        ("target", texts(&vec!["00-DB-12-34-56-78-90-A0"; n])),
        ("counter", column),
        ("received", texts(&vec![T; n])),
    ];
    read(columns, &options())
}

#[test]
fn unsigned_numbers_and_decimals_without_decimals_are_exact() {
    let (sink, _) = counters(Arc::new(UInt64Array::from(vec![u64::MAX])));
    assert!(sink.exchanges[0].contains("counter: 18446744073709551615"));
    let most = i128::from(u64::MAX);
    let decimals = Decimal128Array::from(vec![most, 7, most + 1, -1]);
    let decimals = decimals.with_precision_and_scale(20, 0).unwrap();
    let (sink, rejects) = counters(Arc::new(decimals));
    assert!(sink.exchanges[0].contains("counter: 18446744073709551615"));
    assert!(sink.exchanges[1].contains("counter: 7,"));
    let reasons: Vec<Reason> = rejects.iter().map(|r| r.reason).collect();
    assert_eq!(reasons, [Reason::WrongType, Reason::Negative]);
}

#[test]
fn a_decimal_with_decimals_is_refused_by_name_and_type() {
    let dir = tempfile::tempdir().unwrap();
    let decimals = Decimal128Array::from(vec![100_100]).with_precision_and_scale(20, 2).unwrap();
    let path = written(
        dir.path(),
        vec![
            ("request_id", texts(&[ID])),
            ("received", texts(&[T])),
            ("counter", Arc::new(decimals)),
        ],
    );
    assert!(why(&path).contains("column `counter` is of type Decimal128(20, 2)"), "{}", why(&path));
}

#[test]
fn doubles_are_read_where_they_are_whole_numbers() {
    let doubles = vec![Some(1001.0), Some(1001.5), Some(9_007_199_254_740_994.0), None];
    let (sink, rejects) = counters(Arc::new(Float64Array::from(doubles)));
    assert!(sink.exchanges[0].contains("counter: 1001,"));
    let found: Vec<(Reason, &str)> = rejects.iter().map(|r| (r.reason, r.value.as_str())).collect();
    assert_eq!(
        found,
        [
            (Reason::WrongType, "1001.5"),
            (Reason::WrongType, "9007199254740994"),
            (Reason::MissingValue, "")
        ]
    );
    let dir = tempfile::tempdir().unwrap();
    let region: ArrayRef = Arc::new(Float64Array::from(vec![1.0]));
    let path = written(
        dir.path(),
        vec![("request_id", texts(&[ID])), ("received", texts(&[T])), ("region", region)],
    );
    assert!(why(&path).contains("column `region` is of type Float64"));
}

#[test]
fn days_are_what_the_same_days_are_in_text() {
    let zone = "[times]\nzone = \"Europe/London\"\n";
    // 2026-07-01, and a day that no calendar has.
    let days = || Arc::new(Date32Array::from(vec![20_635, i32::MAX, i32::MIN])) as ArrayRef;
    let rows = |known: ArrayRef| {
        vec![("request_id", texts(&[ID; 3])), ("received", texts(&[T; 3])), ("known", known)]
    };
    for (mapping, want) in [(zone, "known: 1782860400000000"), ("", "known: 1782864000000000")] {
        let (sink, rejects) = read(rows(days()), &mapped(mapping));
        assert!(sink.exchanges[0].contains(want), "{:?}", sink.exchanges);
        assert!(rejects.iter().all(|r| r.reason == Reason::TimeOutOfRange) && rejects.len() == 2);
        let (sink, _) = read(rows(texts(&["2026-07-01"; 3])), &mapped(mapping));
        assert!(sink.exchanges[0].contains(want));
    }
    let alone = vec![("request_id", texts(&[ID; 3])), ("received", days())];
    let (sink, rejects) = read(alone, &mapped(zone));
    assert_eq!((sink.exchanges.len(), rejects.len()), (0, 3));
    assert!(rejects[0].why.contains("a date alone is not a time"));
}

#[test]
fn nanoseconds_of_any_size_are_read_or_refused() {
    let nanos = TimestampNanosecondArray::from(vec![1_775_044_800_000_000_999, i64::MAX, i64::MIN])
        .with_timezone("UTC");
    let (sink, rejects) =
        read(vec![("request_id", texts(&[ID; 3])), ("received", Arc::new(nanos))], &options());
    assert!(sink.exchanges[0].contains("received: 1775044800000000,"));
    assert!(rejects.len() == 2 && rejects.iter().all(|r| r.reason == Reason::TimeOutOfRange));
}

/// A file of 96-bit times: Julian day and nanoseconds of the day.
fn old_times(path: &Path, times: &[(u32, u64)]) {
    let schema = "message m { required binary request_id (UTF8); required int96 received; }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let file = File::create(path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let ids = vec![ByteArray::from(ID); times.len()];
    column.typed::<ByteArrayType>().write_batch(&ids, None, None).unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let values: Vec<Int96> = times
        .iter()
        .map(|(day, nanos)| Int96::from(vec![*nanos as u32, (*nanos >> 32) as u32, *day]))
        .collect();
    column.typed::<Int96Type>().write_batch(&values, None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
}

#[test]
fn far_away_days_of_old_times_do_not_wrap_round() {
    const NOON: u64 = 43_200_000_000_000;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.parquet");
    // 2026-04-01; the years 2554, 9999, 1 and 1442, which in nanoseconds wrap into our time or near it.
    let wraps = 2_461_132 + 213_504;
    old_times(
        &path,
        &[
            (2_461_132, NOON),
            (wraps, NOON),
            (5_373_484, 0),
            (1_721_426, 0),
            (2_461_132 - 213_504, 0),
        ],
    );
    let (sink, _, rejects) = run(&[path], &mapped("[times]\nzone = \"UTC\"\n"));
    assert_eq!(sink.exchanges.len(), 1, "{:?}", sink.exchanges);
    assert!(sink.exchanges[0].contains("received: 1775044800000000,"), "{:?}", sink.exchanges);
    assert!(rejects.len() == 4 && rejects.iter().all(|r| r.reason == Reason::TimeOutOfRange));
}

#[test]
fn a_compression_that_is_not_read_is_named_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let path = written(dir.path(), vec![("request_id", texts(&[ID])), ("received", texts(&[T]))]);
    let bytes = std::fs::read(&path).unwrap();
    let mut reader = ParquetMetaDataReader::new();
    reader.try_parse(&File::open(&path).unwrap()).unwrap();
    let metadata = reader.finish().unwrap();
    let brotli = Compression::BROTLI(BrotliLevel::default());
    let groups = metadata.row_groups().iter().map(|group| {
        let columns = group
            .columns()
            .iter()
            .map(|c| c.clone().into_builder().set_compression(brotli).build().unwrap())
            .collect();
        group.clone().into_builder().set_column_metadata(columns).build().unwrap()
    });
    let changed = metadata.clone().into_builder().set_row_groups(groups.collect()).build();
    let mut footer = Vec::new();
    ParquetMetaDataWriter::new(&mut footer, &changed).finish().unwrap();
    let length = u32::from_le_bytes(bytes[bytes.len() - 8..bytes.len() - 4].try_into().unwrap());
    let pages = &bytes[..bytes.len() - 8 - length as usize];
    let mut file = File::create(&path).unwrap();
    file.write_all(pages).unwrap();
    file.write_all(&footer).unwrap();
    let why = why(&path);
    assert!(
        why.contains("`request_id` is compressed with Brotli") && why.contains("zstd"),
        "{why}"
    );
}
