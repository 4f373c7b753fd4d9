//! `millpond serve`: the broker without a window.

use std::{path::PathBuf, sync::Arc};

use super::{CliError, output::Output};
use crate::{
    app::{args::ServeArgs, signals::Signals},
    broker::{Broker, BrokerOptions},
    server::{Server, ServerOptions, TlsSource},
    session::SystemClock,
};

/// Serves the workspace `folder` until the process is asked to end. One line on standard output says that clients can
/// connect.
pub(super) fn run(folder: PathBuf, args: ServeArgs) -> Result<(), CliError> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into()))
        .with_writer(std::io::stderr)
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_name("serve")
        .enable_all()
        .build()
        .map_err(CliError::Threads)?;
    let done = runtime.block_on(async {
        // Before anything else: a signal that comes while the workspace opens must not tear it.
        let mut asked_to_end = Signals::listen().map_err(CliError::Threads)?;
        let broker = Broker::open(BrokerOptions::new(folder, Arc::new(SystemClock))).await?;
        let done = serve(&broker, args, &mut asked_to_end).await;
        broker.shutdown().await;
        done
    });
    runtime.shutdown_background();
    done
}

async fn serve(broker: &Broker, args: ServeArgs, asked_to_end: &mut Signals) -> Result<(), CliError> {
    let mut options = ServerOptions::new(args.listen);
    options.advertise = args.advertise;
    options.open_to_network = args.open_to_network;
    options.authentication = args.auth;
    options.tls = match (args.tls_cert, args.tls_key) {
        (Some(certificate), Some(key)) => Some(TlsSource::Files { certificate, key }),
        _ if args.tls_self_signed => Some(TlsSource::self_signed(broker.data_dir())),
        _ => None,
    };
    for (limit, value) in &args.limits {
        options.limits.set(*limit, value)?;
    }
    let server = Server::start(broker.clone(), options).await?;
    let mut out = Output::stdout();
    // Who started it may have closed its end and still want it to run.
    let mut said = format!("listening on {}", server.address());
    if args.tls_self_signed
        && let Some(certificate) = server.certificate()
    {
        said += &format!("\ncertificate {}", certificate.display());
    }
    match out.line(&said).and_then(|()| out.flush()) {
        Ok(()) | Err(CliError::Closed) => {}
        Err(error) => {
            server.shutdown().await;
            return Err(error);
        }
    }
    asked_to_end.wait().await;
    server.shutdown().await;
    Ok(())
}
