//! Invented messages for the tests.

use northbound_gbcs::{
    Cra, Message, Signature, Supplementary, build,
    content::{AlertForm, CommandContent, ResponseContent, alert_content},
};
use northbound_types::Eui64;
use proptest::prelude::*;

/// A message that owns its parts.
#[derive(Debug, Clone)]
pub struct Owned {
    pub cra: Cra,
    pub words: [u64; 6],
    pub date_time: Option<[u8; 12]>,
    pub code: u16,
    pub supplementary: usize,
    pub opaque: Vec<u8>,
    pub content: Vec<u8>,
    /// None: absent; Some(None): empty.
    pub signature: Option<Option<[u8; 64]>>,
    pub mac: Option<[u8; 12]>,
}

impl Owned {
    pub fn message(&self) -> Message<'_> {
        let [counter, originator, recipient, id, party_counter, originator_counter] = self.words;
        Message {
            cra: self.cra,
            counter,
            originator: Eui64(originator),
            recipient: Eui64(recipient),
            date_time: self.date_time,
            code: self.code,
            supplementary: match self.supplementary {
                0 => Supplementary::None,
                1 => Supplementary::Party { id: Eui64(id) },
                2 => Supplementary::PartyCounter { id: Eui64(id), counter: party_counter },
                3 => Supplementary::PartyCounters {
                    id: Eui64(id),
                    counter: party_counter,
                    originator_counter,
                },
                _ => Supplementary::Opaque(&self.opaque),
            },
            content: &self.content,
            signature: match &self.signature {
                None => Signature::Absent,
                Some(None) => Signature::Empty,
                Some(Some(s)) => Signature::Signed(s),
            },
            mac: self.mac,
        }
    }
}

prop_compose! {
    /// Any message within the limits (contents up to 300 bytes, which crosses both steps of a length's form).
    pub fn any_message()(
        cra in proptest::sample::select(Cra::ALL), words in any::<[u64; 6]>(), date_time in any::<Option<[u8; 12]>>(), code in any::<u16>(),
        supplementary in 0usize..5, opaque in proptest::collection::vec(any::<u8>(), 25..430), content in proptest::collection::vec(any::<u8>(), 0..300),
        signature in any::<Option<Option<[u8; 32]>>>(), mac in any::<Option<[u8; 12]>>(),
    ) -> Owned {
        let signature = signature.map(|s| s.map(|half| { let mut whole = [0; 64]; whole[..32].copy_from_slice(&half); whole[32..].copy_from_slice(&half); whole }));
        // A message with a MAC has a signature part.
        let signature = if mac.is_some() { Some(signature.flatten()) } else { signature };
        Owned { cra, words, date_time, code, supplementary, opaque, content, signature, mac }
    }
}

/// One message of each kind, with contents of the emulated network.
pub fn corpus() -> Vec<Vec<u8>> {
    let content = CommandContent {
        srv: "4.1.1".into(),
        once: false,
        execute_at: Some(5),
        parameters: vec![("from".into(), "2026-04-01".into())],
    }
    .write()
    .unwrap();
    let answer = ResponseContent {
        srv: "4.1.1".into(),
        status: 0,
        execution: 1,
        executed: 7,
        value: "42".into(),
    }
    .write()
    .unwrap();
    let mut all = Vec::new();
    for (i, content) in [
        content,
        answer,
        alert_content(AlertForm::Dlms, 0x8F3E),
        alert_content(AlertForm::Zigbee, 0x81A0),
        alert_content(AlertForm::Asn1, 0x8F12),
    ]
    .iter()
    .enumerate()
    {
        for supplementary in 0..5 {
            for (signature, mac) in [
                (None, None),
                (Some(None), None),
                (Some(Some([3; 64])), None),
                (Some(None), Some([4; 12])),
                (Some(Some([3; 64])), Some([4; 12])),
            ] {
                let m = Owned {
                    cra: Cra::ALL[i.min(2)],
                    words: [1, 0x90B3_D51F_3001_0000, 0x00DB_1234_0100_0001, 3, 4, 5],
                    date_time: (i == 1).then_some([6; 12]),
                    code: 0x27,
                    supplementary,
                    opaque: vec![7; 140],
                    content: content.clone(),
                    signature,
                    mac,
                };
                all.push(build(&m.message()).unwrap());
            }
        }
    }
    all
}
