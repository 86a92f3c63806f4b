//! Reports built from measures and registers: renderers, diff, explain
