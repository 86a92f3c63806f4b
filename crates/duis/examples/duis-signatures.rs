//! Our side of `tests/signatures.py` and `bench/signatures.py`: builds, signs, verifies and
//! canonicalises files, with the keys of a keystore that is fetched at test time.
//!
//!     duis-signatures build KEYSTORE FOLDER             one file for each kind of message, signed and unsigned
//!     duis-signatures sign KEYSTORE SERIAL FOLDER       each FILE.xml to FILE.signed
//!     duis-signatures verify KEYSTORE FOLDER            a line a file: name, tab, `valid` or the code
//!     duis-signatures own FOLDER                        a message signed with a certificate made here, and that certificate
//!     duis-signatures canonical FOLDER                  each FILE.xml to FILE.document and FILE.info
//!     duis-signatures rate KEYSTORE FILE SECONDS [NAME] JSON: how often each operation was done, one thread, in turns

mod messages;

use northbound_duis::{
    CertificateRequest, FOREVER, Keyring, KeystoreEntry, Limits, PrivateKey, Services, Signer,
    Usage, Verifier, VerifyError, VerifyRules, canonical, issue, read, read_and_verify,
    read_keystore, verify,
};
use northbound_types::{Eui64, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

type Outcome = Result<(), Box<dyn Error>>;

/// The service of the published test keystore.
const DSP: Eui64 = Eui64(0x90B3_D51F_3000_0002);
/// A supplier that signs with its certificate for device messages, for want of one for XML.
const SUPPLIER_2: Eui64 = Eui64(0x90B3_D51F_3003_0000);

/// The certificates with which the published test network's supplier and service sign.
const SUPPLIER_SERIAL: u128 = 0x14BE_4AD2_EA1D_0E4E_C7F7_156B_D246_24A7;
const DSP_SERIAL: u128 = 0x7DAC_7283_AAD2_9BDD_23C9_EFBF_DDB5_2A41;

fn main() -> Outcome {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["build", store, folder] => build(store, Path::new(folder)),
        ["sign", store, serial, folder] => sign(store, serial.parse()?, folder),
        ["verify", store, folder] => verify_all(store, folder),
        ["own", folder] => own(Path::new(folder)),
        ["canonical", folder] => canonicalise(folder),
        ["rate", store, file, seconds] => rate(store, file, seconds.parse()?, None),
        ["rate", store, file, seconds, only] => rate(store, file, seconds.parse()?, Some(only)),
        _ => Err("see the head of examples/duis-signatures.rs for what it takes".into()),
    }
}

fn keystore(path: &str) -> Result<Vec<KeystoreEntry>, Box<dyn Error>> {
    Ok(read_keystore(&std::fs::read_to_string(path)?)?)
}

fn signer(entries: Vec<KeystoreEntry>, serial: u128) -> Result<Signer, Box<dyn Error>> {
    let entry =
        entries.into_iter().find(|e| e.certificate.serial == serial).ok_or("no such serial")?;
    Ok(Signer::new(entry.key.ok_or("no key")?, entry.certificate)?)
}

fn files(folder: &str, extension: &str) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|f| f.map(|f| f.path())).collect::<Result<_, _>>()?;
    found.retain(|f| f.extension().is_some_and(|e| e.eq_ignore_ascii_case(extension)));
    found.sort();
    Ok(found)
}

/// Each kind of message unsigned (`NAME.plain.xml`) and signed (`NAME.xml`).
fn build(store: &str, folder: &Path) -> Outcome {
    let (supplier, service) =
        (signer(keystore(store)?, SUPPLIER_SERIAL)?, signer(keystore(store)?, DSP_SERIAL)?);
    for (name, request) in messages::requests() {
        std::fs::write(folder.join(format!("request-{name}.plain.xml")), request.to_xml()?)?;
        std::fs::write(folder.join(format!("request-{name}.xml")), request.signed(&supplier)?)?;
    }
    for (name, response) in messages::responses() {
        std::fs::write(folder.join(format!("response-{name}.plain.xml")), response.to_xml()?)?;
        std::fs::write(folder.join(format!("response-{name}.xml")), response.signed(&service)?)?;
    }
    Ok(())
}

fn sign(store: &str, serial: u128, folder: &str) -> Outcome {
    let signer = signer(keystore(store)?, serial)?;
    for file in files(folder, "xml")? {
        std::fs::write(
            file.with_extension("signed"),
            signer.sign(&std::fs::read(&file)?, &Limits::default())?,
        )?;
    }
    Ok(())
}

fn trusted(store: &str) -> Result<(Keyring, VerifyRules), Box<dyn Error>> {
    let mut keyring = Keyring::new();
    for entry in keystore(store)? {
        keyring.insert(entry.certificate)?;
    }
    let rules = VerifyRules {
        check_dates: false,
        response_signers: BTreeSet::from([DSP]),
        roles_of: BTreeMap::from([(SUPPLIER_2, BTreeSet::from([0x02]))]),
        ..VerifyRules::default()
    };
    Ok((keyring, rules))
}

fn services() -> Services {
    Services::from_catalogue(include_str!("../../../rules/codes/srv_catalogue.csv"))
        .unwrap_or_default()
}

fn verify_all(store: &str, folder: &str) -> Outcome {
    let (keyring, rules) = trusted(store)?;
    let verifier = Verifier { keyring: &keyring, rules: &rules, now: Utc(0) };
    let services = services();
    for file in files(folder, "xml")? {
        let verdict =
            match read_and_verify(&std::fs::read(&file)?, &Limits::default(), &services, &verifier)
            {
                Ok((_, Ok(_))) => "valid",
                Ok((_, Err(refusal))) => refusal.code.as_str(),
                Err(refusal) => refusal.code.as_str(),
            };
        println!("{}\t{verdict}", file.file_name().unwrap_or_default().display());
    }
    Ok(())
}

fn canonicalise(folder: &str) -> Outcome {
    for file in files(folder, "xml")? {
        match canonical(&std::fs::read(&file)?, &Limits::default()) {
            Ok((document, info)) => {
                std::fs::write(file.with_extension("document"), document)?;
                std::fs::write(file.with_extension("info"), info)?;
            }
            Err(VerifyError::Unreadable(refusal)) => {
                println!("{}\t{}", file.file_name().unwrap_or_default().display(), refusal.code)
            }
            Err(VerifyError::Signature(refusal)) => {
                println!("{}\t{}", file.file_name().unwrap_or_default().display(), refusal.code)
            }
        }
    }
    Ok(())
}

/// Certificates that are made here, for other people's tools to read: of a User, and of a device.
fn own(folder: &Path) -> Outcome {
    let (issuer, key) = (PrivateKey::from_entropy(&[7; 32])?, PrivateKey::from_entropy(&[5; 32])?);
    let eui = Eui64(0x90B3_D51F_3001_0000);
    let mut request = CertificateRequest {
        serial: SUPPLIER_SERIAL + 1,
        issuer: "T1",
        eui,
        role: Some(0x87),
        usage: Usage::DigitalSignature,
        not_before: Utc(0),
        not_after: FOREVER,
        public_key: key.public(),
    };
    let certificate = issue(&request, &issuer)?;
    std::fs::write(folder.join("user.pem"), certificate.to_pem())?;
    std::fs::write(folder.join("user.key.pem"), key.to_pem())?;
    (request.role, request.serial, request.usage) = (None, 1, Usage::KeyAgreement);
    std::fs::write(folder.join("device.pem"), issue(&request, &issuer)?.to_pem())?;
    let message = messages::requests().into_iter().next().ok_or("no message")?.1;
    std::fs::write(folder.join("message.xml"), message.signed(&Signer::new(key, certificate)?)?)?;
    Ok(())
}

/// One operation that is measured.
struct Operation<'a> {
    name: &'static str,
    work: Box<dyn FnMut() -> bool + 'a>,
    times: u64,
    took: Duration,
}

impl<'a> Operation<'a> {
    fn new(name: &'static str, work: Box<dyn FnMut() -> bool + 'a>) -> Operation<'a> {
        Operation { name, work, times: 0, took: Duration::ZERO }
    }
}

/// Operations take turns of this length, so that what else the machine does falls on all alike.
const TURN: Duration = Duration::from_millis(10);

/// The time that this thread was on a processor: what others take of it does not count.
fn on_processor() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0))
}

fn take_turns(operations: &mut [Operation<'_>], most: Duration) {
    let began = Instant::now();
    while began.elapsed() < most {
        for operation in operations.iter_mut() {
            let (turn, before) = (Instant::now(), on_processor());
            while turn.elapsed() < TURN {
                for _ in 0..8 {
                    assert!((operation.work)(), "{} failed", operation.name);
                }
                operation.times += 8;
            }
            operation.took += on_processor() - before;
        }
    }
}

fn rate(store: &str, file: &str, seconds: f64, only: Option<&str>) -> Outcome {
    let (keyring, rules) = trusted(store)?;
    let verifier = Verifier { keyring: &keyring, rules: &rules, now: Utc(0) };
    let (services, limits) = (services(), Limits::default());
    let bytes = std::fs::read(file)?;
    let (message, signed) = read_and_verify(&bytes, &limits, &services, &verifier)?;
    assert!(
        matches!(message, northbound_duis::Message::Request(_)),
        "the measured message is a request"
    );
    let signed = signed?;
    let (unsigned, info) = canonical(&bytes, &limits)?;
    let signer = signer(keystore(store)?, signed.serial)?;
    let raw = signer.key().sign(&info)?;
    let mut operations = vec![
        Operation::new("read", Box::new(|| read(&bytes, &limits, &services).is_ok())),
        Operation::new("canonical", Box::new(|| canonical(&bytes, &limits).is_ok())),
        Operation::new(
            "verify",
            Box::new(|| verify(&bytes, &limits, &verifier, signed.signer).is_ok()),
        ),
        Operation::new(
            "read_and_verify",
            Box::new(|| {
                read_and_verify(&bytes, &limits, &services, &verifier).is_ok_and(|(_, s)| s.is_ok())
            }),
        ),
        Operation::new(
            "curve_alone",
            Box::new(|| signer.certificate().public_key.verifies(&info, &raw)),
        ),
        Operation::new("sign", Box::new(|| signer.sign(&unsigned, &limits).is_ok())),
        Operation::new("sign_curve_alone", Box::new(|| signer.key().sign(&info).is_ok())),
    ];
    operations.retain(|o| only.is_none_or(|name| name == o.name));
    take_turns(&mut operations, Duration::from_secs_f64(seconds));
    let rows: Vec<String> = operations
        .iter()
        .map(|o| {
            format!(
                "\"{}\": {{\"times\": {}, \"nanoseconds\": {}}}",
                o.name,
                o.times,
                o.took.as_nanos()
            )
        })
        .collect();
    println!("{{\"bytes\": {}, {}}}", bytes.len(), rows.join(", "));
    Ok(())
}
