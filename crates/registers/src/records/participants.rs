//! Who takes part: parties and their Users, people, contacts by topic, and mailings to them.

pub mod contacts;
pub mod mailings;
pub mod parties;
pub mod people;
