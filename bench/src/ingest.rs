//! The bench's messages and alerts into a ledger, without the readers of `northbound ingest`.

use crate::Any;
use crate::generate::{APRIL, DAY_US, messages};
use arrow_array::{
    Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    cast::AsArray,
    types::{Int64Type, TimestampMicrosecondType},
};
use northbound_ledger::{
    Ledger, RowSink, SourceMeta,
    judge::Judge,
    rows::{AlertRow, ExchangeRow},
};
use northbound_types::{Eui64, Utc};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::{
    fs::File,
    path::{Path, PathBuf},
};

/// When all of it became known.
const KNOWN: Utc = Utc(APRIL + 40 * DAY_US);

/// Ingests folders of Parquet files, one transaction a folder.
pub fn ingest_folders(to: &Path, folders: &[PathBuf], judge: &dyn Judge) -> Result<(), Any> {
    let ledger = Ledger::at(to);
    for folder in folders {
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(folder)?.filter_map(|e| e.ok().map(|e| e.path())).collect();
        files.sort();
        let mut tx = ledger.begin(KNOWN)?;
        for file in files {
            tx.begin_source(source(&file))?;
            read(&file, &mut tx)?;
            tx.end_source(0)?;
        }
        tx.commit(judge, "bench", 0, &mut |_| {})?;
    }
    Ok(())
}

fn source(file: &Path) -> SourceMeta {
    let name = file.to_string_lossy().into_owned();
    SourceMeta {
        name: name.clone(),
        sha256: name,
        bytes: 0,
        layout: "messages".into(),
        mapping: String::new(),
        feed: "dsp".into(),
        rank: 10,
        corrects: Vec::new(),
        known: KNOWN,
        by: "bench".into(),
    }
}

/// Reads the rows of one file: alerts where it has a column `device`, else exchanges.
fn read(file: &Path, to: &mut dyn RowSink) -> Result<(), Any> {
    let mut rows = 0;
    for batch in ParquetRecordBatchReaderBuilder::try_new(File::open(file)?)?
        .with_batch_size(64 * 1024)
        .build()?
    {
        let batch = Batch(batch?);
        if batch.0.column_by_name("device").is_some() {
            alerts(&batch, rows, to)?;
        } else {
            exchanges(&batch, rows, to)?;
        }
        rows += batch.0.num_rows() as i64;
    }
    Ok(())
}

struct Batch(RecordBatch);

impl Batch {
    fn column(&self, name: &str) -> Result<&dyn Array, String> {
        Ok(self.0.column_by_name(name).ok_or_else(|| format!("no column {name}"))?)
    }
    fn text(&self, name: &str) -> Result<StringArray, String> {
        self.column(name).map(|c| c.as_string::<i32>().clone())
    }
    fn int(&self, name: &str) -> Result<Int64Array, String> {
        self.column(name).map(|c| c.as_primitive::<Int64Type>().clone())
    }
    fn time(&self, name: &str) -> Result<TimestampMicrosecondArray, String> {
        self.column(name).map(|c| c.as_primitive::<TimestampMicrosecondType>().clone())
    }
}

fn alerts(b: &Batch, before: i64, to: &mut dyn RowSink) -> Result<(), Any> {
    let [namespace, code, alert_kind, state, excluded, region, provider, feed] =
        ["namespace", "code", "alert_kind", "state", "excluded", "region", "provider", "feed"]
            .map(|n| b.text(n));
    let (namespace, code, alert_kind, state) = (namespace?, code?, alert_kind?, state?);
    let (excluded, region, provider, feed) = (excluded?, region?, provider?, feed?);
    let (device, recipient) = (b.int("device")?, b.int("recipient")?);
    let (counter, received) = (b.int("counter")?, b.time("received")?);
    for i in 0..b.0.num_rows() {
        to.alert(&AlertRow {
            namespace: namespace.value(i),
            device: Eui64::from_i64(device.value(i)),
            recipient: Eui64::from_i64(recipient.value(i)),
            counter: counter.value(i) as u64,
            code: code.value(i),
            alert_kind: alert_kind.value(i),
            state: state.value(i).parse()?,
            excluded: excluded.value(i) == "true",
            carried: 0,
            raised: None,
            received: received.value(i),
            delivered: None,
            region: region.value(i).parse()?,
            provider: provider.value(i),
            feed: feed.value(i),
            known: KNOWN.0,
            row: before + 1 + i as i64,
        })?;
    }
    Ok(())
}

fn exchanges(b: &Batch, before: i64, to: &mut dyn RowSink) -> Result<(), Any> {
    let words: Vec<StringArray> =
        messages::WORDS.iter().map(|n| b.text(n)).collect::<Result<_, _>>()?;
    let srv = b.text("srv")?;
    let ints: Vec<Int64Array> =
        messages::INTS.iter().map(|n| b.int(n)).collect::<Result<_, _>>()?;
    let times: Vec<TimestampMicrosecondArray> =
        messages::TIMES.iter().map(|n| b.time(n)).collect::<Result<_, _>>()?;
    for i in 0..b.0.num_rows() {
        let word = |k: usize| words[k].value(i);
        let at = |k: usize| times[k].is_valid(i).then(|| times[k].value(i));
        to.exchange(&ExchangeRow {
            namespace: word(0),
            originator: Eui64::from_i64(ints[0].value(i)),
            target: Eui64::from_i64(ints[1].value(i)),
            counter: ints[2].value(i) as u64,
            leg: word(1).parse()?,
            instance: 0,
            kind: word(2).parse()?,
            mode: word(3).parse()?,
            srv: srv.value(i),
            cv: ints[3].value(i),
            role: word(4),
            party_category: word(5),
            class: word(6),
            generation: word(7).parse()?,
            device_type: word(8),
            test_kind: word(9).parse()?,
            region: word(10).parse()?,
            provider: word(11),
            feed: word(12),
            state: word(13).parse()?,
            code: word(14),
            user_sent: None,
            received: times[0].value(i),
            acknowledged: at(1),
            due: None,
            released: None,
            queued: at(2),
            sent_to_wan: at(3),
            delivered_to_device: None,
            answered_at_wan: at(4),
            answer_sent: at(5),
            delivered: at(6),
            target_at: at(7),
            timeout_at: None,
            known: KNOWN.0,
            row: before + 1 + i as i64,
        })?;
    }
    Ok(())
}
