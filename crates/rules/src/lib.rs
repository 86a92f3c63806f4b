//! Rules as data with dates and provenance.
pub mod measure;
