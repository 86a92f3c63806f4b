//! One error at the edge: what, where, what to do, under a code and an exit code that stay
//! (`docs/cli.md` lists both).

use northbound_gateway::GatewayError;
use northbound_ingest::error::IngestError;
use northbound_ledger::LedgerError;
use northbound_measures::{MeasureError, reconcile::ReconcileError};
use northbound_packs::PackError;
use northbound_registers::error::RegisterError;
use northbound_rules::RuleError;
use northbound_sim::SimError;
use std::path::Path;

/// How a command ends. The numbers stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done. Rejected rows beside accepted ones are a warning and still this.
    Ok = 0,
    /// A fault of the program or of the machine (a full disk).
    Internal = 1,
    /// The command line cannot be understood.
    Usage = 2,
    /// An input cannot be used, or none of its rows could be taken.
    BadInput = 3,
    /// A rule, a right or a gate refuses.
    Refused = 4,
    /// What was named is not there.
    NotFound = 5,
    /// Somebody else holds the lock, or changed the record first.
    Conflict = 6,
    /// A check ran and found something.
    Found = 7,
}

impl Exit {
    /// All of them with their meaning, for help and documents.
    pub(crate) const ALL: &'static [(Exit, &'static str)] = &[
        (Exit::Ok, "done (rejected rows beside accepted ones are only a warning)"),
        (Exit::Internal, "a fault of the program or of the machine, such as a full disk"),
        (Exit::Usage, "the command line cannot be understood"),
        (Exit::BadInput, "an input cannot be used, or none of its rows could be taken"),
        (Exit::Refused, "a rule, a right or a gate refuses"),
        (Exit::NotFound, "what was named is not there"),
        (Exit::Conflict, "somebody else holds the lock, or changed the record first"),
        (Exit::Found, "a check ran and found something"),
    ];
}

/// What a person or a script is told.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct CliError {
    /// Stable code, such as `ledger.locked`.
    pub(crate) code: &'static str,
    /// How the command ends.
    pub(crate) exit: Exit,
    /// What, where, what to do.
    pub(crate) message: String,
}

pub(crate) type Result<T> = std::result::Result<T, CliError>;

impl CliError {
    pub(crate) fn new(exit: Exit, code: &'static str, message: impl Into<String>) -> CliError {
        CliError { code, exit, message: message.into() }
    }
    pub(crate) fn usage(message: impl Into<String>) -> CliError {
        CliError::new(Exit::Usage, "cli.usage", message)
    }
    pub(crate) fn input(message: impl Into<String>) -> CliError {
        CliError::new(Exit::BadInput, "cli.input", message)
    }
    pub(crate) fn not_found(message: impl Into<String>) -> CliError {
        CliError::new(Exit::NotFound, "cli.not-found", message)
    }
    pub(crate) fn refused(message: impl Into<String>) -> CliError {
        CliError::new(Exit::Refused, "cli.refused", message)
    }
    pub(crate) fn internal(message: impl Into<String>) -> CliError {
        CliError::new(Exit::Internal, "cli.internal", message)
    }
    /// A file that could not be read or written. Something that is not there has an exit code of its own.
    pub(crate) fn io(what: &str, path: &Path, e: &std::io::Error) -> CliError {
        let exit =
            if e.kind() == std::io::ErrorKind::NotFound { Exit::NotFound } else { Exit::BadInput };
        CliError::new(
            exit,
            "cli.io",
            format!("cannot {what} {}: {e}; check the path and your rights to it", path.display()),
        )
    }
}

impl From<LedgerError> for CliError {
    fn from(e: LedgerError) -> CliError {
        let (exit, code) = match &e {
            LedgerError::Locked { .. } => (Exit::Conflict, "ledger.locked"),
            LedgerError::Refused(_) => (Exit::Refused, "ledger.refused"),
            LedgerError::Limit { .. } => (Exit::Refused, "ledger.limit"),
            LedgerError::Manifest { .. } => (Exit::Internal, "ledger.manifest"),
            LedgerError::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
                (Exit::NotFound, "ledger.not-found")
            }
            LedgerError::Io { .. } => (Exit::Internal, "ledger.io"),
            LedgerError::Damaged { .. } => (Exit::Internal, "ledger.journal-damaged"),
            LedgerError::NotStored { .. } | LedgerError::Suspended { .. } => {
                (Exit::Internal, "ledger.journal-suspended")
            }
            LedgerError::Parquet { .. } | LedgerError::Arrow { .. } => {
                (Exit::Internal, "ledger.file")
            }
        };
        CliError::new(exit, code, e.to_string())
    }
}

impl From<RegisterError> for CliError {
    fn from(e: RegisterError) -> CliError {
        let exit = match &e {
            RegisterError::Right { .. }
            | RegisterError::Party { .. }
            | RegisterError::Backdated { .. }
            | RegisterError::Reason { .. }
            | RegisterError::Frozen { .. }
            | RegisterError::Missing { .. } => Exit::Refused,
            RegisterError::Invalid { .. }
            | RegisterError::Owner { .. }
            | RegisterError::Reference { .. } => Exit::BadInput,
            RegisterError::NotFound { .. } => Exit::NotFound,
            RegisterError::Exists { .. } | RegisterError::Version { .. } | RegisterError::Busy => {
                Exit::Conflict
            }
            _ => Exit::Internal,
        };
        CliError::new(exit, e.code(), e.to_string())
    }
}

impl From<IngestError> for CliError {
    fn from(e: IngestError) -> CliError {
        let (exit, code) = match &e {
            IngestError::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
                (Exit::NotFound, "ingest.not-found")
            }
            IngestError::Sink { .. } | IngestError::Rejects { .. } => {
                (Exit::Internal, "ingest.sink")
            }
            IngestError::Mapping { .. } => (Exit::BadInput, "ingest.mapping"),
            IngestError::MostlyBad { .. } => (Exit::BadInput, "ingest.mostly-bad"),
            _ => (Exit::BadInput, "ingest.unreadable"),
        };
        CliError::new(exit, code, e.to_string())
    }
}

impl From<RuleError> for CliError {
    fn from(e: RuleError) -> CliError {
        let code = match &e {
            RuleError::Contradiction { .. } => "rules.contradiction",
            RuleError::Setting { .. } => "rules.setting",
            RuleError::Calendar { .. } => "rules.calendar",
            RuleError::Read { .. } | RuleError::File { .. } | RuleError::Value { .. } => {
                "rules.file"
            }
        };
        CliError::new(Exit::BadInput, code, e.to_string())
    }
}

impl From<GatewayError> for CliError {
    fn from(e: GatewayError) -> CliError {
        let (exit, code) = match e {
            GatewayError::Ledger(e) => return e.into(),
            GatewayError::Rules(e) => return e.into(),
            GatewayError::Config { .. } => (Exit::BadInput, "gateway.config"),
            GatewayError::Policy(_) => (Exit::BadInput, "gateway.policy"),
            GatewayError::Io { ref source, .. }
                if source.kind() == std::io::ErrorKind::NotFound =>
            {
                (Exit::NotFound, "gateway.not-found")
            }
            GatewayError::Io { .. } => (Exit::BadInput, "gateway.io"),
            GatewayError::Listen { .. } => (Exit::Conflict, "gateway.listen"),
            GatewayError::PlainBeyondLoopback { .. } => (Exit::Refused, "gateway.plain"),
            GatewayError::Tls(_) => (Exit::BadInput, "gateway.tls"),
            GatewayError::Key { .. } => (Exit::BadInput, "gateway.key"),
            GatewayError::Journal { .. } => (Exit::Internal, "gateway.journal"),
            GatewayError::NotRunning { .. } => (Exit::NotFound, "gateway.not-running"),
            GatewayError::Refused { status: 403, .. } => (Exit::Refused, "gateway.right"),
            GatewayError::Refused { .. } => (Exit::Refused, "gateway.refused"),
            GatewayError::Connection { .. } => (Exit::Internal, "gateway.connection"),
        };
        CliError::new(exit, code, e.to_string())
    }
}

impl From<ReconcileError> for CliError {
    fn from(e: ReconcileError) -> CliError {
        CliError::new(Exit::BadInput, "reconcile.sources", e.to_string())
    }
}

impl From<SimError> for CliError {
    fn from(e: SimError) -> CliError {
        match &e {
            SimError::Config(_) => CliError::new(Exit::Usage, "sim.config", e.to_string()),
            SimError::Write { .. } => CliError::new(Exit::Internal, "sim.write", e.to_string()),
        }
    }
}

impl From<MeasureError> for CliError {
    fn from(e: MeasureError) -> CliError {
        CliError::new(Exit::Refused, "measures.refused", e.to_string())
    }
}

impl From<PackError> for CliError {
    fn from(e: PackError) -> CliError {
        let (exit, code) = match e {
            PackError::Ledger(e) => return e.into(),
            PackError::Registers(e) => return e.into(),
            PackError::Rules(e) => return e.into(),
            PackError::Measures(e) => return e.into(),
            PackError::NotFound(_) => (Exit::NotFound, "packs.not-found"),
            PackError::Refused(_) => (Exit::Refused, "packs.refused"),
            PackError::NotAPack { .. } => (Exit::Refused, "packs.not-a-pack"),
            PackError::TooLarge { .. } => (Exit::Refused, "packs.too-large"),
            _ => (Exit::Internal, "packs.failed"),
        };
        CliError::new(exit, code, e.to_string())
    }
}
