//! Alerts, a day a file.

use super::{APRIL, BATCH, DAY_US, DAYS, DEVICES, FIRST_DEVICE, USERS, user_eui};
use crate::Any;
use crate::dice::Dice;
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use parquet::arrow::ArrowWriter;
use std::{fs::File, path::Path, sync::Arc};

/// Columns of text.
const WORDS: [&str; 8] =
    ["namespace", "code", "alert_kind", "state", "excluded", "region", "provider", "feed"];

/// Alerts: a fifth as many as messages, every twentieth from a storm of one device in an hour or two.
pub fn alerts(out: &Path, rows: u64, seed: u64) -> Result<(), Any> {
    let folder = out.join("alerts");
    std::fs::create_dir_all(&folder)?;
    let per_day = (rows / 5 / DAYS as u64).max(1);
    for day in 0..DAYS {
        let mut d = Dice::new(seed ^ 0xA1E7 ^ (day as u64) << 20);
        let mut writer: Option<ArrowWriter<File>> = None;
        let mut done = 0;
        while done < per_day {
            let n = (per_day - done).min(BATCH as u64);
            let mut c = Columns::default();
            for i in 0..n {
                c.draw(&mut d, day, i);
            }
            let batch = c.batch()?;
            if writer.is_none() {
                writer = Some(ArrowWriter::try_new(
                    File::create(folder.join(format!("{day:02}.parquet")))?,
                    batch.schema(),
                    None,
                )?);
            }
            if let Some(w) = &mut writer {
                w.write(&batch)?;
            }
            done += n;
        }
        if let Some(w) = writer {
            w.close()?;
        }
    }
    Ok(())
}

#[derive(Default)]
struct Columns {
    words: [Vec<&'static str>; WORDS.len()],
    device: Vec<i64>,
    counter: Vec<i64>,
    received: Vec<Option<i64>>,
}

impl Columns {
    /// Draws one alert. The order of the draws is part of the data.
    fn draw(&mut self, d: &mut Dice, day: i64, number: u64) {
        let storm = d.below(20) == 0;
        let which = d.below(40);
        let start = APRIL + day * DAY_US;
        let at = if storm {
            start + (which as i64 * 1_800 + d.below(5_400) as i64) * 1_000_000
        } else {
            start + d.below(DAY_US as u64) as i64
        };
        self.received.push(Some(at.min(start + DAY_US - 1)));
        let device = if storm { which * 1000 } else { d.below(DEVICES) };
        self.device.push((FIRST_DEVICE + device) as i64);
        self.counter.push(at / 1000 * 1000 + number as i64 % 1000);
        let region = d.below(3) as usize;
        let state = match d.below(100) {
            0..=4 => "consolidated",
            5..=7 => "duplicate",
            8 | 9 => "pending",
            _ => "delivered",
        };
        for (v, x) in self.words.iter_mut().zip([
            "duis",
            ["8F20", "8F84", "81A0", "8F1D", "8F3F", "AD1", "8F66"][d.below(7) as usize],
            "device",
            state,
            if d.below(50) == 0 { "true" } else { "false" },
            ["north", "central", "south"][region],
            ["CSPN", "CSPC", "CSPS"][region],
            "alerts",
        ]) {
            v.push(x);
        }
    }

    fn batch(self) -> Result<RecordBatch, arrow_schema::ArrowError> {
        let mut all: Vec<(&str, ArrayRef)> = WORDS
            .into_iter()
            .zip(self.words)
            .map(|(n, v)| (n, Arc::new(StringArray::from(v)) as ArrayRef))
            .collect();
        let recipient: Vec<i64> =
            self.device.iter().map(|x| user_eui((*x as u64) % USERS as u64)).collect();
        for (n, v) in [("device", self.device), ("recipient", recipient), ("counter", self.counter)]
        {
            all.push((n, Arc::new(Int64Array::from(v))));
        }
        let received = TimestampMicrosecondArray::from(self.received).with_timezone("UTC");
        all.push(("received", Arc::new(received)));
        RecordBatch::try_from_iter(all)
    }
}
