//! The live service on the command line: `serve`, and the commands that talk to it.

pub(crate) mod device;
pub(crate) mod key;
pub(crate) mod log;
pub(crate) mod receive;
pub(crate) mod sample;
pub(crate) mod scenario;
pub(crate) mod send;
pub(crate) mod serve;
pub(crate) mod tls;
pub(crate) mod watch;

pub(crate) use northbound_app::live::{core_time, demo, policy_of, services};
pub(crate) use northbound_app::service::runtime;
