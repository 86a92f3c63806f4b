//! Simulated traffic in virtual time, with faults from a seed
