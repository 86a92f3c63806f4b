//! Incidents and the arrival of registration files, where anything is registered of them.

use super::Desk;
use crate::incidents::section;
use northbound_documents::model::Section;

/// The chapter.
pub(super) fn of_pack(d: &Desk<'_>) -> Option<Section> {
    section(d.data.incidents.as_ref(), &d.data.arrivals)
}
