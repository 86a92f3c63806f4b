//! Targets for fuzzing, as plain functions: a stable build replays them with a seeded mutator, and
//! a fuzzing engine may call them as they are.

use crate::{
    AlertKey, Cra,
    alert::alert_code,
    build,
    content::{CommandContent, ResponseContent},
    parse, pre_command,
};

/// Reads whatever bytes come. It must not panic; what is read must be written and read the same
/// again; what is refused must have a place inside the bytes.
pub fn fuzz_parse(data: &[u8]) {
    let first = parse(data);
    assert_eq!(first, parse(data), "the same bytes were read in two ways");
    let p = match first {
        Ok(p) => p,
        Err(e) => {
            assert!(e.offset <= data.len() && !e.detail.is_empty());
            return;
        }
    };
    let written = build(&p.message).expect("what was read is within the limits of what is written");
    assert!(written.len() <= data.len(), "the shortest form is not shorter");
    assert_eq!(parse(&written).map(|q| q.message), Ok(p.message));
    assert_eq!(p.message.correlation().is_ok(), p.message.cra != Cra::Alert);
    assert_eq!(AlertKey::of(&p.message).is_ok(), p.message.cra == Cra::Alert);
    fuzz_content(p.message.content);
    if let Ok(bytes) = pre_command::to_sign(data) {
        let signed =
            pre_command::sign_with(data, &[7; 64]).expect("what can be signed takes a signature");
        assert_eq!(signed[1..=bytes.len()], *bytes);
        assert!(pre_command::check_as_issued(data, &signed).is_ok());
    }
}

/// Reads whatever bytes come as content.
pub fn fuzz_content(data: &[u8]) {
    let _ = alert_code(data);
    if let Ok(c) = CommandContent::read(data) {
        assert_eq!(c.write().as_deref().map(CommandContent::read), Ok(Ok(c)));
    }
    if let Ok(r) = ResponseContent::read(data) {
        assert_eq!(r.write().as_deref().map(ResponseContent::read), Ok(Ok(r)));
    }
}
