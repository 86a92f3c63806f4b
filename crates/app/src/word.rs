//! The Word document that gives printed documents their styles.

use crate::{Result, input};
use northbound_documents::render::docx::{MAX_BYTES, Template};
use std::path::Path;

/// Reads the template at `path`; without one, the template that comes with Northbound.
///
/// # Errors
/// Where the file cannot be read, is no Word document, has macros, or lacks a style that is needed.
pub fn template(path: Option<&Path>) -> Result<Template> {
    let Some(path) = path else { return Ok(Template::ours()?) };
    Ok(Template::read(&input::bytes(path, MAX_BYTES)?, &path.display().to_string())?)
}
