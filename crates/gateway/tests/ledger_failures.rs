//! A ledger that cannot be written is shown by `status` and `/metrics` until it can.

use crate::support::Running;

#[test]
fn a_ledger_that_cannot_be_written_is_shown_until_it_can() {
    let r = Running::start(true);
    let status = r.until("it is shown", |s| !s["ledger_failing"].is_null());
    assert_eq!(status["ledger_failing"]["why"], "no space left on the device");
    assert!(status["ledger_failing"]["since"].is_string(), "{status}");
    let metrics = r.client.text("/metrics").unwrap();
    assert!(metrics.contains("northbound_ledger_failing 1"), "{metrics}");
    assert!(!metrics.contains("northbound_ledger_commit_failures_total 0"), "{metrics}");
    r.fill(false);
    r.until("it is cleared", |s| s["ledger_failing"].is_null());
    let metrics = r.client.text("/metrics").unwrap();
    assert!(metrics.contains("northbound_ledger_failing 0"), "{metrics}");
}
