//! `millpond connections ...`: the clusters that are kept.

use std::path::Path;

use serde_json::{Value, json};

use super::{
    CliError,
    cluster::{book, failed, find, no_secret, read_settings, secrets_of, store_of},
    output::{self, Output},
    table::{Table, print_json},
};
use crate::{
    app::args::{AddConnectionArgs, ConnectionsCommand, SecretsChoice},
    session::connections::{
        ConnectionFile, Pasted, Profile, SecretError, SecretPolicy, Secrets, WalkState, WalkStep, walk,
    },
    ui::text::{Language, Text},
};

/// Runs one command. No broker is needed, but for a test.
pub(super) fn run(command: ConnectionsCommand, secret_file: Option<&Path>) -> Result<(), CliError> {
    let mut out = Output::stdout();
    match command {
        ConnectionsCommand::List { json } => list(json, &mut out)?,
        ConnectionsCommand::Test { name, json } => test(&name, json, secret_file, &mut out)?,
        ConnectionsCommand::Add(args) => add(args, secret_file, &mut out)?,
        ConnectionsCommand::Export { name } => {
            out.bytes(ConnectionFile::write(&find(&book()?, &name)?).as_bytes())?;
        }
        ConnectionsCommand::Remove { name, json } => remove(&name, json, secret_file, &mut out)?,
    }
    out.flush()
}

fn list(as_json: bool, out: &mut Output) -> Result<(), CliError> {
    let book = book()?;
    let mut table = Table::new(&["name", "environment", "access", "protocol", "mechanism", "secrets", "bootstrap"]);
    for profile in book.profiles() {
        table.row(row(profile));
    }
    if as_json {
        return print_json(&table.to_json(), out);
    }
    if table.is_empty() {
        return out.line("No connections yet. Keep one: millpond connections add --file client.properties --name NAME");
    }
    table.print(out)
}

fn row(profile: &Profile) -> [Value; 7] {
    let environment = Some(profile.environment.as_str()).filter(|word| !word.is_empty());
    let needs = !profile.needed_secrets().is_empty();
    let bootstrap = profile.bootstrap.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    [
        json!(profile.name),
        json!(environment),
        json!(if profile.read_only { "read-only" } else { "all" }),
        json!(profile.security.protocol()),
        json!(profile.security.sasl.as_ref().map(|sasl| sasl.mechanism())),
        if needs { json!(profile.secrets) } else { Value::Null },
        json!(bootstrap),
    ]
}

fn add(args: AddConnectionArgs, secret_file: Option<&Path>, out: &mut Output) -> Result<(), CliError> {
    let Pasted { mut profile, secrets, not_understood, .. } = read_settings(&args.file)?;
    if let Some(name) = not_understood.first() {
        let message = format!(
            "{}: {name} is about security and Millpond does not know it; take it out, if the connection is safe without",
            args.file.display()
        );
        return Err(CliError::Failed(message));
    }
    if let Some(name) = args.name {
        profile.name = name;
    }
    if let Some(environment) = args.environment {
        profile.environment = environment;
    }
    profile.read_only |= args.read_only;
    profile.secrets = match args.secrets {
        SecretsChoice::KeyStore => SecretPolicy::KeyStore,
        SecretsChoice::EncryptedFile => SecretPolicy::EncryptedFile,
        SecretsChoice::Ask => SecretPolicy::AskEachTime,
    };
    let mut book = book()?;
    book.put(profile.clone()).map_err(failed)?;
    if let Err(error) = keep(&profile, &secrets, secret_file) {
        // As if nothing had been asked: a connection without its secrets would only ask for them.
        book.remove(profile.id).map_err(failed)?;
        return Err(error);
    }
    if args.json {
        let missing = secrets.missing(&profile).into_iter().map(|kind| kind.name()).collect::<Vec<_>>();
        return print_json(&json!({ "name": profile.name, "id": profile.id, "secrets_missing": missing }), out);
    }
    out.line(&format!("{} is kept. Test it: millpond connections test {:?}", profile.name, profile.name))?;
    match (profile.secrets, secrets.is_empty()) {
        (_, true) => Ok(()),
        (SecretPolicy::AskEachTime, false) => {
            out.line("Its secrets are typed each time; they still stand in the file that was read")
        }
        (_, false) => {
            out.line("Its secrets are kept apart; they still stand in the file that was read: take them out there")
        }
    }
}

fn keep(profile: &Profile, secrets: &Secrets, secret_file: Option<&Path>) -> Result<(), CliError> {
    if secrets.is_empty() {
        return Ok(());
    }
    match store_of(profile, secret_file)? {
        Some(store) => secrets.keep(profile.id, store.as_ref()).map_err(no_secret),
        None => Ok(()),
    }
}

fn remove(name: &str, as_json: bool, secret_file: Option<&Path>, out: &mut Output) -> Result<(), CliError> {
    let mut book = book()?;
    let profile = find(&book, name)?;
    // Secrets first: nobody would find them any more.
    if !profile.needed_secrets().is_empty()
        && let Some(store) = store_of(&profile, secret_file)?
    {
        match Secrets::forget(profile.id, store.as_ref()) {
            // What cannot be reached from here cannot hold back the connection either.
            Err(error @ SecretError::NoKeyStore { .. }) => {
                // Ignored when standard error is gone.
                let _ =
                    output::complain(&format!("if the system's key store holds its secret, it stays there: {error}"));
            }
            forgotten => forgotten.map_err(no_secret)?,
        }
    }
    book.remove(profile.id).map_err(failed)?;
    if as_json {
        return print_json(&json!({ "name": profile.name, "id": profile.id }), out);
    }
    out.line(&format!("{} and its secrets are forgotten", profile.name))
}

fn test(name: &str, as_json: bool, secret_file: Option<&Path>, out: &mut Output) -> Result<(), CliError> {
    let profile = find(&book()?, name)?;
    let secrets = secrets_of(&profile, secret_file)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(CliError::Threads)?;
    let text = Text::new(Language::English);
    let (steps_in, steps) = std::sync::mpsc::channel();
    let passed = runtime.block_on(async {
        let mut told = |step: WalkStep| {
            if step.state != WalkState::Running {
                // The receiver lives as long as this.
                let _ = steps_in.send(step);
            }
        };
        walk(&profile, &secrets, &mut told).await
    });
    runtime.shutdown_background();
    let steps: Vec<WalkStep> = steps.try_iter().collect();
    if as_json {
        let steps: Vec<Value> = steps.iter().map(|step| as_value(step, &text)).collect();
        print_json(&json!({ "connection": profile.name, "passed": passed, "steps": steps }), out)?;
    } else {
        for step in &steps {
            let found = step.found.as_ref().map(|found| text.say(found)).unwrap_or_default();
            let stage = text.get(&format!("walk-stage-{}", step.stage.word()));
            out.line(format!("{:<8}{stage:<22}{found}", step.state.word()).trim_end())?;
        }
    }
    out.flush()?;
    match steps.iter().find_map(|step| step.problem.as_ref()) {
        Some(problem) => {
            let next = problem.next.as_ref().map(|next| format!(". {}", text.say(next))).unwrap_or_default();
            Err(CliError::Failed(format!("{}: {}{next}", text.say(&problem.what), text.say(&problem.why))))
        }
        None => Ok(()),
    }
}

fn as_value(step: &WalkStep, text: &Text) -> Value {
    let problem = step.problem.as_ref().map(|problem| {
        json!({
            "what": text.say(&problem.what),
            "why": text.say(&problem.why),
            "next": problem.next.as_ref().map(|next| text.say(next)),
            "technical": problem.technical,
        })
    });
    json!({
        "stage": step.stage.word(),
        "state": step.state.word(),
        "took_ms": u64::try_from(step.took.as_millis()).unwrap_or(u64::MAX),
        "found": step.found.as_ref().map(|found| text.say(found)),
        "problem": problem,
    })
}
