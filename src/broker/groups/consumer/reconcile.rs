//! One step of a member towards its target (KIP-848, "Rebalance process").

use super::{ConsumerGroup, ConsumerMember, Held, MemberState, Partitions};

impl ConsumerGroup {
    /// The member after its next step. `owned`: what it says that it holds; `None` where it did not say.
    pub(super) fn reconciled(&self, member: &ConsumerMember, owned: Option<&Partitions>) -> ConsumerMember {
        if member.is_reconciled(self.assignment_epoch) {
            return member.clone();
        }
        match member.state {
            MemberState::Stable | MemberState::Unreleased => self.next(member, member.epoch, owned),
            MemberState::Unrevoked if holds_any(owned, &member.revoking) => member.clone(),
            // It has given everything back, which ends the epoch it was in.
            MemberState::Unrevoked => self.next(member, member.epoch + 1, owned),
        }
    }

    fn next(&self, member: &ConsumerMember, epoch: i32, owned: Option<&Partitions>) -> ConsumerMember {
        let mut next = member.clone();
        let mut revoking = Held::new();
        next.assigned.clear();
        for (topic, partitions) in &member.assigned {
            for (partition, since) in partitions {
                let stays = member.target.get(topic).is_some_and(|target| target.contains(partition));
                let to = if stays { &mut next.assigned } else { &mut revoking };
                to.entry(*topic).or_default().insert(*partition, *since);
            }
        }
        next.revoking.clear();
        if !revoking.is_empty() && holds_any(owned, &revoking) {
            next.revoking = revoking;
            next.state = MemberState::Unrevoked;
            set_epoch(&mut next, epoch);
            return next;
        }
        let mut waits = false;
        for (topic, partitions) in &member.target {
            for partition in partitions {
                let mine = next.assigned.get(topic).is_some_and(|held| held.contains_key(partition));
                let free = self.owners.get(&(*topic, *partition)).is_none_or(|owner| *owner == member.id);
                if !mine && free {
                    next.assigned.entry(*topic).or_default().insert(*partition, self.assignment_epoch);
                }
                waits |= !mine && !free;
            }
        }
        next.state = if waits { MemberState::Unreleased } else { MemberState::Stable };
        set_epoch(&mut next, self.assignment_epoch);
        next
    }

    /// Whether others still hold something that a member waits for.
    pub(super) fn waits_for_others(&self, member: &ConsumerMember) -> bool {
        member.state == MemberState::Unreleased
            && member.target.iter().any(|(topic, partitions)| {
                partitions.iter().any(|partition| {
                    let mine = member.assigned.get(topic).is_some_and(|held| held.contains_key(partition));
                    !mine && self.owners.get(&(*topic, *partition)).is_some_and(|owner| *owner != member.id)
                })
            })
    }
}

fn set_epoch(member: &mut ConsumerMember, epoch: i32) {
    if member.epoch != epoch {
        member.previous_epoch = member.epoch;
        member.epoch = epoch;
    }
}

/// Whether a member holds any of `wanted`; one that did not say is taken to.
fn holds_any(owned: Option<&Partitions>, wanted: &Held) -> bool {
    let Some(owned) = owned else { return true };
    wanted.iter().any(|(topic, partitions)| {
        owned.get(topic).is_some_and(|owned| partitions.keys().any(|partition| owned.contains(partition)))
    })
}
