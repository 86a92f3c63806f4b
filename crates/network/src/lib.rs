//! An emulated regional network as a discrete-event model
