//! Names of people are found in texts whoever asks, and not disclosed to those who may not see them.

use crate::shared;
use northbound_registers::{
    Write,
    records::participants::people::{NamedPerson, Person},
};
use shared::{actor, analyst, store, t};

#[test]
fn a_name_that_the_actor_may_not_see_is_found_and_not_disclosed() {
    let (_dir, store) = store();
    let person = Person {
        id: "member-1".into(),
        role: "member".into(),
        body: None,
        party: None,
        from: "2026-01-01".parse().unwrap(),
        to: None,
    };
    let staff = store.as_actor(&analyst());
    staff.add_person(&person, Some("Ann Example"), &Write::at(t(1))).unwrap();
    let text = "As ann example said.";
    let named = |person: Option<&str>| vec![NamedPerson { person: person.map(str::to_owned) }];
    assert_eq!(staff.named_people(text).unwrap(), named(Some("member-1")));
    for other in ["bob@ACME+user", "pat+provider", "somebody"] {
        assert_eq!(
            store.as_actor(&actor(other)).named_people(text).unwrap(),
            named(None),
            "{other}"
        );
    }
    assert_eq!(staff.named_people("Nobody at all.").unwrap(), []);
}
