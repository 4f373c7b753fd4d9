//! Reaching a cluster, on a thread of its own: opening a session, and walking the way step by step to tell where it stops.

use std::{path::Path, sync::Arc};

use super::{keeper::Keeper, opening::Refused};
use crate::{
    session::{
        Event, OpenSessionOptions, Phrase, Problem, Session, SessionError,
        connections::{Profile, Secrets, TestRun},
    },
    ui::clusters::{Needs, Typed, Walk},
};

/// What brokers answer to who they do not know (KIP-152).
const NOT_LET_IN: &str = "SASL_AUTHENTICATION_FAILED";

/// Opens a cluster with its secrets. Blocks for as long as the time-outs of the profile say.
pub(super) fn open(
    keeper: &Keeper,
    profile: &Arc<Profile>,
    typed: &Typed,
    state_dir: &Path,
    options: OpenSessionOptions,
    way: &Walk,
) -> Result<Session, Refused> {
    let kept = keeper.keep(profile, typed);
    let not_kept = match kept {
        Ok(not_kept) => not_kept,
        Err(why) => return Err(asks_again(keeper, profile, why)),
    };
    let secrets = keeper.find(profile).map_err(Refused::Asks)?;
    let wake = Arc::clone(&options.wake);
    match Session::open_remote(profile, &secrets, state_dir, options) {
        Ok(session) => {
            if let Some(problem) = not_kept {
                session.push_event(Event::Trouble(problem));
            }
            Ok(session)
        }
        Err(error) => {
            tracing::warn!(%error, cluster = %profile.name, "the cluster could not be opened");
            Err(explain(keeper, profile, secrets, &error, way, wake))
        }
    }
}

/// The pass phrase does not open the file: it is asked for again, and with it whatever a new file lacks.
fn asks_again(keeper: &Keeper, profile: &Profile, why: Problem) -> Refused {
    let secrets = keeper.find(profile).err().map(|needs| needs.secrets).unwrap_or_default();
    Refused::Asks(Needs { secrets, phrase: true, why: Some(Box::new(why)) })
}

/// Says why, and walks the way meanwhile: the step at which it stops tells more.
fn explain(
    keeper: &Keeper,
    profile: &Profile,
    secrets: Secrets,
    error: &SessionError,
    way: &Walk,
    wake: Arc<dyn Fn() + Send + Sync>,
) -> Refused {
    let what = Phrase::new("cluster-open-failed").with("cluster", profile.name.as_str());
    let needed = profile.needed_secrets();
    let problem = match error {
        SessionError::Client(error) => Problem::from_client(what, error),
        error => Problem::from_error(what, error),
    };
    if let (SessionError::Client(error), false) = (error, needed.is_empty())
        && error.name() == NOT_LET_IN
    {
        // What was typed is wrong, as it seems: it is asked for again instead of tried again.
        keeper.forget_typed(profile);
        return Refused::Asks(Needs { secrets: needed, phrase: false, why: Some(Box::new(problem)) });
    }
    way.begin(TestRun::start(profile.clone(), secrets, wake));
    Refused::Problem(Box::new(problem))
}

/// Walks the way to a cluster as a form has it: what was typed there counts more than what is kept.
pub(super) fn test(keeper: &Keeper, profile: Profile, typed: Typed, way: &Walk, wake: Arc<dyn Fn() + Send + Sync>) {
    let secrets = match keeper.find(&profile) {
        _ if typed.secrets.missing(&profile).is_empty() => typed.secrets,
        Ok(kept) => kept,
        Err(needs) => {
            let what =
                if needs.phrase && needs.secrets.is_empty() { "cluster-test-locked" } else { "cluster-test-secrets" };
            let untyped = || Problem::new(Phrase::new(what), "");
            way.fail(needs.why.map_or_else(untyped, |why| *why));
            wake();
            return;
        }
    };
    way.begin(TestRun::start(profile, secrets, wake));
}
