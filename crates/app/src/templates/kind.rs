//! The kinds of templates.

use northbound_types::text_enum;

text_enum! {
    /// What a template is for.
    pub enum TemplateOf("kind of template") {
        /// A User's forecast of requests.
        Forecast = "forecast",
        /// Stated figures.
        Figures = "figures",
        /// A log of incidents.
        Incidents = "incidents",
        /// Nominated contacts.
        Contacts = "contacts",
        /// The look of Word documents.
        Document = "document",
    }
}
