//! What people keep: feeds, faults, explanations, packs, audited in SQL behind one gate.
//!
//! Nothing is edited: a change is a new version under a new revision, so every earlier state can be
//! read again ([`AsAt`]). All reads and writes go through the [`Gate`] of an
//! [`Actor`](northbound_types::Actor). Tables and JSON keys: `docs/registers.md`.
//!
//! ```
//! # use northbound_registers::{Query, Store, Write, records::reporting::annotations::Annotation};
//! # use northbound_types::{Actor, Utc};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let now: Utc = "2026-05-04T09:00:00Z".parse()?;
//! let store = Store::open(&folder.path().join("registers.sqlite"), now)?;
//! let gate = store.as_actor(&Actor::parse("kim/opsg+secretary").ok_or("no actor")?);
//! let note = Annotation { from: "2020-03-23".parse()?, to: None, title: "Pandemic".into(), text: "Fewer installs.".into(), source: "public notice".into() };
//! let receipt = gate.add(&note, &Write::at(now))?;
//! assert_eq!(receipt.id, "annotation-1");
//! assert_eq!(gate.list::<Annotation>(&Query::default())?.len(), 1);
//! # Ok(()) }
//! ```

pub mod audit;
pub mod chain;
pub mod current;
pub mod diff;
pub mod error;
pub mod gate;
pub mod import;
pub mod noun;
mod ownership;
pub mod read;
pub mod record;
pub mod records;
pub mod rights;
pub mod sql;
pub mod store;
mod tx;
mod write;

pub use audit::{Event, EventFilter};
pub use chain::{ChainFault, ChainReport, Head};
pub use current::{Current, Dispute, Origin};
pub use diff::FieldChange;
pub use error::RegisterError;
pub use gate::{Gate, Receipt, Write};
pub use import::{Added, Begun, Counts, Import};
pub use noun::{Noun, Verb};
pub use read::{AsAt, Change, Query};
pub use record::{Imported, Record, Stored};
pub use rights::Visibility;
pub use store::{FILE_NAME, Store, restore};
