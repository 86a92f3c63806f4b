//! How a command ends: exit codes, and the error that is printed with one.

pub(crate) use northbound_app::error::{AppError as CliError, Kind, Result};

/// How a command ends. The numbers are stable.
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

impl From<Kind> for Exit {
    fn from(kind: Kind) -> Exit {
        match kind {
            Kind::Internal => Exit::Internal,
            Kind::Usage => Exit::Usage,
            Kind::BadInput => Exit::BadInput,
            Kind::Refused => Exit::Refused,
            Kind::NotFound => Exit::NotFound,
            Kind::Conflict => Exit::Conflict,
        }
    }
}
