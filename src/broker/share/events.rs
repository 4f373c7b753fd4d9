//! The newest of what happened to records of share groups.

use std::{collections::VecDeque, sync::Arc};

use parking_lot::Mutex;

use super::{SHARE_EVENTS_KEPT_MAX, ShareEvent, Shared};
use crate::{
    broker::{ShareEventKind, groups::share::RecordEvent},
    model::{Offset, TimestampMillis},
};

/// The events that are kept.
#[derive(Default)]
pub struct Events {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    last: u64,
    newest: VecDeque<ShareEvent>,
}

impl Events {
    /// Those with a number above `after`, oldest first.
    pub fn after(&self, after: u64) -> Vec<ShareEvent> {
        let kept = self.kept.lock();
        let from = kept.newest.partition_point(|event| event.number <= after);
        kept.newest.range(from..).cloned().collect()
    }

    /// Keeps what happened in a partition.
    pub fn keep(&self, shared: &Shared, events: &[RecordEvent], at: TimestampMillis) {
        let mut kept = self.kept.lock();
        for event in events {
            let who = event.holder.as_ref();
            let (member, client_id) = (who.map(|one| one.member.clone()), who.map(|one| one.client_id.clone()));
            kept.push(shared, (event.first, event.last), (member, client_id), event.kind.clone(), at);
        }
    }

    /// Keeps what was done to records that nobody holds.
    pub fn keep_one(&self, shared: &Shared, range: (Offset, Offset), kind: ShareEventKind, at: TimestampMillis) {
        self.kept.lock().push(shared, range, (None, None), kind, at);
    }
}

impl Kept {
    fn push(
        &mut self,
        shared: &Shared,
        (first, last): (Offset, Offset),
        (member, client_id): (Option<Arc<str>>, Option<Arc<str>>),
        kind: ShareEventKind,
        at: TimestampMillis,
    ) {
        self.last += 1;
        if self.newest.len() == SHARE_EVENTS_KEPT_MAX {
            self.newest.pop_front();
        }
        self.newest.push_back(ShareEvent {
            number: self.last,
            at,
            group: shared.key.group.clone(),
            topic: shared.topic.name.clone(),
            partition: shared.key.partition,
            first,
            last,
            member,
            client_id,
            kind,
        });
    }
}
