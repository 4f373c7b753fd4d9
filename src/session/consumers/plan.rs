//! What a hand-started consumer is asked to do, and the names it gets.

use std::sync::Arc;

use crate::model::{Assignor, NameError, check_group_name, check_topic_name};

/// Longest processing time of a record, in milliseconds.
pub const PROCESSING_MILLIS_MAX: u64 = 60_000;
/// Topics that one consumer may read.
pub const TOPICS_MAX: usize = 100;
/// Session timeouts to choose from, in milliseconds. The first is the smallest that brokers allow
/// (`group.min.session.timeout.ms`), the last is the default of Kafka's consumer.
pub const SESSION_TIMEOUTS_MILLIS: [i32; 4] = [6_000, 10_000, 30_000, 45_000];

/// When a consumer commits what it has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CommitWhen {
    /// Before it works on the records: what it was working on when it died is lost (at most once).
    Before,
    /// After it has worked on them: what it was working on when it died comes again (at least once).
    #[default]
    After,
    /// Never: the group starts afresh each time.
    Never,
}

impl CommitWhen {
    pub const ALL: [Self; 3] = [Self::Before, Self::After, Self::Never];
}

/// Where a group begins in a partition for which it has committed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum StartAt {
    #[default]
    Earliest,
    Latest,
}

/// What a member of a queue (share group) tells the broker about a record it has worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AckChoice {
    /// It is done with.
    #[default]
    Accept,
    /// Somebody may try it again, as often as the group's limit allows.
    Release,
    /// Nobody should try it again.
    Reject,
}

impl AckChoice {
    pub const ALL: [Self; 3] = [Self::Accept, Self::Release, Self::Reject];
}

/// As which kind of member a consumer reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ConsumerKind {
    /// Of a consumer group: owns partitions and commits offsets.
    #[default]
    Subscription,
    /// Of a share group: gets single records and answers for each.
    Queue {
        /// What it says about a record that it has worked on.
        ack: AckChoice,
        /// So many of a hundred records fail, chosen at random.
        failure_percent: u8,
        /// What it says about one that failed: released, or rejected.
        on_failure: AckChoice,
    },
}

impl ConsumerKind {
    /// A member of a queue that accepts everything and never fails.
    pub const QUEUE: Self = Self::Queue { ack: AckChoice::Accept, failure_percent: 0, on_failure: AckChoice::Release };

    pub fn is_queue(self) -> bool {
        matches!(self, Self::Queue { .. })
    }
}

/// A consumer to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerPlan {
    pub group: String,
    pub topics: Vec<String>,
    /// As which kind of member. A member of a queue has no use for `assignor`, `commit` and `session_timeout_millis`, and
    /// `start` counts for a group that is not there yet.
    pub kind: ConsumerKind,
    pub assignor: Assignor,
    /// Time that the work on one record takes.
    pub processing_millis: u64,
    pub commit: CommitWhen,
    pub start: StartAt,
    pub session_timeout_millis: i32,
    /// `None`: the group's name and the next free number.
    pub name: Option<String>,
}

impl ConsumerPlan {
    /// Sensible choices for a group on a topic: starts at the beginning, commits after processing, takes no time for it,
    /// and is missed after ten seconds when it is killed.
    pub fn new(group: impl Into<String>, topic: impl Into<String>) -> Self {
        Self {
            group: group.into(),
            topics: vec![topic.into()],
            kind: ConsumerKind::Subscription,
            assignor: Assignor::default(),
            processing_millis: 0,
            commit: CommitWhen::default(),
            start: StartAt::default(),
            session_timeout_millis: 10_000,
            name: None,
        }
    }

    /// # Errors
    /// What must be changed before it can start.
    pub fn check(&self) -> Result<(), PlanError> {
        check_group_name(self.group.trim()).map_err(PlanError::Group)?;
        if self.topics.is_empty() {
            return Err(PlanError::NoTopic);
        }
        if self.topics.len() > TOPICS_MAX {
            return Err(PlanError::TooManyTopics);
        }
        if matches!(self.kind, ConsumerKind::Queue { failure_percent: 101.., .. }) {
            return Err(PlanError::FailurePercent);
        }
        for topic in &self.topics {
            check_topic_name(topic).map_err(|why| PlanError::Topic { topic: topic.clone(), why })?;
        }
        Ok(())
    }
}

/// Why a consumer cannot be started as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    #[error("the group: {0}")]
    Group(NameError),
    #[error("the topic {topic}: {why}")]
    Topic { topic: String, why: NameError },
    #[error("a consumer needs a topic to read; choose one")]
    NoTopic,
    #[error("a consumer may read at most {TOPICS_MAX} topics; choose fewer")]
    TooManyTopics,
    #[error("of a hundred records at most a hundred can fail; choose 0 to 100")]
    FailurePercent,
    #[error("{max} consumers run already, more are not possible; stop one first", max = super::CONSUMERS_RUNNING_MAX)]
    TooManyConsumers,
    #[error("another consumer is called {name}; choose another name")]
    NameTaken { name: String },
}

/// The group's name with the smallest number that none of `taken` has.
pub fn next_name(group: &str, taken: &[Arc<str>]) -> Arc<str> {
    (1..)
        .map(|n: u64| format!("{group}-{n}"))
        .find(|name| taken.iter().all(|t| **t != **name))
        .unwrap_or_default()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_count_up_and_fill_gaps() {
        let taken: Vec<Arc<str>> = ["billing-1", "billing-3", "other-2"].map(Arc::from).to_vec();
        assert_eq!(&*next_name("billing", &taken), "billing-2");
        assert_eq!(&*next_name("analytics", &taken), "analytics-1");
    }

    #[test]
    fn a_plan_says_what_is_missing() {
        assert_eq!(ConsumerPlan::new("g", "orders").check(), Ok(()));
        assert_eq!(ConsumerPlan::new(" ", "orders").check(), Err(PlanError::Group(NameError::Empty)));
        let mut plan = ConsumerPlan::new("g", "orders");
        plan.topics.clear();
        assert_eq!(plan.check(), Err(PlanError::NoTopic));
        plan.topics = vec!["a b".into()];
        assert!(plan.check().unwrap_err().to_string().contains("a b"));
    }
}
