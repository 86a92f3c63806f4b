use super::*;

#[test]
fn names_fold() {
    for (name, want) in [
        ("ResponseCode", "response code"),
        ("response_code", "response code"),
        ("Response  Code ", "response code"),
        ("SRV", "srv"),
    ] {
        assert_eq!(synonyms::folded(name), want);
    }
    assert_eq!(synonyms::duration_unit("Response Time (ms)"), Some("ms"));
    assert_eq!(synonyms::duration_unit("Response Time"), None);
}
