//! The integration tests of this crate, in one program so that it is linked once.

mod figures;
mod forms_of_time;
mod hostile;
mod messages;
mod parquet_files;
mod proposals;
mod recording;
mod same_rows;
mod sheets;
mod text_files;
