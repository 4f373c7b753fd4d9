//! What happened to the newest records of each partition: batches stored, records fetched, offsets committed.
//!
//! Every list is bounded over all partitions together. When one is full, the longest pages give back their oldest
//! entries first, so that a busy topic does not make the records of a quiet one unknown.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use parking_lot::Mutex;
use uuid::Uuid;

use super::{BatchFactsSeen, RequestId, Who, producers::Producer};
use crate::model::{Offset, PartitionId, TimestampMillis};

/// Batches kept, all partitions together.
const BATCHES_MAX: usize = 20_000;
/// Fetches of partitions kept, all partitions together.
const FETCHES_MAX: usize = 50_000;
/// Commits kept, all partitions together.
const COMMITS_MAX: usize = 20_000;
/// Producers kept of one partition.
const PRODUCERS_PER_PARTITION_MAX: usize = 32;
/// A full list gives back one part in so many, so that giving back is rare.
const GIVE_BACK_PARTS: usize = 8;
/// How far back a repeated batch or commit is looked for.
const REPEATED_LOOK_BACK: usize = 8;

/// All partitions.
#[derive(Default)]
pub struct Book(Mutex<Pages>);

/// Topic and partition.
pub type Key = (Uuid, PartitionId);

#[derive(Default)]
struct Pages {
    pages: HashMap<Key, Page>,
    batches: usize,
    fetches: usize,
    commits: usize,
}

/// One partition. Oldest first.
#[derive(Default, Clone)]
pub struct Page {
    pub batches: VecDeque<Batch>,
    pub fetches: VecDeque<Fetch>,
    pub commits: VecDeque<Commit>,
    pub producers: Vec<Producer>,
    /// When the newest fetch or commit happened that is no longer kept.
    pub forgotten_at: Option<TimestampMillis>,
}

/// When something happened: by the broker's clock, and in microseconds since the broker was opened, which order what
/// falls into one millisecond.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    pub at: TimestampMillis,
    pub micros: u64,
}

impl PartialEq for Moment {
    fn eq(&self, other: &Self) -> bool {
        self.micros == other.micros
    }
}

impl Eq for Moment {}

/// By the monotonic part: a clock may be set back, or stand still in a test.
impl Ord for Moment {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.micros.cmp(&other.micros)
    }
}

impl PartialOrd for Moment {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// A batch that was stored.
#[derive(Debug, Clone)]
pub struct Batch {
    pub came: Moment,
    pub by: Arc<Who>,
    pub request: RequestId,
    pub version: i16,
    pub acks: i16,
    pub facts: BatchFactsSeen,
    /// One after the last offset.
    pub end: Offset,
    /// From the request to the commit, and appends that shared it; `None` where the log did not tell.
    pub stored: Option<Stored>,
    pub took_micros: u32,
}

/// What the log told of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    pub after_micros: u32,
    pub shared: u32,
}

/// Records that were returned.
#[derive(Debug, Clone)]
pub struct Fetch {
    pub went: Moment,
    pub by: Arc<Who>,
    pub request: RequestId,
    pub reader: Option<Reader>,
    pub waited_micros: u32,
    pub from: Offset,
    pub to: Offset,
}

/// For whom records were fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    pub group: Arc<str>,
    /// Empty for a consumer that commits for a group without being its member.
    pub member: Arc<str>,
}

/// An offset that was committed.
#[derive(Debug, Clone)]
pub struct Commit {
    pub went: Moment,
    pub by: Arc<Who>,
    pub request: RequestId,
    pub group: Arc<str>,
    pub member: Arc<str>,
    pub offset: Offset,
}

impl Book {
    /// Takes in a batch and what it says about its producer.
    pub fn produced(&self, key: Key, batch: Batch) {
        let mut pages = self.0.lock();
        let page = pages.pages.entry(key).or_default();
        page.produced(&batch);
        // An idempotent producer that sent a batch again is answered with the place that the batch has already.
        let base = batch.facts.base_offset;
        let again = page.batches.iter().rev().take(REPEATED_LOOK_BACK).any(|other| other.facts.base_offset == base);
        if again {
            return;
        }
        page.batches.push_back(batch);
        pages.batches += 1;
        if pages.batches > BATCHES_MAX {
            pages.batches -= pages.give_back(
                BATCHES_MAX,
                |page| page.batches.len(),
                |page, keep| {
                    page.batches.drain(..page.batches.len() - keep);
                },
            );
        }
    }

    /// Takes in records that were returned.
    pub fn fetched(&self, key: Key, fetch: Fetch) {
        let mut pages = self.0.lock();
        pages.pages.entry(key).or_default().fetches.push_back(fetch);
        pages.fetches += 1;
        if pages.fetches > FETCHES_MAX {
            pages.fetches -= pages.give_back(
                FETCHES_MAX,
                |page| page.fetches.len(),
                |page, keep| {
                    let last = page.fetches.drain(..page.fetches.len() - keep).next_back().map(|fetch| fetch.went.at);
                    page.forgotten_at = page.forgotten_at.max(last);
                },
            );
        }
    }

    /// Takes in a commit, unless it says what the group's last one said.
    pub fn committed(&self, key: Key, commit: Commit) {
        let mut pages = self.0.lock();
        let page = pages.pages.entry(key).or_default();
        let last = page.commits.iter().rev().take(REPEATED_LOOK_BACK).find(|other| other.group == commit.group);
        if last.is_some_and(|last| last.offset == commit.offset) {
            return;
        }
        page.commits.push_back(commit);
        pages.commits += 1;
        if pages.commits > COMMITS_MAX {
            pages.commits -= pages.give_back(
                COMMITS_MAX,
                |page| page.commits.len(),
                |page, keep| {
                    let last = page.commits.drain(..page.commits.len() - keep).next_back().map(|commit| commit.went.at);
                    page.forgotten_at = page.forgotten_at.max(last);
                },
            );
        }
    }

    /// What is kept of a partition that concerns one offset. Batches aside: of these the one that holds it.
    pub fn about(&self, key: Key, offset: Offset) -> About {
        let pages = self.0.lock();
        let Some(page) = pages.pages.get(&key) else { return About::default() };
        let holds = |batch: &&Batch| (batch.facts.base_offset..batch.end).contains(&offset);
        About {
            known_from: page.batches.iter().map(|batch| batch.facts.base_offset).min(),
            forgotten_at: page.forgotten_at,
            batch: page.batches.iter().rev().find(holds).cloned(),
            fetches: page.fetches.iter().filter(|fetch| (fetch.from..=fetch.to).contains(&offset)).cloned().collect(),
            commits: page.commits.iter().cloned().collect(),
        }
    }

    /// The producers of one partition.
    pub fn producers(&self, key: Key) -> Vec<Producer> {
        self.0.lock().pages.get(&key).map(|page| page.producers.clone()).unwrap_or_default()
    }

    /// Forgets a topic that is gone.
    pub fn forget_topic(&self, topic: Uuid) {
        let mut pages = self.0.lock();
        let Pages { pages: all, batches, fetches, commits } = &mut *pages;
        all.retain(|(id, _), page| {
            let stays = *id != topic;
            if !stays {
                *batches -= page.batches.len();
                *fetches -= page.fetches.len();
                *commits -= page.commits.len();
            }
            stays
        });
    }
}

/// What concerns one offset.
#[derive(Default)]
pub struct About {
    pub known_from: Option<Offset>,
    pub forgotten_at: Option<TimestampMillis>,
    pub batch: Option<Batch>,
    pub fetches: Vec<Fetch>,
    /// All of the partition.
    pub commits: Vec<Commit>,
}

impl Pages {
    /// Makes the longest lists shorter until they are all together an eighth below `most`; returns how many went.
    fn give_back(&mut self, most: usize, length: fn(&Page) -> usize, cut: fn(&mut Page, usize)) -> usize {
        let wanted = most - most / GIVE_BACK_PARTS;
        let mut lengths: Vec<usize> = self.pages.values().map(length).collect();
        let before: usize = lengths.iter().sum();
        let keep = longest_allowed(&mut lengths, wanted);
        let mut after = 0;
        for page in self.pages.values_mut() {
            if length(page) > keep {
                cut(page, keep);
            }
            after += length(page);
        }
        before - after
    }
}

/// The length to which longer lists must be cut so that all together are at most `wanted`.
fn longest_allowed(lengths: &mut [usize], wanted: usize) -> usize {
    lengths.sort_unstable();
    let mut left = wanted;
    let mut lists = lengths.len();
    for length in lengths.iter() {
        let share = left / lists;
        if *length > share {
            return share;
        }
        left -= length;
        lists -= 1;
    }
    usize::MAX
}

impl Page {
    fn produced(&mut self, batch: &Batch) {
        let known = self.producers.iter().position(|one| one.is_of(batch));
        let at = known.unwrap_or_else(|| {
            if self.producers.len() == PRODUCERS_PER_PARTITION_MAX {
                let oldest = self.producers.iter().enumerate().min_by_key(|(_, one)| one.last_at);
                let oldest = oldest.map(|(at, _)| at).unwrap_or_default();
                self.producers.swap_remove(oldest);
            }
            self.producers.push(Producer::new(batch));
            self.producers.len() - 1
        });
        if let Some(producer) = self.producers.get_mut(at) {
            producer.sent(batch);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_lists_give_back_first() {
        assert_eq!(longest_allowed(&mut [100, 5, 5], 50), 40);
        assert_eq!(longest_allowed(&mut [10, 10, 10], 15), 5);
        assert_eq!(longest_allowed(&mut [1, 2, 3], 6), usize::MAX);
    }
}
