//! Parquet by batches: the columns that the plan uses, each looked at through its own type.

use crate::{
    cell::{Cell, RawRow},
    error::IngestError,
    layout::Holds,
    limits::{BATCH_ROWS, MAX_COLUMNS, MAX_SHOWN},
    number, parquet_pages,
    plan::{From, Plan},
    session::{Load, Session},
};
use arrow_array::{
    AnyDictionaryArray, Array, BinaryArray, BinaryViewArray, BooleanArray, Date32Array,
    Decimal128Array, Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Int64Array,
    LargeBinaryArray, LargeStringArray, RecordBatch, StringArray, StringViewArray,
    TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
    TimestampSecondArray, UInt8Array, UInt16Array, UInt32Array, UInt64Array, cast::AsArray,
};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use northbound_ledger::sink::SinkError;
use parquet::{
    arrow::{
        ProjectionMask,
        arrow_reader::{
            ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
            ParquetRecordBatchReaderBuilder,
        },
    },
    basic::{Compression, Type as PhysicalType},
    schema::types::Type,
};
use std::{fs::File, path::Path, sync::Arc};

/// Of the memory that the process may use, one part in this many is for pages.
const PAGES_SHARE: u64 = 5;
/// Bytes of the pages that a proposal looks at.
const SAMPLE_BYTES: u64 = 256 << 20;

/// One column of a batch.
enum Col<'b> {
    Unused,
    Text(&'b StringArray),
    Large(&'b LargeStringArray),
    View(&'b StringViewArray),
    Dictionary {
        keys: Vec<usize>,
        of: &'b dyn AnyDictionaryArray,
        values: Box<Col<'b>>,
    },
    I8(&'b Int8Array),
    I16(&'b Int16Array),
    I32(&'b Int32Array),
    I64(&'b Int64Array),
    U8(&'b UInt8Array),
    U16(&'b UInt16Array),
    U32(&'b UInt32Array),
    U64(&'b UInt64Array),
    Bool(&'b BooleanArray),
    F32(&'b Float32Array),
    F64(&'b Float64Array),
    /// DECIMAL without decimals.
    Decimal(&'b Decimal128Array),
    Bytes(&'b BinaryArray),
    LargeBytes(&'b LargeBinaryArray),
    ByteView(&'b BinaryViewArray),
    Day(&'b Date32Array),
    Seconds(&'b TimestampSecondArray, bool),
    Millis(&'b TimestampMillisecondArray, bool),
    Micros(&'b TimestampMicrosecondArray, bool),
    Nanos(&'b TimestampNanosecondArray, bool),
}

fn time<'b>(micros: Option<i64>, zoned: bool) -> Cell<'b> {
    // A second that does not fit µs is far outside the range that is taken: keep it there.
    let micros = micros.unwrap_or(i64::MAX);
    if zoned { Cell::Micros(micros) } else { Cell::Wall(micros) }
}

/// A double as a whole number, where it holds one exactly. NaN is how programs write a gap.
fn double<'b>(value: f64) -> Cell<'b> {
    if value.is_nan() {
        return Cell::Empty;
    }
    number::whole_double(value).map_or(Cell::Double(value.to_bits()), Cell::Int)
}

/// A decimal without decimals, in the range of the cells.
fn whole<'b>(value: i128) -> Cell<'b> {
    match (i64::try_from(value), u64::try_from(value)) {
        (Ok(n), _) => Cell::Int(n),
        (_, Ok(n)) => Cell::Uint(n),
        _ => Cell::Double((value as f64).to_bits()),
    }
}

/// Text that the file does not mark as text, as some programs write it.
fn text(bytes: &[u8]) -> Cell<'_> {
    std::str::from_utf8(bytes).map_or(Cell::Bytes, Cell::Text)
}

impl<'b> Col<'b> {
    fn of(array: &'b dyn Array) -> Option<Col<'b>> {
        let any = array.as_any();
        macro_rules! as_type {
            ($t:ty, $make:expr) => {
                any.downcast_ref::<$t>().map($make)
            };
        }
        match array.data_type() {
            DataType::Utf8 => as_type!(StringArray, Col::Text),
            DataType::LargeUtf8 => as_type!(LargeStringArray, Col::Large),
            DataType::Utf8View => as_type!(StringViewArray, Col::View),
            DataType::Dictionary(_, _) => {
                let of = array.as_any_dictionary_opt()?;
                let values = Box::new(Col::of(of.values().as_ref())?);
                // An array of nulls alone may have no values; its keys are never looked at.
                let keys = if of.values().is_empty() {
                    vec![0; array.len()]
                } else {
                    of.normalized_keys()
                };
                Some(Col::Dictionary { keys, of, values })
            }
            DataType::Int8 => as_type!(Int8Array, Col::I8),
            DataType::Int16 => as_type!(Int16Array, Col::I16),
            DataType::Int32 => as_type!(Int32Array, Col::I32),
            DataType::Int64 => as_type!(Int64Array, Col::I64),
            DataType::UInt8 => as_type!(UInt8Array, Col::U8),
            DataType::UInt16 => as_type!(UInt16Array, Col::U16),
            DataType::UInt32 => as_type!(UInt32Array, Col::U32),
            DataType::UInt64 => as_type!(UInt64Array, Col::U64),
            DataType::Boolean => as_type!(BooleanArray, Col::Bool),
            DataType::Date32 => as_type!(Date32Array, Col::Day),
            DataType::Float32 => as_type!(Float32Array, Col::F32),
            DataType::Float64 => as_type!(Float64Array, Col::F64),
            DataType::Decimal128(_, 0) => as_type!(Decimal128Array, Col::Decimal),
            DataType::Binary => as_type!(BinaryArray, Col::Bytes),
            DataType::LargeBinary => as_type!(LargeBinaryArray, Col::LargeBytes),
            DataType::BinaryView => as_type!(BinaryViewArray, Col::ByteView),
            DataType::Null => Some(Col::Unused),
            DataType::Timestamp(unit, zone) => {
                let zoned = zone.is_some();
                match unit {
                    TimeUnit::Second => as_type!(TimestampSecondArray, |a| Col::Seconds(a, zoned)),
                    TimeUnit::Millisecond => {
                        as_type!(TimestampMillisecondArray, |a| Col::Millis(a, zoned))
                    }
                    TimeUnit::Microsecond => {
                        as_type!(TimestampMicrosecondArray, |a| Col::Micros(a, zoned))
                    }
                    TimeUnit::Nanosecond => {
                        as_type!(TimestampNanosecondArray, |a| Col::Nanos(a, zoned))
                    }
                }
            }
            _ => None,
        }
    }

    #[inline]
    fn cell(&self, at: usize) -> Cell<'_> {
        macro_rules! value {
            ($a:expr, $make:expr) => {
                if $a.is_null(at) { Cell::Empty } else { $make($a.value(at)) }
            };
        }
        match self {
            Col::Unused => Cell::Empty,
            Col::Text(a) => value!(a, Cell::Text),
            Col::Large(a) => value!(a, Cell::Text),
            Col::View(a) => value!(a, Cell::Text),
            Col::Dictionary { keys, of, values } => {
                if of.is_null(at) {
                    Cell::Empty
                } else {
                    values.cell(keys[at])
                }
            }
            Col::I8(a) => value!(a, |v| Cell::Int(i64::from(v))),
            Col::I16(a) => value!(a, |v| Cell::Int(i64::from(v))),
            Col::I32(a) => value!(a, |v| Cell::Int(i64::from(v))),
            Col::I64(a) => value!(a, Cell::Int),
            Col::U8(a) => value!(a, |v| Cell::Uint(u64::from(v))),
            Col::U16(a) => value!(a, |v| Cell::Uint(u64::from(v))),
            Col::U32(a) => value!(a, |v| Cell::Uint(u64::from(v))),
            Col::U64(a) => value!(a, Cell::Uint),
            Col::Bool(a) => value!(a, |v| Cell::Text(if v { "true" } else { "false" })),
            Col::F32(a) => value!(a, |v: f32| double(f64::from(v))),
            Col::F64(a) => value!(a, double),
            Col::Decimal(a) => value!(a, whole),
            Col::Bytes(a) => value!(a, text),
            Col::LargeBytes(a) => value!(a, text),
            Col::ByteView(a) => value!(a, text),
            Col::Day(a) => value!(a, Cell::Day),
            Col::Seconds(a, zoned) => value!(a, |v: i64| time(v.checked_mul(1_000_000), *zoned)),
            Col::Millis(a, zoned) => value!(a, |v: i64| time(v.checked_mul(1_000), *zoned)),
            Col::Micros(a, zoned) => value!(a, |v| time(Some(v), *zoned)),
            Col::Nanos(a, zoned) => value!(a, |v: i64| time(Some(v.div_euclid(1_000)), *zoned)),
        }
    }
}

/// One row of a batch.
struct BatchRow<'b> {
    columns: &'b [Col<'b>],
    at: usize,
}

impl RawRow for BatchRow<'_> {
    #[inline]
    fn cell(&self, column: usize) -> Cell<'_> {
        self.columns[column].cell(self.at)
    }
    fn raw(&self) -> String {
        // As much as a reject shows: a cell can have a whole page.
        let mut left = MAX_SHOWN;
        let mut texts: Vec<String> = Vec::new();
        for c in self.columns {
            let text = match c.cell(self.at) {
                Cell::Text(t) => crate::error::shown(t).to_owned(),
                other => crate::cell::printed(other),
            };
            let length = text.len() + 1;
            texts.push(text);
            if length > left {
                break;
            }
            left -= length;
        }
        crate::csv_reader::joined(texts.iter().map(String::as_str), b',')
    }
}

fn unreadable(path: &Path, e: impl Into<SinkError>) -> IngestError {
    IngestError::unreadable_by(path, "Parquet: ", e)
}

fn open(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, IngestError> {
    let mut file = file_at(path)?;
    parquet_pages::check_footer(&mut file).map_err(|e| unreadable(path, e))?;
    let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())
        .map_err(|e| unreadable(path, e))?;
    let columns = metadata.schema().fields().len();
    if columns > MAX_COLUMNS {
        return Err(IngestError::Header {
            path: path.to_owned(),
            why: format!("{columns} columns; the limit is {MAX_COLUMNS}"),
        });
    }
    // Texts are read as views of the pages: a text that many rows share is held once.
    let wanted = viewed(metadata.schema(), &physical_types(&metadata));
    let options = ArrowReaderOptions::new().with_schema(wanted);
    let viewed = ArrowReaderMetadata::try_new(metadata.metadata().clone(), options);
    let metadata = viewed.unwrap_or(metadata);
    Ok(ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata))
}

fn file_at(path: &Path) -> Result<File, IngestError> {
    File::open(path).map_err(|source| IngestError::Io {
        what: "open",
        path: path.to_owned(),
        source,
    })
}

/// How each column lies in the file; `None` for a nested one.
fn physical_types(metadata: &ArrowReaderMetadata) -> Vec<Option<PhysicalType>> {
    let root = metadata.metadata().file_metadata().schema_descr().root_schema();
    let primitive = |t: &Arc<Type>| t.is_primitive().then(|| t.get_physical_type());
    root.get_fields().iter().map(primitive).collect()
}

/// The schema with every text as a view, and the old 96-bit times in microseconds: in nanoseconds those
/// before 1677 and after 2262 would wrap round.
fn viewed(schema: &Schema, physical: &[Option<PhysicalType>]) -> Arc<Schema> {
    let fields: Vec<Field> = schema
        .fields()
        .iter()
        .enumerate()
        .map(|(at, f)| {
            let field = f.as_ref().clone();
            match f.data_type() {
                DataType::Timestamp(TimeUnit::Nanosecond, None)
                    if physical.get(at) == Some(&Some(PhysicalType::INT96)) =>
                {
                    field.with_data_type(DataType::Timestamp(TimeUnit::Microsecond, None))
                }
                DataType::Binary => field.with_data_type(DataType::BinaryView),
                t if is_text(t) => field.with_data_type(DataType::Utf8View),
                DataType::Dictionary(_, values) if is_text(values) => {
                    field.with_data_type(DataType::Utf8View)
                }
                _ => field,
            }
        })
        .collect();
    Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
}

fn is_text(kind: &DataType) -> bool {
    matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// Rows to decode at once so that the pages of the columns that are used, and their texts, stay below
/// `most` bytes.
fn batch_rows(
    path: &Path,
    builder: &ParquetRecordBatchReaderBuilder<File>,
    used: &[bool],
    most: u64,
) -> Result<usize, IngestError> {
    let schema = builder.parquet_schema();
    let wanted = |leaf: usize| used.get(schema.get_column_root_idx(leaf)).is_none_or(|u| *u);
    parquet_pages::batch_rows(file_at(path)?, builder.metadata(), &wanted, most)
        .map_err(|e| unreadable(path, e))
}

/// Refuses a column of a type that no reader of cells knows, before it is decoded. A double is read
/// only as the whole number that it holds.
fn check_types(
    path: &Path,
    schema: &Schema,
    used: &[bool],
    plan: Option<&Plan>,
) -> Result<(), IngestError> {
    for (at, field) in schema.fields().iter().enumerate().filter(|(at, _)| used[*at]) {
        let empty = arrow_array::new_empty_array(field.data_type());
        let exact = !field.data_type().is_floating() || plan.is_some_and(|p| is_count(p, at));
        if Col::of(empty.as_ref()).is_none() || !exact {
            return Err(wrong_type(path, field.name(), field.data_type()));
        }
    }
    Ok(())
}

/// Is a source column read as whole numbers alone?
fn is_count(plan: &Plan, at: usize) -> bool {
    let spans = plan.slots.iter().filter_map(|s| s.span.as_ref()).any(|s| s.column == at);
    let further = plan.keys.iter().chain(&plan.readings).any(|(_, column)| *column == at);
    let columns = plan.layout.columns();
    let others = plan
        .slots
        .iter()
        .zip(columns)
        .any(|(s, c)| s.from == From::Column(at) && c.holds != Holds::Int);
    !spans && !further && !others
}

/// Refuses a compression that is not read, by its name.
fn check_codecs(
    path: &Path,
    builder: &ParquetRecordBatchReaderBuilder<File>,
    used: &[bool],
) -> Result<(), IngestError> {
    let schema = builder.parquet_schema();
    for group in builder.metadata().row_groups() {
        for (leaf, column) in group.columns().iter().enumerate() {
            let codec = match column.compression() {
                Compression::BROTLI(_) => "Brotli",
                Compression::LZO => "LZO",
                _ => continue,
            };
            if used.get(schema.get_column_root_idx(leaf)).is_none_or(|u| *u) {
                return Err(IngestError::unreadable(
                    path,
                    format!(
                        "column `{}` is compressed with {codec}, which is not read: write the file again with zstd, snappy, gzip, lz4 or none",
                        column.column_path().string()
                    ),
                ));
            }
        }
    }
    Ok(())
}

fn wrong_type(path: &Path, name: &str, kind: &DataType) -> IngestError {
    IngestError::Header {
        path: path.to_owned(),
        why: format!(
            "column `{name}` is of type {kind}; it should be text, a whole number, a date, a timestamp or a boolean (a decimal has no decimals; a double is read in columns of counts only)"
        ),
    }
}

/// Column names of a file.
pub(crate) fn names(path: &Path) -> Result<Vec<String>, IngestError> {
    Ok(open(path)?.schema().fields().iter().map(|f| f.name().clone()).collect())
}

/// The first rows as texts, for a proposal.
pub(crate) fn sample(
    path: &Path,
    rows: usize,
) -> Result<(Vec<String>, Vec<Vec<String>>), IngestError> {
    let builder = open(path)?;
    let names = builder.schema().fields().iter().map(|f| f.name().clone()).collect();
    let mut found = Vec::new();
    let all = vec![true; builder.schema().fields().len()];
    check_codecs(path, &builder, &all)?;
    let rows = rows.min(batch_rows(path, &builder, &all, SAMPLE_BYTES)?);
    for batch in
        builder.with_batch_size(rows.max(1)).build().map_err(|e| unreadable(path, e))?.take(1)
    {
        let batch = batch.map_err(|e| unreadable(path, e))?;
        let columns: Vec<Col<'_>> =
            batch.columns().iter().map(|c| Col::of(c.as_ref()).unwrap_or(Col::Unused)).collect();
        for at in 0..batch.num_rows() {
            found.push(columns.iter().map(|c| sampled(c.cell(at))).collect());
        }
    }
    Ok((names, found))
}

/// A wall-clock time prints without a zone here, for that is what a proposal must see.
fn sampled(cell: Cell<'_>) -> String {
    match cell {
        Cell::Wall(m) => northbound_types::Utc(m).to_string().trim_end_matches('Z').to_owned(),
        other => crate::cell::printed(other),
    }
}

fn used(plan: &Plan, count: usize) -> Vec<bool> {
    let mut used = vec![false; count];
    for slot in &plan.slots {
        if let From::Column(at) = slot.from {
            used[at] = true;
        }
        if let Some(span) = &slot.span {
            used[span.column] = true;
        }
        if let Some(clock) = slot.time_of_day {
            used[clock] = true;
        }
        if let Some(computed) = &slot.computed {
            used[computed.first] = true;
            used[computed.second] = true;
        }
    }
    for (_, at) in plan.keys.iter().chain(&plan.readings) {
        used[*at] = true;
    }
    for event in &plan.events {
        used[event.column] = true;
    }
    used
}

/// Reads a whole file.
pub(crate) fn read<L: Load>(session: &mut Session<'_>, loader: &mut L) -> Result<(), IngestError> {
    read_batches(session, loader, BATCH_ROWS)
}

/// The same with batches of a given size, which never changes what is read.
pub(crate) fn read_batches<L: Load>(
    session: &mut Session<'_>,
    loader: &mut L,
    rows: usize,
) -> Result<(), IngestError> {
    let path = session.path();
    let builder = open(path)?;
    let header: Vec<String> = builder.schema().fields().iter().map(|f| f.name().clone()).collect();
    session.header(&header, false)?;
    let used = session.plan().map(|p| used(p, header.len())).unwrap_or_default();
    check_types(path, builder.schema(), &used, session.plan())?;
    check_codecs(path, &builder, &used)?;
    let most = session.memory().share(PAGES_SHARE);
    let rows = rows.min(batch_rows(path, &builder, &used, most)?);
    let bytes: i64 = builder.metadata().row_groups().iter().map(|g| g.compressed_size()).sum();
    let total_rows = builder.metadata().file_metadata().num_rows().max(1);
    let mask = ProjectionMask::roots(
        builder.parquet_schema(),
        used.iter().enumerate().filter(|(_, u)| **u).map(|(i, _)| i),
    );
    let reader: ParquetRecordBatchReader = builder
        .with_projection(mask)
        .with_batch_size(rows)
        .build()
        .map_err(|e| unreadable(path, e))?;
    let mut place = 0i64;
    for batch in reader {
        session.check_memory()?;
        let batch = batch.map_err(|e| {
            IngestError::unreadable_by(path, &format!("Parquet: after row {place}: "), e)
        })?;
        place = one_batch(session, loader, &batch, &header, &used, place)?;
        // Compressed bytes are not known by row; progress counts rows instead.
        session
            .done
            .set((i128::from(bytes) * i128::from(place) / i128::from(total_rows)).max(0) as u64);
    }
    Ok(())
}

fn one_batch<L: Load>(
    session: &mut Session<'_>,
    loader: &mut L,
    batch: &RecordBatch,
    header: &[String],
    used: &[bool],
    mut place: i64,
) -> Result<i64, IngestError> {
    let mut arrays = batch.columns().iter();
    let mut columns = Vec::with_capacity(header.len());
    for (name, used) in header.iter().zip(used) {
        if !used {
            columns.push(Col::Unused);
            continue;
        }
        let Some(array) = arrays.next() else {
            columns.push(Col::Unused);
            continue;
        };
        columns.push(
            Col::of(array.as_ref())
                .ok_or_else(|| wrong_type(session.path(), name, array.data_type()))?,
        );
    }
    for at in 0..batch.num_rows() {
        place += 1;
        session.row(loader, &BatchRow { columns: &columns, at }, place)?;
    }
    Ok(place)
}
