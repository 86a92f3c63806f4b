//! Readers of message records, DUIS archives, stated figures and register tables
