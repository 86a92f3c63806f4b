//! What people keep: feeds, faults, explanations, packs, audited in SQL behind one gate
