//! Why two sources differ, and how well that is known.

use northbound_types::text_enum;

text_enum! {
    /// The cause of a difference, or of a part of it, in the order in which a message that has
    /// several is classed.
    pub enum Cause("cause of a difference") {
        /// Held by one side more than once.
        Duplicate = "duplicate",
        /// Falls to another hour, day or month: another clock zone or day boundary.
        DayBoundary = "day-boundary",
        /// One side learned of it after its cut-off.
        CutOff = "cut-off",
        /// Test traffic that one side leaves out.
        TestTraffic = "test-traffic",
        /// A meter generation that one side leaves out.
        Generation = "generation-left-out",
        /// One side has no row or message for it.
        Missing = "missing",
        /// Counted under another key because an attribute differs.
        Attribute = "attribute-differs",
        /// Within the tolerance or rounding that the sources state.
        Rounding = "rounding",
        /// One source says that it counts in a new way from this period on.
        SeriesBreak = "series-break",
        /// The sources say that they count by different definitions.
        Definition = "definition",
        /// Nobody knows.
        Unexplained = "unexplained",
    }
}

text_enum! {
    /// How well a cause is supported, strongest first.
    pub enum Strength("strength of evidence") {
        /// Counted on both sides, or message by message.
        Measured = "measured",
        /// One side's counts, treated as the other side would, agree over all lines.
        Consistent = "consistent",
        /// Within what the sources state.
        Stated = "stated",
        /// Fits this line alone: a suggestion.
        Possible = "possible",
        /// The sources declare a reason and nobody has counted its effect.
        Declared = "declared",
        /// No evidence.
        None = "none",
    }
}
