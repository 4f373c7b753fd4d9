//! Elects preferred leaders, and says which could not be and why.

use std::collections::BTreeSet;

use kafka_protocol::ResponseError;

use crate::{
    client::PartitionResults,
    model::{Election, TopicPartition},
    session::{Event, Facts, JobId, JobKind, JobUnit, Phrase, Problem, Session},
};

/// Brokers that are named; more say no more.
const BROKERS_NAMED_MAX: usize = 8;

/// What came of an election.
#[derive(Default)]
struct Outcome {
    elected: u64,
    /// Their preferred replicas are not in sync.
    behind: Vec<TopicPartition>,
    /// The first that failed for another reason.
    failed: Option<Problem>,
}

impl Session {
    /// Elects the preferred leaders of these partitions, or (`None`) of all.
    pub fn elect_preferred(&self, of: Option<Vec<TopicPartition>>) -> Option<JobId> {
        let session = self.clone();
        let title = match of.as_deref() {
            None => Phrase::new("job-elect-all"),
            Some([one]) => Phrase::new("job-elect-one").with("partition", one.to_string()),
            Some(many) => Phrase::new("job-elect").with("count", many.len() as u64),
        };
        self.start_job(JobKind::Topic, title.clone(), JobUnit::Steps, move |_| async move {
            let outcomes = session.client().elect_leaders(Election::Preferred, of.as_deref()).await;
            let Outcome { elected, behind, failed } =
                Outcome::of(outcomes.map_err(|error| Problem::from_client(title, &error))?);
            let done = Phrase::new("done-elect").with("count", elected);
            let failed = failed.or_else(|| (!behind.is_empty()).then(|| out_of_sync(&behind, &session.facts())));
            match failed {
                None => Ok(done),
                Some(problem) => {
                    if elected > 0 {
                        session.push_event(Event::Note(done));
                    }
                    Err(problem)
                }
            }
        })
    }
}

impl Outcome {
    fn of(outcomes: PartitionResults) -> Self {
        let mut found = Self::default();
        for (tp, outcome) in outcomes {
            match outcome.as_ref().map_err(|error| (error.code(), error)) {
                Ok(()) => found.elected += 1,
                // It leads already: that is what was wanted.
                Err((Some(ResponseError::ElectionNotNeeded), _)) => {}
                Err((Some(ResponseError::PreferredLeaderNotAvailable), _)) => found.behind.push(tp),
                Err((_, error)) => {
                    let what = || Phrase::new("problem-elect").with("partition", tp.to_string());
                    found.failed.get_or_insert_with(|| Problem::from_client(what(), error));
                }
            }
        }
        found
    }
}

/// Names the brokers that would lead, were they in sync.
fn out_of_sync(behind: &[TopicPartition], facts: &Facts) -> Problem {
    let preferred = |tp: &TopicPartition| {
        let partition = facts.topic(&tp.topic)?.partitions.iter().find(|one| one.id == tp.partition)?;
        partition.replicas.first().copied()
    };
    let brokers: BTreeSet<i32> = behind.iter().filter_map(preferred).collect();
    let mut named: Vec<_> = brokers.iter().take(BROKERS_NAMED_MAX).map(i32::to_string).collect();
    if brokers.len() > named.len() {
        named.push("…".to_owned());
    }
    let first = behind.first().map(TopicPartition::to_string).unwrap_or_default();
    Problem {
        what: Phrase::new("problem-elect-behind").with("count", behind.len() as u64).with("partition", first),
        why: Phrase::new("elect-behind").with("count", brokers.len() as u64).with("brokers", named.join(", ")),
        next: None,
        technical: Some(ResponseError::PreferredLeaderNotAvailable.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::ClientError;

    #[test]
    fn what_could_not_be_elected_is_told_beside_what_was() {
        let failed = |code| Err(ClientError::kafka(code, "elect", None));
        let tp = |partition| TopicPartition::new("orders", partition);
        let outcome = Outcome::of(vec![
            (tp(0), Ok(())),
            (tp(1), failed(ResponseError::PreferredLeaderNotAvailable)),
            (tp(2), failed(ResponseError::ElectionNotNeeded)),
            (tp(3), failed(ResponseError::PreferredLeaderNotAvailable)),
        ]);
        assert_eq!((outcome.elected, outcome.behind.len()), (1, 2));
        assert!(outcome.failed.is_none());
        let problem = out_of_sync(&outcome.behind, &Facts::default());
        assert_eq!(problem.what, Phrase::new("problem-elect-behind").with("count", 2).with("partition", "orders-1"));
        assert!(Outcome::of(vec![(tp(0), failed(ResponseError::ClusterAuthorizationFailed))]).failed.is_some());
    }
}
