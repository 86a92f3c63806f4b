//! `key`.

use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::Answer,
};
use clap::Subcommand;
use northbound_app::keys::{self, Owner};
use northbound_duis::Usage;
use northbound_types::Eui64;
use std::path::PathBuf;

/// Certificates and keys
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum KeyCommand {
    /// Generate keys with certificates from this installation's own test issuer
    Make {
        /// Generate all keys of a User: for signing messages, signing Commands and key agreement
        #[arg(long, value_name = "EUI", conflicts_with_all = ["service", "eui"])]
        user: Option<Eui64>,
        /// Generate all keys of the service
        #[arg(long, conflicts_with = "eui")]
        service: bool,
        /// Generate one key for this owner
        #[arg(long, value_name = "EUI")]
        eui: Option<Eui64>,
        /// Role of the certificate in hexadecimal: 87 signs messages of a User, 89 those of the service, 02 supplier, 03 network operator, 04 access control broker, 7F other; none for a device
        #[arg(long, value_name = "HEX")]
        role: Option<String>,
        /// digital-signature or key-agreement
        #[arg(long, value_name = "USAGE", default_value = "digital-signature")]
        usage: Usage,
    },
    /// Import certificates and keys from files: a keystore.json, or a certificate in PEM
    Import {
        /// Keystore or certificate
        file: PathBuf,
        /// Private key of the certificate (PKCS#8 in PEM)
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// Import only the certificates of a keystore as trusted, not its private keys
        #[arg(long)]
        certificates_only: bool,
    },
    /// Generate a new key for every certificate of an owner whose private key is here; the old ones stay trusted until removed
    Rotate {
        /// The owner
        eui: Eui64,
    },
    /// Stop trusting a certificate and remove its key
    Remove {
        /// Serial number in decimal, as printed by `list`
        serial: u128,
    },
    /// List trusted certificates; private keys are never printed
    List,
}

pub(crate) fn run(c: &KeyCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        KeyCommand::List => keys::list(ctx),
        KeyCommand::Remove { serial } => keys::remove(ctx, *serial),
        KeyCommand::Make { user, service, eui, role, usage } => {
            let owner = match (service, user, eui) {
                (true, _, _) => Owner::Service,
                (false, Some(user), _) => Owner::User(*user),
                (false, None, Some(eui)) => Owner::Single(*eui),
                (false, None, None) => {
                    return Err(CliError::usage(
                        "name --user EUI, --service, or --eui EUI with --role and --usage",
                    ));
                }
            };
            keys::make(ctx, owner, role.as_deref(), *usage)
        }
        KeyCommand::Import { file, key, certificates_only } => {
            keys::import(ctx, file, key.as_deref(), *certificates_only)
        }
        KeyCommand::Rotate { eui } => keys::rotate(ctx, *eui),
    }
}
