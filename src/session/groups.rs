//! What can be done to groups: reset, delete offsets, delete; and the charts of their lag.

use super::{
    JobId, JobKind, JobUnit, LagChart, LagQuery, Loadable, Phrase, Problem, Session,
    reset::{ResetPlan, ResetRefused, ResetTarget, plan_reset, refusal},
    topics::stop_if_cancelled,
};
use crate::model::TopicPartition;

/// Groups sent in one request at most.
const GROUPS_A_REQUEST_MAX: usize = 16;

impl Session {
    /// Loads what a reset would do. `partitions`: which, all that the group committed when empty.
    pub fn preview_reset(
        &self,
        group: String,
        partitions: Vec<TopicPartition>,
        target: ResetTarget,
        slot: &Loadable<ResetPlan>,
    ) {
        let client = self.client().clone();
        self.load(slot, async move {
            let what = Phrase::new("problem-reset-preview").with("group", group.as_str());
            plan_reset(&client, &group, partitions, target).await.map_err(|error| Problem::from_client(what, &error))
        });
    }

    /// Carries a plan out. Members that joined since it was made make it fail, with the reason.
    pub fn reset_offsets(&self, plan: ResetPlan) -> Option<JobId> {
        let client = self.client().clone();
        let title = Phrase::new("job-reset-offsets").with("group", &*plan.group);
        self.start_job(JobKind::Group, title.clone(), JobUnit::Steps, move |_| async move {
            let told = |error| Problem::from_client(title.clone(), &error);
            if let Some(refused) = refusal(&client, &plan.group).await.map_err(told)? {
                return Err(Problem { why: refused.phrase(), next: Some(refused.next()), ..Problem::new(title, "") });
            }
            let offsets: Vec<_> = plan.changes().map(|(tp, offset)| (tp.clone(), offset)).collect();
            let count = offsets.len() as u64;
            let outcomes = match plan.queue {
                true => client.alter_share_group_offsets(&plan.group, offsets).await,
                false => client.commit_as_admin(&plan.group, offsets).await,
            };
            for (tp, outcome) in outcomes.map_err(told)? {
                let what = || Phrase::new("problem-reset-partition").with("partition", tp.to_string());
                outcome.map_err(|error| Problem::from_client(what(), &error))?;
            }
            Ok(Phrase::new("done-reset-offsets").with("group", &*plan.group).with("count", count))
        })
    }

    /// Deletes groups with their committed offsets.
    pub fn delete_groups(&self, ids: Vec<String>) -> Option<JobId> {
        let client = self.client().clone();
        let first = ids.first().cloned().unwrap_or_default();
        let about = |id| Phrase::new(id).with("count", ids.len() as u64).with("group", first.as_str());
        let (title, done) = (about("job-delete-groups"), about("done-delete-groups"));
        self.start_job(JobKind::Group, title.clone(), JobUnit::Steps, move |job| async move {
            job.set_total(Some(ids.len() as u64));
            for chunk in ids.chunks(GROUPS_A_REQUEST_MAX) {
                stop_if_cancelled(&job, &title)?;
                let asked: Vec<&str> = chunk.iter().map(String::as_str).collect();
                let outcomes =
                    client.delete_groups(&asked).await.map_err(|e| Problem::from_client(title.clone(), &e))?;
                for (group, outcome) in outcomes {
                    let what = || Phrase::new("problem-delete-group").with("group", group.as_str());
                    outcome.map_err(|error| Problem::from_client(what(), &error))?;
                    job.advance(1);
                }
            }
            Ok(done)
        })
    }

    /// Deletes committed offsets of some partitions.
    pub fn delete_group_offsets(&self, group: String, partitions: Vec<TopicPartition>) -> Option<JobId> {
        let client = self.client().clone();
        let title = Phrase::new("job-delete-offsets").with("group", group.as_str());
        self.start_job(JobKind::Group, title.clone(), JobUnit::Steps, move |_| async move {
            let count = partitions.len() as u64;
            let outcomes = client.delete_group_offsets(&group, partitions).await;
            for (tp, outcome) in outcomes.map_err(|error| Problem::from_client(title, &error))? {
                let what = || Phrase::new("problem-delete-offset").with("partition", tp.to_string());
                outcome.map_err(|error| Problem::from_client(what(), &error))?;
            }
            Ok(Phrase::new("done-delete-offsets").with("group", group).with("count", count))
        })
    }

    /// Loads a chart of lag over time.
    pub fn load_lag_chart(&self, query: LagQuery, slot: &Loadable<LagChart>) {
        let history = self.lag_history().cloned();
        self.load(slot, async move {
            let what = Phrase::new("problem-lag-chart").with("group", &*query.group);
            let Some(history) = history else {
                return Err(Problem { why: Phrase::new("problem-lag-not-kept"), ..Problem::new(what, "") });
            };
            history.query(query).await.map_err(|error| Problem::from_error(what, &error))
        });
    }
}

impl ResetRefused {
    /// The reason, for people.
    pub fn phrase(self) -> Phrase {
        match self {
            Self::Active { members } => Phrase::new("reset-refused-active").with("count", members as u64),
            Self::Rebalancing => Phrase::new("reset-refused-rebalancing"),
        }
    }

    /// What to do about it.
    pub fn next(self) -> Phrase {
        match self {
            Self::Active { .. } => Phrase::new("reset-refused-active-next"),
            Self::Rebalancing => Phrase::new("reset-refused-rebalancing-next"),
        }
    }
}
