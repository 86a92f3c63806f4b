//! The scenarios that come with the program, so that they are at hand wherever it runs.

use std::path::Path;

/// Name and text, as in the folder `scenarios` of the repository.
pub(super) const SCENARIOS: [(&str, &str); 5] = [
    ("failing-endpoint", include_str!("../../../../scenarios/failing-endpoint.toml")),
    ("gas-meters-wake", include_str!("../../../../scenarios/gas-meters-wake.toml")),
    ("power-outage", include_str!("../../../../scenarios/power-outage.toml")),
    ("region-down-an-hour", include_str!("../../../../scenarios/region-down-an-hour.toml")),
    ("region-times-out", include_str!("../../../../scenarios/region-times-out.toml")),
];

/// The text of the scenario of this name; `.toml` and the folder's name may be before and after it.
pub(super) fn text(name: &Path) -> Option<&'static str> {
    let plain = name.parent().is_none_or(|p| p == Path::new("") || p == Path::new("scenarios"));
    let stem = name.to_str()?.trim_start_matches("scenarios/").trim_end_matches(".toml");
    SCENARIOS.iter().find(|(n, _)| plain && stem.eq_ignore_ascii_case(n)).map(|(_, text)| *text)
}
