//! A rules folder that lives as long as a test. All contents are invented.

use northbound_rules::{Finding, RuleError, RuleSet, files::EMBEDDED};
use std::path::Path;

pub struct Overlay(tempfile::TempDir);

impl Overlay {
    pub fn new() -> Overlay {
        Overlay(tempfile::tempdir().unwrap())
    }
    pub fn with(self, name: &str, text: &str) -> Overlay {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }
    /// The embedded file with every `old` replaced.
    pub fn edited(self, name: &str, old: &str, new: &str) -> Overlay {
        let text = embedded_text(name);
        assert!(text.contains(old), "{name} does not hold {old:?}");
        self.with(name, &text.replace(old, new))
    }
    pub fn path(&self) -> &Path {
        self.0.path()
    }
    pub fn load(&self) -> Result<RuleSet, RuleError> {
        RuleSet::load(Some(self.path()))
    }
    pub fn findings(&self) -> Vec<Finding> {
        RuleSet::read(Some(self.path())).unwrap().check()
    }
}

pub fn embedded_text(name: &str) -> &'static str {
    EMBEDDED.iter().find(|(n, _)| *n == name).unwrap().1
}
