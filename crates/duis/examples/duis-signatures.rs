//! Our side of `tests/signatures.py` and `bench/signatures.py`: builds, signs, verifies and
//! canonicalises files, with the keys of a keystore that is fetched at test time.
//!
//!     duis-signatures build KEYSTORE FOLDER             one file for each kind of message, signed and unsigned
//!     duis-signatures sign KEYSTORE SERIAL FOLDER       each FILE.xml to FILE.signed
//!     duis-signatures verify KEYSTORE FOLDER            a line a file: name, tab, `valid` or the code
//!     duis-signatures canonical FOLDER                  each FILE.xml to FILE.document and FILE.info
//!     duis-signatures rate KEYSTORE FILE SECONDS        JSON: operations in the time, one thread

mod messages;

use northbound_duis::{
    Keyring, KeystoreEntry, Limits, Services, Signer, VerifyError, Verifier, VerifyRules, canonical, read, read_and_verify, read_keystore, verify,
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

fn main() -> Outcome {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["build", store, folder] => messages::write_all(&keystore(store)?, Path::new(folder)),
        ["sign", store, serial, folder] => sign(store, serial.parse()?, folder),
        ["verify", store, folder] => verify_all(store, folder),
        ["canonical", folder] => canonicalise(folder),
        ["rate", store, file, seconds] => rate(store, file, seconds.parse()?),
        _ => Err("see the head of examples/duis-signatures.rs for what it takes".into()),
    }
}

fn keystore(path: &str) -> Result<Vec<KeystoreEntry>, Box<dyn Error>> { Ok(read_keystore(&std::fs::read_to_string(path)?)?) }

fn signer(entries: Vec<KeystoreEntry>, serial: u128) -> Result<Signer, Box<dyn Error>> {
    let entry = entries.into_iter().find(|e| e.certificate.serial == serial).ok_or("no such serial")?;
    Ok(Signer::new(entry.key.ok_or("no key")?, entry.certificate)?)
}

fn files(folder: &str, extension: &str) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)?.map(|f| f.map(|f| f.path())).collect::<Result<_, _>>()?;
    found.retain(|f| f.extension().is_some_and(|e| e.eq_ignore_ascii_case(extension)));
    found.sort();
    Ok(found)
}

fn sign(store: &str, serial: u128, folder: &str) -> Outcome {
    let signer = signer(keystore(store)?, serial)?;
    for file in files(folder, "xml")? { std::fs::write(file.with_extension("signed"), signer.sign(&std::fs::read(&file)?, &Limits::default())?)?; }
    Ok(())
}

fn trusted(store: &str) -> Result<(Keyring, VerifyRules), Box<dyn Error>> {
    let mut keyring = Keyring::new();
    for entry in keystore(store)? { keyring.insert(entry.certificate)?; }
    let rules = VerifyRules {
        check_dates: false, response_signers: BTreeSet::from([DSP]), roles_of: BTreeMap::from([(SUPPLIER_2, BTreeSet::from([0x02]))]), ..VerifyRules::default()
    };
    Ok((keyring, rules))
}

fn services() -> Services { Services::from_catalogue(include_str!("../../../rules/codes/srv_catalogue.csv")).unwrap_or_default() }

fn verify_all(store: &str, folder: &str) -> Outcome {
    let (keyring, rules) = trusted(store)?;
    let verifier = Verifier { keyring: &keyring, rules: &rules, now: Utc(0) };
    let services = services();
    for file in files(folder, "xml")? {
        let said = match read_and_verify(&std::fs::read(&file)?, &Limits::default(), &services, &verifier) {
            Ok((_, Ok(_))) => "valid",
            Ok((_, Err(refusal))) => refusal.code.as_str(),
            Err(refusal) => refusal.code.as_str(),
        };
        println!("{}\t{said}", file.file_name().unwrap_or_default().display());
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
            Err(VerifyError::Unreadable(refusal)) => println!("{}\t{}", file.file_name().unwrap_or_default().display(), refusal.code),
            Err(VerifyError::Signature(refusal)) => println!("{}\t{}", file.file_name().unwrap_or_default().display(), refusal.code),
        }
    }
    Ok(())
}

/// Runs `work` for about that long; returns how often, and the seconds that it took.
fn repeat(seconds: f64, mut work: impl FnMut() -> bool) -> (u64, f64) {
    let (began, most) = (Instant::now(), Duration::from_secs_f64(seconds));
    let mut times = 0;
    while began.elapsed() < most {
        for _ in 0..16 {
            assert!(work(), "an operation that is measured failed");
            times += 1;
        }
    }
    (times, began.elapsed().as_secs_f64())
}

fn rate(store: &str, file: &str, seconds: f64) -> Outcome {
    let (keyring, rules) = trusted(store)?;
    let verifier = Verifier { keyring: &keyring, rules: &rules, now: Utc(0) };
    let (services, limits) = (services(), Limits::default());
    let bytes = std::fs::read(file)?;
    let (message, signed) = read_and_verify(&bytes, &limits, &services, &verifier)?;
    let (signed, unsigned) = (signed?, canonical(&bytes, &limits)?.0);
    let signer = signer(keystore(store)?, signed.serial)?;
    assert!(matches!(message, northbound_duis::Message::Request(_)), "the measured message is a request");
    let info = canonical(&bytes, &limits)?.1;
    let raw = signer.key().sign(&info)?;
    let measured = [
        ("read", repeat(seconds, || read(&bytes, &limits, &services).is_ok())),
        ("canonical", repeat(seconds, || canonical(&bytes, &limits).is_ok())),
        ("verify", repeat(seconds, || verify(&bytes, &limits, &verifier, signed.signer).is_ok())),
        ("read_and_verify", repeat(seconds, || read_and_verify(&bytes, &limits, &services, &verifier).is_ok_and(|(_, s)| s.is_ok()))),
        ("curve_alone", repeat(seconds, || signer.certificate().public_key.verifies(&info, &raw))),
        ("sign", repeat(seconds, || signer.sign(&unsigned, &limits).is_ok())),
    ];
    let rows: Vec<String> = measured.iter().map(|(name, (times, took))| format!("\"{name}\": {{\"times\": {times}, \"seconds\": {took:.6}}}")).collect();
    println!("{{\"bytes\": {}, {}}}", bytes.len(), rows.join(", "));
    Ok(())
}
