//! The ledger: Parquet files by received day under hash-chained root manifests, one atomic version
//! over all tables; rollups, the fused scan kernel, drill-down, lineage.
pub mod rows;
