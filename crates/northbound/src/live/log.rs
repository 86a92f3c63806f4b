//! The options of every command that keeps a log while it runs.

use crate::error::Result;
use clap::Args;
use northbound_app::service::open_log;
use northbound_gateway::{
    clock::SharedClock,
    log::{LogFilter, LogFormat, LogWriter, log_to},
};
use std::{
    io::{self, Write},
    path::PathBuf,
};
use tracing::Dispatch;

/// What is logged.
#[derive(Debug, Clone, Args)]
pub(crate) struct LevelArgs {
    /// Least level that is logged: off, error, warn, info, debug or trace; also by module, such as info,northbound_gateway::ingress=debug
    #[arg(long, env = "NORTHBOUND_LOG", default_value = "info", value_name = "LEVEL")]
    log_level: LogFilter,
}

impl LevelArgs {
    pub(crate) fn filter(&self) -> LogFilter {
        self.log_level.clone()
    }
}

/// What is logged, where and in which form.
#[derive(Debug, Clone, Args)]
pub(crate) struct LogArgs {
    /// Log file; default: standard error
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Form of a log line: json or text
    #[arg(long, default_value = "json", value_name = "FORM")]
    log_format: LogFormat,
    #[command(flatten)]
    level: LevelArgs,
}

impl LogArgs {
    /// Opens the log. Lines have the time of `clock`.
    pub(crate) fn open(&self, clock: SharedClock) -> Result<(Dispatch, LogWriter)> {
        let to: Box<dyn Write + Send> = match &self.log {
            Some(path) => open_log(path)?,
            None => Box::new(io::stderr()),
        };
        Ok(log_to(to, &self.level.log_level, self.log_format, clock)?)
    }
}
