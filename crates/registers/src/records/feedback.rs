//! What parties say: statements on the service, sentiment and complaints, comments on documents,
//! examples of disagreeing reports.

pub mod comments;
pub mod examples;
pub mod sentiments;
pub mod statements;
