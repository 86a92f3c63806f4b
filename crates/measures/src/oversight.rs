//! What an oversight group asks of the figures: claims checked, misses explained, evidence from several
//! sides, sentiment beside measurement, and contacts by topic.

pub mod claims;
pub mod contacts;
pub mod evidence;
pub mod explanations;
pub mod sentiment;
pub mod tension;
