//! The command line without a window: opens the workspace or reaches a broker over TCP, runs one command, says how it
//! ended by exit status.

mod acls;
mod brokers;
mod cluster;
mod connections;
mod consume;
mod consume_share;
mod copy;
mod groups;
mod lab;
mod output;
mod partitions;
mod reset;
mod secret;
mod serve;
mod table;
mod topics;
mod transfers;
mod users;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use self::{cluster::ConfigError, output::Output};
use super::args::{Command, GroupsCommand, NoDataFolder, Place, TopicsCommand, workspace_folder};
use crate::{
    broker::{Broker, BrokerOptions, OpenError},
    client::{Client, ClientError, SecurityError, TcpTransport, Transport},
    payload::escape_controls,
    server::{LimitError, ServeError},
    session::{SystemClock, in_process::InProcess, owner_security},
    transfer::{Cancel, TransferError},
};

/// The name under which the command line's client is listed.
const CLIENT_ID: &str = "millpond-cli";

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error(transparent)]
    Folder(#[from] NoDataFolder),
    #[error("could not start threads: {0}; close other programs and try again")]
    Threads(std::io::Error),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Limit(#[from] LimitError),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Security(#[from] SecurityError),
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("{0}")]
    Transfer(TransferError),
    /// Anything a command finds out by itself: what, why, what to do.
    #[error("{0}")]
    Failed(String),
    /// The words are right one by one and do not fit together: exit status 2.
    #[error("{0}; see millpond --help")]
    Usage(String),
    #[error("could not write to standard output: {0}; check where it is sent to")]
    Output(std::io::Error),
    /// Who read our output has gone, as in `| head`: nothing to complain about.
    #[error("nobody reads the output any more")]
    Closed,
}

impl From<TransferError> for CliError {
    fn from(error: TransferError) -> Self {
        match error {
            TransferError::Client(error) => Self::Client(error),
            other => Self::Transfer(other),
        }
    }
}

/// What every command works with.
struct Cli {
    client: Client,
    /// Of a workspace that no other process has open.
    broker: Option<Broker>,
    out: Output,
    /// Ctrl+C.
    cancel: Cancel,
    /// `--secret-file`, for a copy's other side.
    secret_file: Option<PathBuf>,
}

/// Runs one command in a workspace, or on the cluster of a broker, and answers the exit status: 0 done, 1 failed, 2 wrong
/// usage.
pub fn run(place: Place, command: Command) -> ExitCode {
    // A lab has a broker of its own and a status of its own.
    let done = match command {
        Command::Lab(command) => lab::run(command),
        command => try_run(place, command).map(|()| ExitCode::SUCCESS),
    };
    match done {
        Ok(status) => status,
        Err(CliError::Closed) => ExitCode::SUCCESS,
        Err(error) => {
            // Ignored: when standard error is gone too there is nobody left to tell.
            let _ = output::complain(&escape_controls(&error.to_string()));
            ExitCode::from(if matches!(error, CliError::Usage(_)) { 2 } else { 1 })
        }
    }
}

fn try_run(place: Place, command: Command) -> Result<(), CliError> {
    check(&place, &command)?;
    let command = match command {
        Command::Serve(args) => return serve::run(workspace_folder(place.data)?, args),
        Command::Connections(command) => return connections::run(command, place.secret_file.as_deref()),
        command => command,
    };
    // Before anything runs: a key store may ask, and a person type.
    let remote = cluster::remote(&place)?;
    let secret_file = place.secret_file.clone();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(CliError::Threads)?;
    let done = runtime.block_on(async {
        let (client, broker) = match &command {
            Command::Copy(args) => copy::source(args, secret_file.as_deref()).await?,
            _ => {
                let (transport, broker) = match remote {
                    Some(transport) => (transport, None),
                    None => open(place.data).await?,
                };
                (Client::new(transport, CLIENT_ID), broker)
            }
        };
        let (out, cancel) = (Output::stdout(), Cancel::new());
        let mut cli = Cli { client, broker: broker.clone(), out, cancel, secret_file };
        let on_signal = cli.cancel.clone();
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                on_signal.cancel();
            }
        });
        let mut done = cli.run(command).await;
        if done.is_ok() {
            done = cli.out.flush();
        }
        if let Some(broker) = broker {
            broker.shutdown().await;
        }
        done
    });
    // A thread that waits for standard input must not hold the process.
    runtime.shutdown_background();
    done
}

/// Whether what is to be worked on goes together, and with the command.
fn check(place: &Place, command: &Command) -> Result<(), CliError> {
    let message = match command {
        Command::Copy(_) if place.data.is_some() || place.is_remote() => {
            "copy names both of its sides itself: millpond copy SOURCE TOPIC... --to TARGET, with --source-config and \
             --target-config"
        }
        Command::Serve(_) if place.is_remote() => {
            "serve runs a broker of its own on a workspace (--data), and takes no --bootstrap, --config or --connection"
        }
        _ if place.data.is_some() && place.is_remote() => {
            "--data names a workspace, --bootstrap, --config and --connection a broker; give one of them"
        }
        _ if place.connection.is_some() && (!place.bootstrap.is_empty() || place.config.is_some()) => {
            "--connection names a broker, as --bootstrap and --config do; give one of them"
        }
        _ => return Ok(()),
    };
    Err(CliError::Usage(message.to_owned()))
}

/// The way to the broker of a workspace: over TCP to the process that owns it, else in this one.
async fn open(folder: Option<PathBuf>) -> Result<(Arc<dyn Transport>, Option<Broker>), CliError> {
    let folder = workspace_folder(folder)?;
    let options = BrokerOptions { auto_create_topics: false, ..BrokerOptions::new(folder, Arc::new(SystemClock)) };
    match Broker::open(options).await {
        Ok(broker) => Ok((Arc::new(InProcess::new(broker.clone(), CLIENT_ID)), Some(broker))),
        Err(error) => match error.owner_address() {
            Some(address) => {
                let security = owner_security(error.owner_access())?;
                Ok((Arc::new(TcpTransport::secured([address], CLIENT_ID, security)), None))
            }
            None => Err(error.into()),
        },
    }
}

impl Cli {
    async fn run(&mut self, command: Command) -> Result<(), CliError> {
        match command {
            Command::Topics(TopicsCommand::List { json }) => self.list_topics(json).await,
            Command::Topics(TopicsCommand::Create { name, partitions, config }) => {
                self.create_topic(name, partitions, config).await
            }
            Command::Topics(TopicsCommand::Describe { name, json }) => self.describe_topic(&name, json).await,
            Command::Topics(TopicsCommand::Delete { name }) => self.delete_topic(&name).await,
            Command::Topics(TopicsCommand::Compact { name, json }) => self.compact_topic(&name, json).await,
            Command::Produce(args) => self.produce(args).await,
            Command::Consume(args) => self.consume(args).await,
            Command::Groups(GroupsCommand::List { json }) => self.list_groups(json).await,
            Command::Groups(GroupsCommand::Describe { group, json }) => self.describe_group(&group, json).await,
            Command::Groups(GroupsCommand::Reset(args)) => self.reset_group(args).await,
            Command::Groups(GroupsCommand::Delete { group }) => self.delete_group(&group).await,
            Command::Users(command) => self.users(command).await,
            Command::Brokers(command) => self.brokers(command).await,
            Command::Partitions(command) => self.partitions(command).await,
            Command::Acls(command) => self.acls(command).await,
            Command::Quotas(command) => self.quotas(command).await,
            Command::Import(args) => self.import(args).await,
            Command::Export(args) => self.export(args).await,
            Command::Copy(args) => self.copy(args).await,
            Command::Replay(args) => self.replay(args).await,
            // They have a broker of their own, or none: see `run` and `try_run`.
            Command::Serve(_) | Command::Connections(_) | Command::Lab(_) => Ok(()),
        }
    }
}
