//! A sink that keeps what it is given, as text, and the usual way to run it.
use northbound_ingest::*;
use northbound_ledger::rows::{AlertRow, ExchangeRow, PayloadRow, StatedRow};
use northbound_types::Utc;
use std::path::PathBuf;

#[derive(Debug, Default, Clone, PartialEq)]
pub struct RecordingSink {
    pub exchanges: Vec<String>,
    pub alerts: Vec<String>,
    pub payloads: Vec<String>,
    pub stated: Vec<StatedRow>,
    pub services: Vec<ServiceInterval>,
    pub population: Vec<PopulationRow>,
    pub hubs: Vec<HubInstall>,
    pub migrations: Vec<MigrationRow>,
    pub forecasts: Vec<ForecastRow>,
    pub volumes: Vec<VolumeRow>,
}

impl RecordingSink {
    /// The line of a row is the only thing in which formats differ.
    pub fn without_place(mut self) -> RecordingSink {
        for row in &mut self.exchanges {
            let end = row.rfind(", row:").unwrap();
            row.truncate(end);
        }
        self
    }
}

impl RowSink for RecordingSink {
    fn exchange(&mut self, row: &ExchangeRow<'_>) -> Result<(), SinkError> {
        self.exchanges.push(format!("{row:?}"));
        Ok(())
    }
    fn alert(&mut self, row: &AlertRow<'_>) -> Result<(), SinkError> {
        self.alerts.push(format!("{row:?}"));
        Ok(())
    }
    fn payload(&mut self, row: &PayloadRow<'_>) -> Result<(), SinkError> {
        self.payloads.push(format!("{row:?}"));
        Ok(())
    }
    fn stated(&mut self, row: &StatedRow) -> Result<(), SinkError> {
        self.stated.push(row.clone());
        Ok(())
    }
}

impl RegisterSink for RecordingSink {
    fn service(&mut self, row: &ServiceInterval) -> Result<(), SinkError> {
        self.services.push(row.clone());
        Ok(())
    }
    fn population(&mut self, row: &PopulationRow) -> Result<(), SinkError> {
        self.population.push(row.clone());
        Ok(())
    }
    fn hub(&mut self, row: &HubInstall) -> Result<(), SinkError> {
        self.hubs.push(row.clone());
        Ok(())
    }
    fn migration(&mut self, row: &MigrationRow) -> Result<(), SinkError> {
        self.migrations.push(row.clone());
        Ok(())
    }
    fn forecast(&mut self, row: &ForecastRow) -> Result<(), SinkError> {
        self.forecasts.push(row.clone());
        Ok(())
    }
    fn volume(&mut self, row: &VolumeRow) -> Result<(), SinkError> {
        self.volumes.push(row.clone());
        Ok(())
    }
}

/// 2026-05-06T00:00:00Z.
pub const KNOWN: Utc = Utc(1_778_025_600_000_000);

pub fn options() -> Options {
    Options::new(KNOWN)
}

pub fn mapped(toml: &str) -> Options {
    Options { mapping: Some(Mapping::parse("m.toml", toml).unwrap()), ..options() }
}

pub fn run(paths: &[PathBuf], options: &Options) -> (RecordingSink, Summary, Vec<Reject>) {
    let (mut kept, mut rejects) = (RecordingSink::default(), Vec::new());
    let summary = messages(paths, options, &mut kept, &mut rejects, &mut |_| {}).unwrap();
    (kept, summary, rejects)
}

/// A file with this content, in a folder that lives as long as the first part.
pub fn file(name: &str, content: impl AsRef<[u8]>) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, content).unwrap();
    (dir, path)
}

pub const ID: &str = "90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-90-A0:1000";
