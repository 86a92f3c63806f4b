//! Exceptional Events and work packages: what bodies decide step by step.

pub mod events;
pub mod work_packages;
