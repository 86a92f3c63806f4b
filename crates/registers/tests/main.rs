//! The integration tests of this crate, in one program so that it is linked once.

mod as_at;
mod base;
mod chain;
mod forecasting;
mod forecasts;
mod gate;
mod gate_steps;
mod imports;
mod incident;
mod layouts;
mod names;
mod packs;
mod processes;
mod records;
mod samples;
mod shared;
mod transitions;
