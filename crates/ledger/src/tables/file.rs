//! Writing and opening one Parquet file of a table.

use crate::{
    error::{LedgerError, ar, io, pq},
    tables::{
        buffer::Buffer,
        schema::{Col, Table},
    },
};
use parquet::{
    arrow::{
        ArrowWriter,
        arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder},
        arrow_writer::ArrowWriterOptions,
    },
    basic::{Compression, Encoding, ZstdLevel},
    file::{
        metadata::PageIndexPolicy,
        properties::{EnabledStatistics, WriterProperties},
    },
    schema::types::ColumnPath,
};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{Read, Write},
    path::Path,
};

/// Rows in a row group: small enough that a reader holds two of them easily.
pub(crate) const ROW_GROUP_ROWS: usize = 256 * 1024;
/// Rows in a page: to read one row, a drill-down decodes one page of each column.
const PAGE_ROWS: usize = 16 * 1024;

/// Of the row groups that a Bloom filter admits, the share that does not have the value.
const FALSE_ADMISSIONS: f64 = 0.01;

/// Columns by which rows are looked for ([`crate::find`]): the device of a request, of an alert, and of the
/// deliveries of both. Numbers of devices are spread over the whole range, so their statistics rule out nothing.
const fn filtered(table: Table) -> &'static [&'static str] {
    match table {
        Table::Exchanges => &["target"],
        Table::Alerts => &["device"],
        Table::Deliveries => &["originator", "target"],
        _ => &[],
    }
}

fn properties(table: Table) -> Result<WriterProperties, parquet::errors::ParquetError> {
    let mut b = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(PAGE_ROWS)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by("northbound".to_owned());
    for (name, col) in table.columns() {
        let path = ColumnPath::from(*name);
        match col {
            Col::Word | Col::Text => {}
            // Times and row numbers ascend: deltas are small and decode without a dictionary.
            Col::Int | Col::Time => {
                b = b
                    .set_column_dictionary_enabled(path.clone(), false)
                    .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
            }
        }
    }
    for name in ["originator", "cv", "instance"] {
        if table.position(name).is_some() {
            b = b.set_column_dictionary_enabled(ColumnPath::from(name), true);
        }
    }
    for name in filtered(table) {
        b = b.set_column_bloom_filter_fpp(ColumnPath::from(*name), FALSE_ADMISSIONS);
    }
    Ok(b.build())
}

/// Size and hash of a finished file.
pub(crate) struct Written {
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

/// Writes the buffer as one file, synced, and returns its size and hash.
pub(crate) fn write(path: &Path, buffer: &Buffer) -> Result<Written, LedgerError> {
    write_with(path, buffer, pq(path, properties(buffer.table))?)
}

pub(crate) fn write_with(
    path: &Path,
    buffer: &Buffer,
    properties: WriterProperties,
) -> Result<Written, LedgerError> {
    if let Some(dir) = path.parent() {
        io("create folder", dir, std::fs::create_dir_all(dir))?;
    }
    let file = io("create", path, File::create(path))?;
    let options =
        ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let mut w = pq(
        path,
        ArrowWriter::try_new_with_options(
            HashingFile { file, hash: Sha256::new(), bytes: 0 },
            buffer.table.coded_schema(),
            options,
        ),
    )?;
    let mut from = 0;
    while from < buffer.len() {
        let to = (from + 64 * 1024).min(buffer.len());
        pq(path, w.write(&ar(path, buffer.batch(from, to))?))?;
        from = to;
    }
    let out = pq(path, w.into_inner())?;
    io("sync", path, out.file.sync_data())?;
    Ok(Written { bytes: out.bytes, sha256: hex(&out.hash.finalize()) })
}

struct HashingFile {
    file: File,
    hash: Sha256,
    bytes: u64,
}

impl Write for HashingFile {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        let n = self.file.write(data)?;
        self.hash.update(&data[..n]);
        self.bytes += n as u64;
        Ok(n)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// SHA-256 of a file as lower-case hexadecimal.
pub(crate) fn sha256_of(path: &Path) -> Result<String, LedgerError> {
    let mut file = io("open", path, File::open(path))?;
    let mut hash = Sha256::new();
    let mut buf = vec![0u8; 1 << 20];
    loop {
        let n = io("read", path, file.read(&mut buf))?;
        if n == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(&buf[..n]);
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut s, b| {
        let _ = write!(s, "{b:02x}");
        s
    })
}

/// An opened file whose words will be read as dictionaries.
pub(crate) struct Opened {
    meta: ArrowReaderMetadata,
}

impl Opened {
    pub(crate) fn open(path: &Path, table: Table, pages: bool) -> Result<Opened, LedgerError> {
        let file = io("open", path, File::open(path))?;
        let options =
            ArrowReaderOptions::new().with_schema(table.coded_schema()).with_page_index_policy(
                if pages { PageIndexPolicy::Optional } else { PageIndexPolicy::Skip },
            );
        let meta = pq(path, ArrowReaderMetadata::load(&file, options))?;
        Ok(Opened { meta })
    }
    pub(crate) fn row_groups(&self) -> usize {
        self.meta.metadata().num_row_groups()
    }
    pub(crate) fn parquet(&self) -> &parquet::file::metadata::ParquetMetaData {
        self.meta.metadata()
    }
    /// A reader with its own file handle: clones of one handle share a position, which two threads
    /// would move for each other.
    pub(crate) fn reader(
        &self,
        path: &Path,
    ) -> Result<ParquetRecordBatchReaderBuilder<File>, LedgerError> {
        Ok(ParquetRecordBatchReaderBuilder::new_with_metadata(
            io("open", path, File::open(path))?,
            self.meta.clone(),
        ))
    }
}
