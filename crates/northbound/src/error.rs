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
    /// The command line is invalid.
    Usage = 2,
    /// An input cannot be used, or none of its rows was accepted.
    BadInput = 3,
    /// A rule refuses, or the actor lacks the right.
    Refused = 4,
    /// The named thing does not exist.
    NotFound = 5,
    /// Someone else holds the lock, or changed the record first.
    Conflict = 6,
    /// A check found a problem.
    Found = 7,
}

impl Exit {
    /// All of them with their meaning, for help and documents.
    pub(crate) const ALL: &'static [(Exit, &'static str)] = &[
        (Exit::Ok, "done (some rejected rows are only a warning)"),
        (Exit::Internal, "a fault of the program or of the machine, such as a full disk"),
        (Exit::Usage, "the command line is invalid"),
        (Exit::BadInput, "an input cannot be used, or none of its rows was accepted"),
        (Exit::Refused, "refused by a rule or for lack of rights"),
        (Exit::NotFound, "the named thing does not exist"),
        (Exit::Conflict, "someone else holds the lock, or changed the record first"),
        (Exit::Found, "a check found a problem"),
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
