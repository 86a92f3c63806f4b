//! What keeps a ledger trustworthy and usable: checks, backups, publication for other engines.

pub mod backup;
pub mod check;
pub mod publish;
pub mod row_check;
