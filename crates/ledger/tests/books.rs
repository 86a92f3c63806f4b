//! Deleting any one posting is found, for each state: the check reads movements and exchanges
//! independently.

use crate::support;
use northbound_ledger::{Ledger, check::check};
use northbound_types::{RequestState, Utc};
use support::{APRIL, DAY, Dice, Rules, ingest, meta, record};

const NOW: i64 = APRIL + 40 * DAY;

#[test]
fn a_missing_movement_is_found_for_each_state() {
    let dir = tempfile::tempdir().unwrap();
    for &state in RequestState::ALL {
        // One message in this state, among others, from a source of its own; then its movements file
        // is dropped from the manifest.
        let path = dir.path().join(state.as_str());
        let l = Ledger::at(&path);
        let mut d = Dice(3);
        let others: Vec<_> = (0..40).map(|i| record(&mut d, i)).collect();
        ingest(&l, meta("others.csv", Utc(NOW)), &others, NOW);
        let mut one = record(&mut d, 999);
        one.state = state;
        one.answer = state.is_answered().then_some(one.received + 7);
        ingest(&l, meta("one.csv", Utc(NOW)), &[one], NOW + 1);
        assert_eq!(check(&l, &Rules("r1"), false, &mut |_, _| {}).unwrap().findings, []);
        let file = path.join("root/0000000002.json");
        let mut m: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        m["tables"]["movements"]
            .as_array_mut()
            .unwrap()
            .retain(|f| f["sources"] != serde_json::json!([2]));
        std::fs::write(&file, serde_json::to_vec(&m).unwrap()).unwrap();
        let found = check(&l, &Rules("r1"), false, &mut |_, _| {}).unwrap().findings;
        assert!(
            found.iter().any(|f| f.kind == "books" && f.what.contains(state.as_str())),
            "{state}: {found:?}"
        );
    }
}
