//! Verification under the interface's one profile: what counts, and each refusal by its code.

use crate::keys;
use crate::samples;

use keys::{DSP, NETWORK_OPERATOR, NOW, SUPPLIER, certificate, keyring, signer};
use northbound_duis::build::{RequestBody, RequestOut, ResponseOut, ServiceRef};
use northbound_duis::{
    FOREVER, Limits, Message, ROLE_DSP_XML, ROLE_USER_XML, RefusalCode, SignError, SignatureCode,
    SignatureCode::*, Signed, Signer, Usage, Verifier, VerifyError, VerifyRules, canonical,
    read_and_verify, verify,
};
use northbound_types::{CommandVariant, Eui64, Utc};
use std::collections::{BTreeMap, BTreeSet};

const SERIAL: u128 = 0x14BE_4AD2_EA1D_0E4E_C7F7_156B_D246_2405;
const DAY: i64 = 86_400_000_000;
const SERVICE: ServiceRef<'static> = ServiceRef { reference: "4.1", srv: "4.1.1" };
const ID: &str = "90-b3-d5-1f-30-01-00-00:00-db-12-34-56-78-90-a0:1775044800000";

fn user() -> Signer {
    signer(SUPPLIER, SERIAL, ROLE_USER_XML)
}

fn request(signer: &Signer) -> String {
    let body = RequestBody::read("ReadInstantaneousImportRegisters", None);
    let request = RequestOut {
        schema_version: "5.4",
        id: ID,
        first_in_sequence: None,
        preceding: None,
        variant: CommandVariant::Send,
        service: SERVICE,
        body,
    };
    String::from_utf8(request.signed(signer).unwrap()).unwrap()
}

/// Trusts the User, another User, a certificate for key agreement, one of tomorrow and one of yesterday.
fn judge_with(text: &str, rules: &VerifyRules, now: Utc) -> Result<Signed, SignatureCode> {
    let sign = Usage::DigitalSignature;
    let ring = keyring(&[
        user().certificate().clone(),
        signer(NETWORK_OPERATOR, 6, ROLE_USER_XML).certificate().clone(),
        signer(DSP, 7, ROLE_DSP_XML).certificate().clone(),
        certificate(SUPPLIER, 8, Some(ROLE_USER_XML), Usage::KeyAgreement, Utc(0), FOREVER),
        certificate(SUPPLIER, 9, Some(0x02), sign, Utc(0), FOREVER),
        certificate(SUPPLIER, 10, Some(ROLE_USER_XML), sign, Utc(NOW.0 + DAY), FOREVER),
        certificate(SUPPLIER, 11, Some(ROLE_USER_XML), sign, Utc(0), Utc(NOW.0 - DAY)),
    ]);
    let verifier = Verifier { keyring: &ring, rules, now };
    let (_, signed) =
        read_and_verify(text.as_bytes(), &Limits::default(), &samples::services(), &verifier)
            .unwrap_or_else(|e| panic!("{e} in {text}"));
    signed.map_err(|refusal| {
        assert!(!refusal.detail.is_empty());
        refusal.code
    })
}

fn judge(text: &str) -> Result<Signed, SignatureCode> {
    judge_with(text, &VerifyRules::default(), NOW)
}

/// A signed request, and edits of it.
struct Sample {
    text: String,
}

impl Sample {
    fn new() -> Sample {
        Sample { text: request(&user()) }
    }

    fn edit(&self, from: &str, to: &str) -> String {
        assert!(self.text.contains(from), "no {from:?}");
        self.text.replacen(from, to, 1)
    }

    /// Another serial number of the certificate.
    fn serial(&self, to: &str) -> String {
        self.edit(&SERIAL.to_string(), to)
    }

    fn signature(&self) -> &str {
        let from = self.text.find("<ds:Signature ").unwrap();
        &self.text[from..self.text.find("</sr:Request>").unwrap()]
    }

    /// An element of the signature.
    fn part(&self, name: &str) -> &str {
        let from = self.text.find(&format!("<ds:{name}")).unwrap();
        let end = format!("</ds:{name}>");
        &self.text[from..from + self.text[from..].find(&end).unwrap() + end.len()]
    }

    /// What is between the tags of an element of the signature.
    fn inner(&self, name: &str) -> &str {
        let part = self.part(name);
        &part[part.find('>').unwrap() + 1..part.rfind("</").unwrap()]
    }
}

type Case = (SignatureCode, String);

/// What is wrong, and the code that says so. None of them is signed again: each is refused for
/// what it is, or because it is not what was signed.
fn cases() -> Vec<Case> {
    let of = Sample::new();
    [
        shape_cases(&of),
        method_cases(&of),
        reference_cases(&of),
        value_cases(&of),
        document_cases(&of),
        signer_cases(&of),
        mismatch_cases(&of),
    ]
    .concat()
}

/// Elements, attributes and text where the signature has none, or none at all.
fn shape_cases(of: &Sample) -> Vec<Case> {
    vec![
        (Missing, of.edit(of.signature(), "")),
        (Structure, of.edit("<ds:Signature ", "<ds:Signature Id=\"a\" ")),
        (Structure, of.edit("<ds:SignedInfo>", "<ds:SignedInfo Id='a'>")),
        (Structure, of.edit("<ds:SignedInfo>", "<ds:Object/><ds:SignedInfo>")),
        (Structure, of.edit("<ds:SignedInfo>", "text<ds:SignedInfo>")),
        (Structure, of.edit("<ds:SignedInfo>", "<?pi?><ds:SignedInfo>")),
        (
            Structure,
            of.edit("<ds:SignedInfo>", "<sr:SignedInfo>")
                .replace("</ds:SignedInfo>", "</sr:SignedInfo>"),
        ),
        (Structure, of.edit("</ds:Signature>", "<ds:Object/></ds:Signature>")),
        (Structure, of.edit(of.inner("SignatureValue"), &"A".repeat(257))),
        (
            Structure,
            of.edit(
                of.inner("SignatureValue"),
                &format!("<![CDATA[{}]]>", of.inner("SignatureValue")),
            ),
        ),
    ]
}

/// Methods other than the profile's.
fn method_cases(of: &Sample) -> Vec<Case> {
    vec![
        (
            CanonicalisationMethod,
            of.edit(
                "http://www.w3.org/2001/10/xml-exc-c14n#",
                "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
            ),
        ),
        (
            CanonicalisationMethod,
            of.edit(
                "http://www.w3.org/2001/10/xml-exc-c14n#",
                "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
            ),
        ),
        (
            CanonicalisationMethod,
            of.edit(
                "</ds:CanonicalizationMethod>",
                "<e:InclusiveNamespaces xmlns:e='http://www.w3.org/2001/10/xml-exc-c14n#' PrefixList='sr'/></ds:CanonicalizationMethod>",
            ),
        ),
        (CanonicalisationMethod, of.edit(of.part("CanonicalizationMethod"), "")),
        (
            SignatureMethod,
            of.edit(
                "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
                "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            ),
        ),
        (
            SignatureMethod,
            of.edit(
                "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
                "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
            ),
        ),
        (
            SignatureMethod,
            of.edit(
                "</ds:SignatureMethod>",
                "<ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>",
            ),
        ),
        (
            DigestMethod,
            of.edit(
                "http://www.w3.org/2001/04/xmlenc#sha256",
                "http://www.w3.org/2000/09/xmldsig#sha1",
            ),
        ),
    ]
}

/// References and transforms other than the one of the whole document.
fn reference_cases(of: &Sample) -> Vec<Case> {
    vec![
        (Reference, of.edit("URI=\"\"", "URI=\"#body\"")),
        (Reference, of.edit("URI=\"\"", "")),
        (Reference, of.edit("URI=\"\"", "URI=\"\" Type=\"urn:a\"")),
        (Reference, of.edit("URI=\"\"", "URI=\"#xpointer(/)\"")),
        (Reference, of.edit("</ds:Reference>", &format!("</ds:Reference>{}", of.part("Reference")))),
        (Reference, of.edit(of.part("Reference"), "")),
        (Transforms, of.edit(of.part("Transforms"), "")),
        (
            Transforms,
            of.edit(
                "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform>",
                "",
            ),
        ),
        (
            Transforms,
            of.edit(
                "</ds:Transforms>",
                "<ds:Transform Algorithm='http://www.w3.org/2001/10/xml-exc-c14n#'/></ds:Transforms>",
            ),
        ),
        (
            Transforms,
            of.edit(
                "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
                "http://www.w3.org/TR/1999/REC-xslt-19991116",
            ),
        ),
        (Transforms, of.edit("</ds:Transform>", "<ds:XPath>1</ds:XPath></ds:Transform>")),
    ]
}

/// Values, keys and serial numbers that cannot be read or are missing.
fn value_cases(of: &Sample) -> Vec<Case> {
    vec![
        (DigestValue, of.edit(of.inner("DigestValue"), "AAAA")),
        (DigestValue, of.edit(of.inner("DigestValue"), "not base64")),
        (DigestValue, of.edit(of.part("DigestValue"), "")),
        (SignatureValue, of.edit(of.inner("SignatureValue"), "MEUCIQ==")),
        (SignatureValue, of.edit(of.part("SignatureValue"), "")),
        (
            KeyInfo,
            of.edit(
                "<ds:X509IssuerSerial>",
                "<ds:X509Certificate>AAAA</ds:X509Certificate><ds:X509IssuerSerial>",
            ),
        ),
        (
            KeyInfo,
            of.edit(
                "</ds:X509IssuerSerial>",
                "</ds:X509IssuerSerial><ds:X509Certificate>AAAA</ds:X509Certificate>",
            ),
        ),
        (KeyInfo, of.edit("<ds:X509Data>", "<ds:KeyName>a</ds:KeyName><ds:X509Data>")),
        (KeyInfo, of.edit(of.part("KeyInfo"), "")),
        (SerialNumber, of.serial("14BE4AD2EA1D0E4EC7F7156BD2462405")),
        (SerialNumber, of.serial("-1")),
        (SerialNumber, of.serial("")),
        (SerialNumber, of.serial(&format!("{}0", u128::MAX))),
    ]
}

/// A signature inside the message, identifiers of elements, and text without a canonical form.
fn document_cases(of: &Sample) -> Vec<Case> {
    vec![
        (
            Nested,
            of.edit(
                "<sr:ReadInstantaneousImportRegisters>",
                &format!("<sr:ReadInstantaneousImportRegisters>{}", of.signature()),
            ),
        ),
        (
            Nested,
            of.edit(
                "<sr:ReadInstantaneousImportRegisters>",
                "<sr:ReadInstantaneousImportRegisters><sr:A><x:Object xmlns:x='http://www.w3.org/2000/09/xmldsig#'/></sr:A>",
            ),
        ),
        // Only an answer of a first-generation device has a signed document inside.
        (
            Nested,
            of.edit(
                "<sr:ReadInstantaneousImportRegisters>",
                &format!(
                    "<sr:ReadInstantaneousImportRegisters><sr:SMETS1SignedResponse>{}</sr:SMETS1SignedResponse>",
                    of.signature()
                ),
            ),
        ),
        (IdAttribute, of.edit("<sr:Body>", "<sr:Body Id='body'>")),
        (IdAttribute, of.edit("<sr:Body>", "<sr:Body xml:id='body'>")),
        (IdAttribute, of.edit(" schemaVersion", " ID='a' schemaVersion")),
        (NotCanonical, of.edit("<sr:Body>", "<sr:Body xmlns:x='relative/uri'>")),
        (
            NotCanonical,
            of.edit("<sr:Body>", "<sr:Body xmlns:x='urn:x' xmlns:y='urn:x' x:a='1' y:a='2'>"),
        ),
        (NotCanonical, of.edit("<sr:Body>", "<sr:Body xmlns:x=''>")),
    ]
}

/// Certificates that are not trusted, or may not sign this.
fn signer_cases(of: &Sample) -> Vec<Case> {
    vec![
        (UnknownSerial, of.serial("12345678901234567890")),
        (WrongUsage, of.serial("8")),
        (WrongSigner, of.serial("6")),
        (WrongSigner, of.serial("7")),
        (WrongRole, of.serial("9")),
        (NotYetValid, of.serial("10")),
        (Expired, of.serial("11")),
    ]
}

/// Messages that are not the one that was signed.
fn mismatch_cases(of: &Sample) -> Vec<Case> {
    vec![
        (DigestMismatch, of.edit(":1775044800000<", ":1775044800001<")),
        (DigestMismatch, of.edit("\"5.4\"", "\"5.3\"")),
        (DigestMismatch, of.edit("<sr:Header>", " <sr:Header>")),
        (DigestMismatch, of.edit("</ds:Signature>", "</ds:Signature> ")),
        (DigestMismatch, of.edit(" schemaVersion", " xmlns:unused='urn:unused' schemaVersion")),
        (DigestMismatch, of.edit("<sr:Body>", "<?pi?><sr:Body>")),
        (DigestMismatch, format!("<?pi?>{}", of.text)),
        (SignatureMismatch, of.edit("<ds:SignatureMethod", " <ds:SignatureMethod")),
        (
            SignatureMismatch,
            of.edit(
                of.inner("SignatureValue"),
                &format!("AAAA{}", &of.inner("SignatureValue")[4..]),
            ),
        ),
        (SignatureMismatch, of.edit(of.inner("SignatureValue"), &format!("{}==", "A".repeat(86)))),
    ]
}

#[test]
fn each_fault_has_its_code() {
    for (code, text) in cases() {
        assert_eq!(judge(&text).unwrap_err(), code, "in {text}");
    }
}

#[test]
fn every_code_is_shown_by_a_case_and_stands_in_the_table() {
    let shown: BTreeSet<SignatureCode> = cases().into_iter().map(|(c, _)| c).collect();
    let table = include_str!("../../../docs/signatures.md");
    for code in SignatureCode::ALL {
        assert!(shown.contains(code), "{code} is shown by no case");
        assert!(table.contains(&format!("| `{code}` |")), "{code} is not in docs/signatures.md");
    }
}

#[test]
fn what_does_not_change_the_meaning_does_not_change_the_verdict() {
    let signed = request(&user());
    let namespace =
        " xmlns:sr=\"http://www.dccinterface.co.uk/ServiceUserGateway\" schemaVersion=\"5.4\"";
    let value = signed.split("<ds:SignatureValue>").nth(1).unwrap().split('<').next().unwrap();
    for (what, same) in [
        ("nothing", signed.clone()),
        ("a comment", signed.replace("<sr:Body>", "<!-- a --><sr:Body>")),
        ("a comment in the signature", signed.replace("<ds:SignedInfo>", "<ds:SignedInfo><!-- a -->")),
        ("a declaration", format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{signed}")),
        ("a byte order mark", format!("\u{FEFF}{signed}")),
        ("order of attributes", signed.replace(namespace, " schemaVersion='5.4'\n xmlns:sr='http://www.dccinterface.co.uk/ServiceUserGateway'")),
        ("empty tags", signed.replace("></sr:ReadInstantaneousImportRegisters>", " />")),
        ("issuer", signed.replace("CN=T1,OU=07", "CN=Other,OU=99")),
        ("references", signed.replace(">4.1<", ">&#52;.&#x31;<")),
        ("CDATA", signed.replace(">4.1<", "><![CDATA[4.1]]><")),
        ("lines in the value", signed.replace(value, &format!("{}&#13;\n{} ", &value[..76], &value[76..]))),
        ("after the end", format!("{signed}\n<!-- a -->\n")),
    ] {
        assert_eq!(judge(&same), Ok(Signed { serial: SERIAL, signer: SUPPLIER, role: Some(ROLE_USER_XML) }), "{what}: {same}");
    }
}

#[test]
fn a_second_signature_and_things_behind_it_are_no_message() {
    let signed = request(&user());
    let from = signed.find("<ds:Signature ").unwrap();
    let signature = &signed[from..signed.find("</sr:Request>").unwrap()];
    let ring = keyring([user().certificate()]);
    let rules = VerifyRules::default();
    let verifier = Verifier { keyring: &ring, rules: &rules, now: NOW };
    for (code, text) in [
        (
            RefusalCode::DuplicateField,
            signed.replace("</sr:Request>", &format!("{signature}</sr:Request>")),
        ),
        (
            RefusalCode::FieldOrder,
            signed.replace(signature, "").replace("<sr:Body>", &format!("{signature}<sr:Body>")),
        ),
        (
            RefusalCode::UnexpectedElement,
            signed.replace("</ds:Signature>", "</ds:Signature><sr:Extra/>"),
        ),
        (RefusalCode::UnexpectedText, signed.replace("</ds:Signature>", "</ds:Signature>extra")),
        (RefusalCode::Doctype, format!("<!DOCTYPE a>{signed}")),
    ] {
        let refused =
            read_and_verify(text.as_bytes(), &Limits::default(), &samples::services(), &verifier)
                .unwrap_err();
        assert_eq!(refused.code, code, "{refused} in {text}");
        assert!(
            matches!(verify(text.as_bytes(), &Limits::default(), &verifier, SUPPLIER), Err(VerifyError::Unreadable(r)) if r.code == code)
        );
    }
}

#[test]
fn dates_count_to_the_microsecond_where_they_are_asked_for() {
    let (from, to) = (Utc(NOW.0), Utc(NOW.0 + DAY));
    let brief = Signer::new(
        keys::key(12),
        certificate(SUPPLIER, 12, Some(ROLE_USER_XML), Usage::DigitalSignature, from, to),
    )
    .unwrap();
    let ring = keyring([brief.certificate()]);
    let text = request(&brief);
    let at = |now: Utc, check_dates: bool| {
        let rules = VerifyRules { check_dates, ..VerifyRules::default() };
        let verifier = Verifier { keyring: &ring, rules: &rules, now };
        verify(text.as_bytes(), &Limits::default(), &verifier, SUPPLIER).map_err(|e| match e {
            VerifyError::Signature(s) => s.code,
            VerifyError::Unreadable(r) => panic!("{r}"),
        })
    };
    assert!(at(from, true).is_ok() && at(to, true).is_ok());
    assert_eq!(at(Utc(from.0 - 1), true).unwrap_err(), NotYetValid);
    assert_eq!(at(Utc(to.0 + 1), true).unwrap_err(), Expired);
    assert!(at(Utc(0), false).is_ok() && at(Utc(to.0 * 2), false).is_ok());
}

#[test]
fn roles_are_settings() {
    let text = request(&signer(SUPPLIER, 9, 0x02));
    assert_eq!(judge(&text).unwrap_err(), WrongRole);
    let own = VerifyRules {
        roles_of: BTreeMap::from([(SUPPLIER, BTreeSet::from([0x02]))]),
        ..VerifyRules::default()
    };
    assert_eq!(judge_with(&text, &own, NOW).unwrap().role, Some(0x02));
    // Roles of its own are instead of the others, not besides.
    assert_eq!(judge_with(&request(&user()), &own, NOW).unwrap_err(), WrongRole);
    let all = VerifyRules { request_roles: BTreeSet::from([0x02, 0x87]), ..VerifyRules::default() };
    assert!(
        judge_with(&text, &all, NOW).is_ok() && judge_with(&request(&user()), &all, NOW).is_ok()
    );
}

#[test]
fn responses_are_signed_by_the_service_alone() {
    let answer = ResponseOut::acknowledgement("5.4", ID, SERVICE, NOW);
    let text = |signer: &Signer| String::from_utf8(answer.signed(signer).unwrap()).unwrap();
    let rules = VerifyRules { response_signers: BTreeSet::from([DSP]), ..VerifyRules::default() };
    let service = signer(DSP, 7, ROLE_DSP_XML);
    assert_eq!(judge_with(&text(&service), &rules, NOW).unwrap().signer, DSP);
    assert_eq!(
        judge(&text(&service)).unwrap_err(),
        WrongSigner,
        "no one may sign responses unless a setting says so"
    );
    assert_eq!(judge_with(&text(&user()), &rules, NOW).unwrap_err(), WrongSigner);
    let as_user =
        VerifyRules { response_signers: BTreeSet::from([DSP, SUPPLIER]), ..VerifyRules::default() };
    assert_eq!(judge_with(&text(&user()), &as_user, NOW).unwrap_err(), WrongRole);
}

#[test]
fn signing_drops_what_stands_between_elements_and_an_old_signature() {
    let old = samples::sample("request_read");
    let spaced = old
        .replace("><", ">\n  <")
        .replace("<sr:Body>", "<sr:Body><!-- a --><?pi?>")
        .replacen('<', "<?xml version=\"1.0\"?>\r\n<", 1);
    assert!(old.contains("Signature") && spaced.contains("Signature"));
    let ring = keyring([user().certificate()]);
    let rules = VerifyRules::default();
    let verifier = Verifier { keyring: &ring, rules: &rules, now: NOW };
    let signed = user().sign(spaced.as_bytes(), &Limits::default()).unwrap();
    assert!(!signed.contains(&b'\n') && signed.starts_with(b"<sr:Request "));
    let (message, verdict) =
        read_and_verify(&signed, &Limits::default(), &samples::services(), &verifier).unwrap();
    assert!(verdict.is_ok(), "{verdict:?}");
    assert!(matches!(message, Message::Request(r) if r.srv == "4.1.1"));
    // What is digested is what is sent, without the signature.
    let document = canonical(&signed, &Limits::default()).unwrap().0;
    let from = signed.windows(14).position(|w| w == b"<ds:Signature ").unwrap();
    assert_eq!(document, [&signed[..from], b"</sr:Request>"].concat());
    // Text that is white space alone stays, where it is all that an element holds.
    let blank = samples::edited(
        "request_read",
        "<sr:ReadInstantaneousImportRegisters/>",
        "<sr:A> <sr:B> </sr:B>\n</sr:A>",
    );
    assert!(
        String::from_utf8(user().sign(blank.as_bytes(), &Limits::default()).unwrap())
            .unwrap()
            .contains("<sr:A><sr:B> </sr:B></sr:A>")
    );
    assert!(matches!(user().sign(b"<a/>", &Limits::default()), Err(SignError::Unreadable(_))));
}

/// A long message is digested piece by piece.
#[test]
fn long_messages_verify_and_every_part_of_them_counts() {
    let ring = keyring([signer(DSP, 7, ROLE_DSP_XML).certificate()]);
    let rules = VerifyRules { response_signers: BTreeSet::from([DSP]), ..VerifyRules::default() };
    let verifier = Verifier { keyring: &ring, rules: &rules, now: NOW };
    let fields = "<sr:A>0123456789</sr:A>".repeat(10_000);
    let plain = samples::sample("answer");
    let from = plain.find("<sr:GBCSPayload>").unwrap();
    let to = plain.find("</sr:GBCSPayload>").unwrap() + "</sr:GBCSPayload>".len();
    let long =
        format!("{}<sr:DSPInventory>{fields}</sr:DSPInventory>{}", &plain[..from], &plain[to..]);
    let signed = signer(DSP, 7, ROLE_DSP_XML).sign(long.as_bytes(), &Limits::default()).unwrap();
    assert!(signed.len() > 200_000);
    let verdict =
        |data: &[u8]| verify(data, &Limits::default(), &verifier, DSP).map_err(|e| e.to_string());
    assert!(verdict(&signed).is_ok(), "{:?}", verdict(&signed));
    let digits: Vec<usize> =
        (0..signed.len()).filter(|&i| signed[i..].starts_with(b"0123456789")).collect();
    for at in digits.into_iter().step_by(997) {
        let mut changed = signed.clone();
        changed[at] = b'1';
        assert!(verdict(&changed).unwrap_err().starts_with("digest-mismatch"), "byte {at}");
    }
}

#[test]
fn a_signer_has_the_key_of_its_certificate_and_may_sign() {
    let other =
        certificate(SUPPLIER, 6, Some(ROLE_USER_XML), Usage::DigitalSignature, Utc(0), FOREVER);
    assert_eq!(Signer::new(keys::key(5), other).unwrap_err(), SignError::OtherKey { serial: 6 });
    let agreement = certificate(Eui64(1), 6, Some(0x02), Usage::KeyAgreement, Utc(0), FOREVER);
    assert_eq!(Signer::new(keys::key(6), agreement).unwrap_err(), SignError::Usage { serial: 6 });
}
