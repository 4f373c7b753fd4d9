//! `millpond serve` and `millpond users`: a broker for others, and who they are.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use super::values::{parse_limit, parse_role};
use crate::{
    model::{HostPort, Role},
    server::Limit,
};

/// `millpond users`. A password is asked for, or read from standard input or a file; it never stands on the command line,
/// where other programs and the shell's history would see it.
#[derive(Debug, Subcommand)]
pub enum UsersCommand {
    /// All users with their roles
    List {
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Make a user
    Add {
        name: String,
        /// read: read records, be in groups, look at everything; write: also produce; admin: everything
        #[arg(long, default_value_t = Role::Read, value_parser = parse_role)]
        role: Role,
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// Give a user another password
    SetPassword {
        name: String,
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// Give a user another role: read, write or admin. It counts from the next request on
    SetRole {
        name: String,
        #[arg(value_parser = parse_role)]
        role: Role,
    },
    /// Remove a user. Its connections end with their next request
    Remove { name: String },
}

/// Where a password comes from.
#[derive(Debug, ClapArgs)]
pub struct PasswordArgs {
    /// The password is the first line of this file [default: ask for it, or the first line of standard input]
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

/// `millpond serve`
#[derive(Debug, ClapArgs)]
pub struct ServeArgs {
    /// Where to listen; port 0 takes any free one
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:9092")]
    pub listen: HostPort,
    /// What clients are told to connect to [default: where it listens]
    #[arg(long, value_name = "HOST:PORT")]
    pub advertise: Option<HostPort>,
    /// Let other machines connect although nobody is asked who he is: anyone can then read, change and delete everything
    #[arg(long)]
    pub open_to_network: bool,
    /// Let only users of the workspace in (see `millpond users`), by SASL: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512
    #[arg(long)]
    pub auth: bool,
    /// Encrypt connections with this certificate (PEM, with those that signed it behind it)
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The private key of the certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Encrypt connections with a certificate that is made once and kept in the workspace; clients must be given it
    #[arg(long, conflicts_with_all = ["tls_cert", "tls_key"])]
    pub tls_self_signed: bool,
    /// What clients may take, such as idle-ms=60000; may be given several times. There are connections,
    /// connections-per-address, frame-bytes, buffered-bytes, in-flight, first-request-ms, authenticate-ms,
    /// reauthenticate-ms, idle-ms, frame-ms and write-ms
    #[arg(long = "limit", value_name = "NAME=VALUE", value_parser = parse_limit)]
    pub limits: Vec<(Limit, String)>,
}
