//! The one error of the use-cases: its message says what was wrong, where, and what to do; its code
//! and [`Kind`] are stable (`docs/cli.md` lists both).

use northbound_client::ClientError;
use northbound_documents::DocumentError;
use northbound_emulator::devices::DevicesError;
use northbound_gateway::GatewayError;
use northbound_ingest::{duis_archive::ArchiveError, error::IngestError};
use northbound_keys::KeysError;
use northbound_ledger::LedgerError;
use northbound_measures::{MeasureError, reconcile::ReconcileError};
use northbound_packs::PackError;
use northbound_registers::error::RegisterError;
use northbound_rules::RuleError;
use northbound_sim::SimError;
use northbound_transport::TransportError;
use std::{io, path::Path};

/// What kind of failure an error is. The command line makes its exit code of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A fault of the program or of the machine (a full disk).
    Internal,
    /// The request itself cannot be understood.
    Usage,
    /// An input cannot be used, or every one of its rows was rejected.
    BadInput,
    /// A rule refuses, or the actor lacks the right.
    Refused,
    /// What was named does not exist.
    NotFound,
    /// Another process holds the lock, or another person changed the record first.
    Conflict,
}

/// Why a use-case failed. The larger errors are boxed: every result of a use-case is as large as the largest.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// A failure that a use-case found itself.
    #[error("{message}")]
    Failed {
        /// Its kind.
        kind: Kind,
        /// Stable code, such as `ingest.nothing-taken`.
        code: &'static str,
        /// What was wrong, where, and what to do.
        message: String,
    },
    /// A file that could not be read or written.
    #[error("cannot {what} {path}: {source}; {}", northbound_types::advice::about_file(source))]
    File {
        /// What was tried, such as `read`.
        what: String,
        /// The file.
        path: String,
        /// Why it failed.
        source: io::Error,
    },
    /// From the ledger or the journal.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// From the registers or their gate.
    #[error(transparent)]
    Registers(Box<RegisterError>),
    /// From a reader of files.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// From a reader of DUIS archives.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// From the rule files.
    #[error(transparent)]
    Rules(Box<RuleError>),
    /// From the live service.
    #[error(transparent)]
    Gateway(Box<GatewayError>),
    /// On the way to a live service, or from its answer.
    #[error(transparent)]
    Client(Box<ClientError>),
    /// From certificates and keys of messages.
    #[error(transparent)]
    Keys(Box<KeysError>),
    /// From connections and their TLS.
    #[error(transparent)]
    Transport(Box<TransportError>),
    /// From the process of the emulated devices.
    #[error(transparent)]
    Devices(Box<DevicesError>),
    /// From a reconciliation.
    #[error(transparent)]
    Reconcile(#[from] ReconcileError),
    /// From the simulator.
    #[error(transparent)]
    Sim(#[from] SimError),
    /// From the evaluation of measures.
    #[error(transparent)]
    Measures(#[from] MeasureError),
    /// From building, reading or issuing a pack.
    #[error(transparent)]
    Packs(Box<PackError>),
}

impl From<DocumentError> for AppError {
    fn from(e: DocumentError) -> AppError {
        AppError::from(PackError::from(e))
    }
}

/// Result of a use-case.
pub type Result<T> = std::result::Result<T, AppError>;

impl From<RegisterError> for AppError {
    fn from(e: RegisterError) -> AppError {
        AppError::Registers(Box::new(e))
    }
}

impl From<RuleError> for AppError {
    fn from(e: RuleError) -> AppError {
        AppError::Rules(Box::new(e))
    }
}

impl From<ClientError> for AppError {
    fn from(e: ClientError) -> AppError {
        AppError::Client(Box::new(e))
    }
}

impl From<KeysError> for AppError {
    fn from(e: KeysError) -> AppError {
        AppError::Keys(Box::new(e))
    }
}

impl From<TransportError> for AppError {
    fn from(e: TransportError) -> AppError {
        AppError::Transport(Box::new(e))
    }
}

impl From<DevicesError> for AppError {
    fn from(e: DevicesError) -> AppError {
        AppError::Devices(Box::new(e))
    }
}

impl From<PackError> for AppError {
    fn from(e: PackError) -> AppError {
        AppError::Packs(Box::new(e))
    }
}

impl From<GatewayError> for AppError {
    fn from(e: GatewayError) -> AppError {
        AppError::Gateway(Box::new(e))
    }
}

impl AppError {
    /// A failure with its stable code.
    pub fn new(kind: Kind, code: &'static str, message: impl Into<String>) -> AppError {
        AppError::Failed { kind, code, message: message.into() }
    }
    /// The request cannot be understood.
    pub fn usage(message: impl Into<String>) -> AppError {
        AppError::new(Kind::Usage, "cli.usage", message)
    }
    /// An input cannot be used.
    pub fn input(message: impl Into<String>) -> AppError {
        AppError::new(Kind::BadInput, "cli.input", message)
    }
    /// What was named does not exist.
    pub fn not_found(message: impl Into<String>) -> AppError {
        AppError::new(Kind::NotFound, "cli.not-found", message)
    }
    /// A rule or a right refuses.
    pub fn refused(message: impl Into<String>) -> AppError {
        AppError::new(Kind::Refused, "cli.refused", message)
    }
    /// An input that needs more memory than there is.
    pub fn over_memory(file: &str, why: &dyn std::fmt::Display) -> AppError {
        let text = format!("{file}: {why}; nothing was ingested");
        AppError::new(Kind::Refused, "ingest.memory", text)
    }
    /// A fault of the program or of the machine.
    pub fn internal(message: impl Into<String>) -> AppError {
        AppError::new(Kind::Internal, "cli.internal", message)
    }
    /// A file that could not be read or written; one that does not exist is [`Kind::NotFound`].
    pub fn io(what: &str, path: &Path, source: io::Error) -> AppError {
        AppError::File { what: what.to_owned(), path: path.display().to_string(), source }
    }

    /// Stable code, such as `ledger.locked`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.parts().1
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.parts().0
    }

    fn parts(&self) -> (Kind, &'static str) {
        match self {
            AppError::Failed { kind, code, .. } => (*kind, code),
            AppError::File { source, .. } => (found_or(source, Kind::BadInput), "cli.io"),
            AppError::Ledger(e) => ledger(e),
            AppError::Registers(e) => registers(e),
            AppError::Ingest(e) => ingest(e),
            AppError::Archive(e) => (archive(e), "ingest.archive"),
            AppError::Rules(e) => rules(e),
            AppError::Gateway(e) => gateway(e),
            AppError::Client(e) => client(e),
            AppError::Keys(e) => keys(e),
            AppError::Transport(e) => transport(e),
            AppError::Devices(e) => devices(e),
            AppError::Reconcile(_) => (Kind::BadInput, "reconcile.sources"),
            AppError::Sim(SimError::Config(_) | SimError::Policy(_)) => (Kind::Usage, "sim.config"),
            AppError::Sim(SimError::Write { .. }) => (Kind::Internal, "sim.write"),
            AppError::Measures(_) => (Kind::Refused, "measures.refused"),
            AppError::Packs(e) => packs(e),
        }
    }
}

fn found_or(source: &io::Error, other: Kind) -> Kind {
    match source.kind() {
        io::ErrorKind::NotFound => Kind::NotFound,
        _ if northbound_types::advice::is_machine_fault(source) => Kind::Internal,
        _ => other,
    }
}

fn ledger(e: &LedgerError) -> (Kind, &'static str) {
    match e {
        LedgerError::Locked { .. } => (Kind::Conflict, "ledger.locked"),
        LedgerError::Refused(_) => (Kind::Refused, "ledger.refused"),
        LedgerError::Limit { .. } => (Kind::Refused, "ledger.limit"),
        LedgerError::Memory { .. } => (Kind::Refused, "ledger.memory"),
        LedgerError::Manifest { .. } | LedgerError::Json { .. } => {
            (Kind::Internal, "ledger.manifest")
        }
        LedgerError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => {
            (Kind::NotFound, "ledger.not-found")
        }
        LedgerError::Io { .. } => (Kind::Internal, "ledger.io"),
        LedgerError::Seal { .. } => (Kind::BadInput, "ledger.seal"),
        LedgerError::NoKey { .. } => (Kind::Refused, "ledger.no-key"),
        LedgerError::Damaged { .. } => (Kind::Internal, "ledger.journal-damaged"),
        LedgerError::NotStored { .. } | LedgerError::Suspended { .. } => {
            (Kind::Internal, "ledger.journal-suspended")
        }
        LedgerError::Parquet { .. } | LedgerError::Arrow { .. } => (Kind::Internal, "ledger.file"),
    }
}

fn registers(e: &RegisterError) -> (Kind, &'static str) {
    let kind = match e {
        RegisterError::Right { .. }
        | RegisterError::Party { .. }
        | RegisterError::Backdated { .. }
        | RegisterError::Ahead { .. }
        | RegisterError::Reason { .. }
        | RegisterError::Frozen { .. }
        | RegisterError::Missing { .. } => Kind::Refused,
        RegisterError::Invalid { .. }
        | RegisterError::Owner { .. }
        | RegisterError::Reference { .. } => Kind::BadInput,
        RegisterError::NotFound { .. } => Kind::NotFound,
        RegisterError::Exists { .. } | RegisterError::Version { .. } | RegisterError::Busy => {
            Kind::Conflict
        }
        _ => Kind::Internal,
    };
    (kind, e.code())
}

fn ingest(e: &IngestError) -> (Kind, &'static str) {
    match e {
        IngestError::Io { source, .. } => match found_or(source, Kind::BadInput) {
            Kind::NotFound => (Kind::NotFound, "ingest.not-found"),
            kind => (kind, "ingest.unreadable"),
        },
        IngestError::Memory { .. } => (Kind::Refused, "ingest.memory"),
        IngestError::Sink { source, .. } if source.is::<LedgerError>() => {
            source.downcast_ref().map_or((Kind::Internal, "ingest.sink"), ledger)
        }
        IngestError::Sink { .. } | IngestError::Rejects { .. } => (Kind::Internal, "ingest.sink"),
        IngestError::Mapping { .. } => (Kind::BadInput, "ingest.mapping"),
        IngestError::MostlyBad { .. } => (Kind::BadInput, "ingest.mostly-bad"),
        _ => (Kind::BadInput, "ingest.unreadable"),
    }
}

fn archive(e: &ArchiveError) -> Kind {
    match e {
        ArchiveError::Spill { .. } | ArchiveError::SpillContent { .. } => Kind::Internal,
        ArchiveError::Sink(e) => e.downcast_ref().map_or(Kind::Internal, |e| ledger(e).0),
        ArchiveError::Memory { .. } | ArchiveError::Crowded { .. } => Kind::Refused,
        _ => Kind::BadInput,
    }
}

fn rules(e: &RuleError) -> (Kind, &'static str) {
    let code = match e {
        RuleError::Contradiction { .. } => "rules.contradiction",
        RuleError::Setting { .. } => "rules.setting",
        RuleError::Calendar { .. } => "rules.calendar",
        RuleError::Read { .. } | RuleError::File { .. } | RuleError::Value { .. } => "rules.file",
    };
    (Kind::BadInput, code)
}

fn gateway(e: &GatewayError) -> (Kind, &'static str) {
    match e {
        GatewayError::Ledger(e) => ledger(e),
        GatewayError::Rules(e) => rules(e),
        GatewayError::Keys(e) => keys(e),
        GatewayError::Transport(e) => transport(e),
        GatewayError::Config { .. } => (Kind::BadInput, "gateway.config"),
        GatewayError::Policy(_) => (Kind::BadInput, "gateway.policy"),
        GatewayError::Io { source, .. } => gateway_io(source),
        GatewayError::PlainBeyondLoopback { .. } => (Kind::Refused, "gateway.plain"),
        GatewayError::Runtime { .. } | GatewayError::Thread { .. } => {
            (Kind::Internal, "gateway.machine")
        }
        GatewayError::Journal { .. } => (Kind::Internal, "gateway.journal"),
        GatewayError::Unchanged { .. } => (Kind::Refused, "gateway.refused"),
    }
}

fn gateway_io(source: &io::Error) -> (Kind, &'static str) {
    match found_or(source, Kind::BadInput) {
        Kind::NotFound => (Kind::NotFound, "gateway.not-found"),
        kind => (kind, "gateway.io"),
    }
}

fn client(e: &ClientError) -> (Kind, &'static str) {
    match e {
        ClientError::NotRunning { .. } => (Kind::NotFound, "gateway.not-running"),
        ClientError::Refused { status: 403, .. } => (Kind::Refused, "gateway.right"),
        ClientError::Refused { .. } => (Kind::Refused, "gateway.refused"),
        ClientError::Connection { .. }
        | ClientError::Post { .. }
        | ClientError::PreCommand { .. } => (Kind::Internal, "gateway.connection"),
        ClientError::Input { .. } => (Kind::BadInput, "gateway.config"),
        ClientError::Keys(e) => keys(e),
        ClientError::Transport(e) => transport(e),
    }
}

fn keys(e: &KeysError) -> (Kind, &'static str) {
    match e {
        KeysError::Io { source, .. } => gateway_io(source),
        KeysError::Unusable { .. } | KeysError::Missing { .. } => (Kind::BadInput, "gateway.key"),
        KeysError::Random { .. } => (Kind::Internal, "gateway.machine"),
    }
}

fn transport(e: &TransportError) -> (Kind, &'static str) {
    match e {
        TransportError::Io { source, .. } => gateway_io(source),
        TransportError::Listen { .. } => (Kind::Conflict, "gateway.listen"),
        _ => (Kind::BadInput, "gateway.tls"),
    }
}

fn devices(e: &DevicesError) -> (Kind, &'static str) {
    match e {
        DevicesError::Locked(_) => (Kind::Conflict, "devices.locked"),
        DevicesError::Other { .. } => (Kind::Refused, "devices.other-network"),
        DevicesError::Listen { .. } => (Kind::Refused, "devices.listen"),
        DevicesError::State { .. } | DevicesError::Log { .. } | DevicesError::Replay { .. } => {
            (Kind::Internal, "devices.log")
        }
        DevicesError::Io { .. }
        | DevicesError::Message(_)
        | DevicesError::Thread(_)
        | DevicesError::Stopped { .. } => (Kind::Internal, "devices.io"),
    }
}

fn packs(e: &PackError) -> (Kind, &'static str) {
    match e {
        PackError::Ledger(e) => ledger(e),
        PackError::Registers(e) => registers(e),
        PackError::Rules(e) => rules(e),
        PackError::Measures(_) => (Kind::Refused, "measures.refused"),
        PackError::NotFound(_) => (Kind::NotFound, "packs.not-found"),
        PackError::NotAFigure(_) => (Kind::Usage, "packs.not-a-figure"),
        PackError::Refused(_) => (Kind::Refused, "packs.refused"),
        PackError::Document(DocumentError::ForeignFile { .. }) => {
            (Kind::Refused, "packs.not-a-pack")
        }
        PackError::Document(DocumentError::Template { .. }) => (Kind::BadInput, "packs.template"),
        PackError::Document(DocumentError::TooLarge { .. }) => (Kind::Refused, "packs.too-large"),
        _ => (Kind::Internal, "packs.failed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error;

    #[test]
    fn threads_and_random_numbers_that_fail_are_faults_of_the_machine() {
        let source = || io::Error::from(io::ErrorKind::WouldBlock);
        for e in [
            GatewayError::Runtime { source: source() },
            GatewayError::Thread { name: "northbound-engine", source: source() },
        ] {
            assert!(e.source().is_some());
            let e = AppError::from(e);
            assert_eq!((e.kind(), e.code()), (Kind::Internal, "gateway.machine"), "{e}");
        }
        let e = AppError::from(TransportError::Empty { path: "x".into(), missing: "certificate" });
        assert_eq!((e.kind(), e.code()), (Kind::BadInput, "gateway.tls"));
    }

    #[test]
    fn a_missing_file_is_not_found_and_an_unreadable_one_is_bad_input() {
        let of = |k: io::ErrorKind| AppError::io("read", Path::new("x"), io::Error::from(k));
        let missing = of(io::ErrorKind::NotFound);
        assert_eq!((missing.kind(), missing.code()), (Kind::NotFound, "cli.io"));
        assert_eq!(of(io::ErrorKind::PermissionDenied).kind(), Kind::BadInput);
        // A full disk is nobody's input, whichever part of the program meets it.
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        assert_eq!(AppError::io("write", Path::new("x"), full()).kind(), Kind::Internal);
        let key = KeysError::Io { what: "write", path: "keys/1.pem".into(), source: full() };
        let key = AppError::from(key);
        assert_eq!(key.kind(), Kind::Internal);
        assert!(key.to_string().contains("free space"), "{key}");
        assert!(missing.to_string().starts_with("cannot read x: "), "{missing}");
        assert!(std::error::Error::source(&missing).is_some());
    }
}
