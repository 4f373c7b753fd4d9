//! A generator at work: a job of the session that produces at the pace that was asked for.

use std::time::Duration;

use super::{Generator, GeneratorPlan, Pacer, TemplateError, Until};
use crate::{
    client::{ClientError, Producer, ProducerOptions, ProducerStats},
    session::{JobHandle, JobId, JobKind, JobUnit, Phrase, Problem, Session},
};

/// Records made in one go before the progress is told and a cancel is noticed.
const PIECE_RECORDS: u64 = 500;
/// Longest nap, in milliseconds: how late progress may be told.
const NAP_MILLIS_MAX: u64 = 500;
/// Batches wait so long for more records, in milliseconds: unnoticed by who watches, and it saves commits.
const LINGER_MILLIS: u64 = 10;

/// Starts a generator as a job; `None` when too many jobs run.
///
/// # Errors
/// When the template gives no record.
pub fn start(session: &Session, plan: GeneratorPlan) -> Result<Option<JobId>, TemplateError> {
    // One record ahead of the job, so that a mistake is told where the template is.
    super::preview(&plan.template, 1, session.now())?;
    let generator = Generator::new(&plan.template, plan.partition)?;
    let title = Phrase::new("generator-job").with("topic", plan.topic.as_str());
    let (client, clock) = (session.client().clone(), session.clock());
    Ok(session.start_job(JobKind::Generate, title, JobUnit::Records, |job| async move {
        let options = ProducerOptions {
            acks: plan.acks,
            compression: plan.compression,
            linger_ms: LINGER_MILLIS,
            ..ProducerOptions::default()
        };
        let producer = Producer::start(client, options);
        let now = clock.now();
        let mut run = Run { pacer: Pacer::new(plan.per_second, plan.until, now), generator, producer, job, plan };
        run.job.set_total(run.pacer.total());
        run.go(&*clock).await
    }))
}

struct Run {
    pacer: Pacer,
    generator: Generator,
    producer: Producer,
    job: JobHandle,
    plan: GeneratorPlan,
}

impl Run {
    async fn go(&mut self, clock: &dyn crate::model::Clock) -> Result<Phrase, Problem> {
        while !self.job.is_cancelled() {
            let now = clock.now();
            for _ in 0..self.pacer.take(now, PIECE_RECORDS) {
                let record = self.generator.next_record(now).map_err(|e| self.template_failed(&e))?;
                self.producer.post(&self.plan.topic, record).await.map_err(|e| self.produce_failed(&e))?;
            }
            self.tell(&self.producer.stats())?;
            if self.pacer.is_over(now) {
                break;
            }
            let nap = self.pacer.wait_millis(clock.now()).min(NAP_MILLIS_MAX);
            if nap > 0 {
                // Cancelling ends the nap; the loop then sees it.
                let _ = self.job.or_cancelled(tokio::time::sleep(Duration::from_millis(nap))).await;
            }
        }
        // Also when it was cancelled: what was made is in the topic and is counted.
        let flushed = self.producer.flush().await;
        let stats = self.producer.stats();
        self.job.set_done(stats.acknowledged);
        flushed.map_err(|e| self.produce_failed(&e))?;
        if self.job.is_cancelled() && self.plan.until != Until::Stopped {
            // Cut short. Without an end of its own, being stopped is how a generator ends well.
            let what = Phrase::new("generator-failed").with("topic", self.plan.topic.as_str());
            return Err(Problem { what, why: Phrase::new("job-cancelled"), next: None, technical: None });
        }
        Ok(Phrase::new("generator-done").with("count", stats.acknowledged).with("topic", self.plan.topic.as_str()))
    }

    /// Tells how far it is; a refused record ends the job.
    fn tell(&self, stats: &ProducerStats) -> Result<(), Problem> {
        // With acks=0 nobody acknowledges; what was sent is all that is known.
        let done = if self.plan.acks == crate::model::Acks::None { stats.sent } else { stats.acknowledged };
        self.job.set_done(done);
        if self.pacer.left_out() > 0 {
            self.job.set_note(Phrase::new("generator-left-out").with("count", self.pacer.left_out()));
        }
        match &stats.first_error {
            Some(error) => Err(self.produce_failed(error)),
            None => Ok(()),
        }
    }

    fn produce_failed(&self, error: &ClientError) -> Problem {
        let what = Phrase::new("generator-failed").with("topic", self.plan.topic.as_str());
        Problem::from_client(what, error)
    }

    fn template_failed(&self, error: &TemplateError) -> Problem {
        let what = Phrase::new("generator-failed").with("topic", self.plan.topic.as_str());
        Problem::new(what, error.to_string())
    }
}
