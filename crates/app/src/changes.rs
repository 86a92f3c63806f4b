//! Changes to the network's systems: raised, assessed, consulted on, approved, run and observed; and
//! the process of each type.

pub mod observe;
pub mod process;
mod read;
mod steps;
pub mod view;

pub use read::{ListRequest, Listed, list, show};
pub use steps::{
    NewChange, add, approve, assess_impact, consult, give_view, plan, record_run, reject,
};
