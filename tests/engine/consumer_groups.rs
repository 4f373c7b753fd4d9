//! The state machine of a group of the newer protocol (KIP-848), with a clock that only the test moves.

mod random;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use kafka_protocol::ResponseError as E;
use millpond::{
    broker::groups::{
        Catalog, CatalogTopic, CommitRight, ConsumerGroup, ConsumerSettings, Effect, Group, GroupLimits, Heartbeat,
        HeartbeatAnswer, JoinRequest, Leaving, Partitions, Rebalanced, Refusal, ServerAssignor, SyncRequest, World,
    },
    codec::consumer_protocol::{Subscription, decode_assignment},
    model::{GroupState, TopicPartition},
};
use uuid::Uuid;

const SESSION_MS: i64 = 45_000;
const REBALANCE_MS: i64 = 60_000;
const T: Uuid = Uuid::from_u128(1);

fn catalog(version: u64, topics: &[(&str, u128, i32)]) -> Catalog {
    let topic = |(name, id, partitions): &(&str, u128, i32)| {
        (Arc::from(*name), CatalogTopic { id: Uuid::from_u128(*id), partitions: *partitions })
    };
    Catalog::new(version, topics.iter().map(topic))
}

struct Stage {
    group: ConsumerGroup,
    catalog: Catalog,
    now: i64,
    ended: Vec<Rebalanced>,
    stores: usize,
}

impl Stage {
    fn new(partitions: i32) -> Self {
        let catalog = catalog(1, &[("t", 1, partitions)]);
        Self { group: ConsumerGroup::new(0, 0), catalog, now: 0, ended: Vec::new(), stores: 0 }
    }

    fn world(catalog: &Catalog) -> World<'_> {
        let settings = ConsumerSettings { session_timeout_ms: 45_000, heartbeat_interval_ms: 5_000, members_max: 50 };
        World { catalog, settings }
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Store => self.stores += 1,
                Effect::Rebalanced(rebalanced) => self.ended.push(rebalanced),
                other => panic!("nobody waits here: {other:?}"),
            }
        }
    }

    fn beat(&mut self, request: Heartbeat) -> Result<HeartbeatAnswer, Refusal> {
        let (answer, effects) = if request.epoch < 0 {
            self.group.leave(&request, self.now)?
        } else {
            self.group.heartbeat(request, Self::world(&self.catalog), self.now)?
        };
        self.take(effects);
        Ok(answer)
    }

    fn error(&mut self, request: Heartbeat) -> E {
        self.beat(request).expect_err("a refusal").error
    }

    fn join(&mut self, id: &str) -> HeartbeatAnswer {
        self.beat(joining(id)).unwrap()
    }

    /// A heartbeat of a member that holds `owned` of the topic.
    fn holds(&mut self, id: &str, epoch: i32, owned: &[i32]) -> HeartbeatAnswer {
        self.beat(holding(id, epoch, owned)).unwrap()
    }

    fn step(&mut self, millis: i64) {
        self.now += millis;
        let effects = self.group.tick(self.now);
        self.take(effects);
    }

    fn epoch_of(&self, id: &str) -> i32 {
        self.group.member(id).unwrap().epoch
    }
}

fn joining(id: &str) -> Heartbeat {
    Heartbeat {
        member_id: id.to_owned(),
        rebalance_timeout_ms: Some(REBALANCE_MS as i32),
        names: Some(BTreeSet::from([Arc::from("t")])),
        owned: Some(Partitions::new()),
        ..Heartbeat::default()
    }
}

fn holding(id: &str, epoch: i32, owned: &[i32]) -> Heartbeat {
    Heartbeat { member_id: id.to_owned(), epoch, owned: Some(of_t(owned)), ..Heartbeat::default() }
}

fn of_t(partitions: &[i32]) -> Partitions {
    if partitions.is_empty() { Partitions::new() } else { BTreeMap::from([(T, partitions.iter().copied().collect())]) }
}

fn fixed(id: &str, epoch: i32, instance: &str) -> Heartbeat {
    let base =
        if epoch == 0 { joining(id) } else { Heartbeat { member_id: id.to_owned(), epoch, ..Heartbeat::default() } };
    Heartbeat { instance_id: Some(instance.to_owned()), ..base }
}

#[test]
fn partitions_are_given_back_before_somebody_else_gets_them() {
    let mut stage = Stage::new(4);
    let first = stage.join("a");
    assert_eq!((first.epoch, first.assignment), (1, Some(of_t(&[0, 1, 2, 3]))));
    assert_eq!(first.heartbeat_interval_ms, 5_000);
    assert_eq!(stage.holds("a", 1, &[0, 1, 2, 3]).assignment, None, "nothing new");
    let second = stage.join("b");
    assert_eq!((second.epoch, second.assignment), (2, Some(Partitions::new())), "all is still held");
    assert_eq!(stage.group.state(), GroupState::Reconciling);
    let asked = stage.holds("a", 1, &[0, 1, 2, 3]);
    assert_eq!((asked.epoch, asked.assignment), (1, Some(of_t(&[0, 1]))), "keeps its epoch until it has given back");
    assert_eq!(stage.holds("b", 2, &[]).assignment, None);
    assert_eq!(stage.holds("a", 1, &[0, 1, 2, 3]).epoch, 1, "still has them");
    assert_eq!(stage.holds("a", 1, &[0, 1]).epoch, 2);
    assert_eq!(stage.holds("b", 2, &[]).assignment, Some(of_t(&[2, 3])));
    assert_eq!(stage.group.state(), GroupState::Stable);
    assert_eq!(stage.ended.iter().map(|ended| ended.generation).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn epochs_fence_who_is_ahead_or_behind_and_forgive_a_lost_answer() {
    let mut stage = Stage::new(2);
    stage.join("a");
    stage.join("a");
    assert_eq!(stage.epoch_of("a"), 1, "the answer to its joining was lost, and it joined again");
    assert_eq!(stage.error(holding("a", 2, &[0, 1])), E::FencedMemberEpoch);
    assert_eq!(stage.error(holding("nobody", 1, &[])), E::UnknownMemberId);
    stage.join("b");
    stage.holds("a", 1, &[0, 1]);
    assert_eq!(stage.holds("a", 1, &[0]).epoch, 2);
    assert_eq!(stage.holds("a", 1, &[0]).epoch, 2, "it did not hear of epoch 2");
    assert_eq!(stage.error(holding("a", 1, &[0, 1])), E::FencedMemberEpoch, "it holds what it gave back");
    assert_eq!(stage.join("a").epoch, 2, "whoever joins again begins anew, as after an answer that was lost");
}

#[test]
fn who_falls_silent_or_does_not_give_back_goes() {
    let mut stage = Stage::new(2);
    stage.join("a");
    stage.join("b");
    stage.holds("a", 1, &[0, 1]);
    for _ in 0..REBALANCE_MS / 20_000 {
        stage.step(20_000);
        if stage.group.member("a").is_some() {
            stage.holds("a", 1, &[0, 1]);
        }
        let epoch = stage.epoch_of("b");
        stage.holds("b", epoch, &[]);
    }
    assert!(stage.group.member("a").is_none(), "it never gave back");
    let epoch = stage.epoch_of("b");
    assert_eq!(stage.holds("b", epoch, &[]).epoch, stage.group.epoch());
    stage.step(SESSION_MS - 1);
    assert!(stage.group.member("b").is_some());
    stage.step(1);
    assert_eq!((stage.group.state(), stage.group.empty_since()), (GroupState::Empty, Some(stage.now)));
    assert_eq!(stage.group.next_deadline(), None);
}

#[test]
fn static_members_leave_for_a_while_and_take_their_place_again() {
    let mut stage = Stage::new(4);
    stage.beat(fixed("a1", 0, "a")).unwrap();
    stage.beat(fixed("b1", 0, "b")).unwrap();
    let mut half = holding("a1", 1, &[0, 1]);
    half.instance_id = Some("a".to_owned());
    stage.beat(Heartbeat { owned: Some(of_t(&[0, 1, 2, 3])), ..half.clone() }).unwrap();
    stage.beat(half).unwrap();
    stage.beat(fixed("b1", 2, "b")).unwrap();
    let epoch = stage.group.epoch();
    assert_eq!(stage.error(fixed("a2", 0, "a")), E::UnreleasedInstanceId);
    assert_eq!(stage.error(fixed("a2", 2, "a")), E::FencedInstanceId);
    assert_eq!(stage.error(fixed("c", 2, "c")), E::UnknownMemberId);
    assert_eq!(stage.beat(fixed("a1", -2, "a")).unwrap().epoch, -2);
    let back = stage.beat(fixed("a2", 0, "a")).unwrap();
    assert_eq!((back.epoch, back.assignment), (epoch, Some(of_t(&[0, 1]))), "the same, without a rebalance");
    assert_eq!(stage.group.epoch(), epoch);
    stage.beat(fixed("a2", -2, "a")).unwrap();
    stage.step(SESSION_MS);
    assert!(stage.group.member("a2").is_none(), "its session ended while it was away");
}

#[test]
fn regular_expressions_match_whole_names_and_see_new_topics() {
    let mut stage = Stage::new(1);
    stage.catalog = catalog(1, &[("orders", 1, 1), ("orders.eu", 2, 1), ("my-orders", 3, 1)]);
    let by = |pattern: &str| Heartbeat { names: None, regex: Some(pattern.to_owned()), ..joining("a") };
    assert_eq!(stage.error(by("orders(")), E::InvalidRegularExpression);
    assert_eq!(stage.error(by("a)(b")), E::InvalidRegularExpression);
    let found = stage.beat(by(r"orders(\..*)?")).unwrap().assignment.unwrap();
    assert_eq!(found.keys().copied().collect::<Vec<_>>(), [1, 2].map(Uuid::from_u128));
    stage.catalog = catalog(2, &[("orders", 1, 1), ("orders.eu", 2, 1), ("orders.us", 4, 2)]);
    let held = Heartbeat { owned: Some(found.clone()), ..holding("a", 1, &[]) };
    let more = stage.beat(held).unwrap();
    assert_eq!((more.epoch, more.assignment.unwrap().len()), (2, 3));
    assert_eq!(stage.ended.len(), 2);
    let none = Heartbeat { regex: Some(String::new()), owned: Some(found), ..holding("a", 2, &[]) };
    assert_eq!(stage.beat(none).unwrap().assignment, Some(Partitions::new()));
}

#[test]
fn topics_that_grow_or_go_lead_to_a_new_epoch() {
    let mut stage = Stage::new(1);
    stage.join("a");
    stage.catalog = catalog(2, &[("t", 1, 3)]);
    assert_eq!(stage.holds("a", 1, &[0]).assignment, Some(of_t(&[0, 1, 2])));
    stage.catalog = catalog(3, &[("t", 1, 3), ("other", 2, 1)]);
    assert_eq!(stage.holds("a", 2, &[0, 1, 2]).epoch, 2, "nobody reads the other one");
    stage.catalog = catalog(4, &[("t", 9, 1)]);
    let answer = stage.holds("a", 2, &[0, 1, 2]);
    assert_eq!((answer.epoch, answer.assignment), (2, Some(Partitions::new())), "the old topic is given back first");
    let answer = stage.holds("a", 2, &[]);
    assert_eq!((answer.epoch, answer.assignment), (3, Some(BTreeMap::from([(Uuid::from_u128(9), [0].into())]))));
}

#[test]
fn the_assignor_that_most_ask_for_assigns() {
    let mut stage = Stage::new(4);
    let range = |id: &str| Heartbeat { assignor: Some(ServerAssignor::Range), ..joining(id) };
    stage.beat(range("a")).unwrap();
    assert_eq!(stage.group.describe().assignor, ServerAssignor::Range);
    stage.join("b");
    assert_eq!(stage.group.describe().assignor, ServerAssignor::Range, "b does not mind");
}

#[test]
fn commits_are_accepted_for_what_was_held_since() {
    let mut stage = Stage::new(2);
    stage.join("a");
    stage.join("b");
    stage.holds("a", 1, &[0, 1]);
    stage.holds("a", 1, &[0]);
    stage.holds("b", 2, &[]);
    let right = |id, generation| CommitRight { member_id: id, instance_id: None, generation, transactional: false };
    let may =
        |id, epoch, partition: i32| stage.group.may_commit(right(id, epoch), true, [Some((T, partition))].into_iter());
    assert_eq!(may("a", 2, 0), Ok(()));
    assert_eq!(may("a", 1, 0), Ok(()), "held since epoch 1 (KIP-1251)");
    assert_eq!(may("a", 1, 1), Err(E::StaleMemberEpoch), "given back");
    assert_eq!(may("b", 1, 1), Err(E::StaleMemberEpoch), "held since epoch 2 only");
    assert_eq!(may("a", 3, 0), Err(E::StaleMemberEpoch));
    assert_eq!(may("x", 2, 0), Err(E::UnknownMemberId));
    assert_eq!(may("", -1, 0), Err(E::UnknownMemberId));
    assert_eq!(stage.group.may_commit(right("a", 2), false, std::iter::empty()), Err(E::UnsupportedVersion));
    assert_eq!(stage.group.may_fetch(Some("a"), 1), Err(E::StaleMemberEpoch));
    assert_eq!(stage.group.may_fetch(None, -1), Ok(()));
}

#[test]
fn a_group_comes_back_from_the_disk_with_its_epochs() {
    let mut stage = Stage::new(4);
    stage.join("a");
    stage.join("b");
    stage.holds("a", 1, &[0, 1, 2, 3]);
    let text = serde_json::to_string(&stage.group).unwrap();
    let later = 5_000_000;
    stage.group = serde_json::from_str::<ConsumerGroup>(&text).unwrap().wake(SESSION_MS as i32, None, later);
    stage.now = later;
    assert_eq!(stage.group.epoch(), 2);
    assert_eq!(stage.holds("b", 2, &[]).assignment, None, "what a gives back is not free yet");
    assert_eq!(stage.holds("a", 1, &[0, 1]).epoch, 2);
    assert_eq!(stage.holds("b", 2, &[]).assignment, Some(of_t(&[2, 3])));
    stage.step(SESSION_MS);
    assert_eq!(stage.group.state(), GroupState::Empty);
}

// ---- moving between the protocols ----

fn classic_join(member: &str, fresh: &str, owned: &[i32], generation: i32) -> JoinRequest {
    let owned = owned.iter().map(|partition| TopicPartition::new("t", *partition)).collect();
    let subscription = Subscription { topics: vec!["t".into()], user_data: None, owned, generation };
    JoinRequest {
        member_id: member.to_owned(),
        fresh_member_id: fresh.to_owned(),
        instance_id: None,
        client_id: "test".to_owned(),
        client_host: "/127.0.0.1".to_owned(),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 30_000,
        protocol_type: "consumer".to_owned(),
        protocols: vec![("cooperative-sticky".to_owned(), subscription.encode())],
        member_id_required: false,
        can_skip_assignment: true,
    }
}

fn sync(member: &str, generation: i32, assignments: Vec<(String, Bytes)>) -> SyncRequest {
    SyncRequest {
        member_id: member.to_owned(),
        instance_id: None,
        generation,
        protocol_type: Some("consumer".to_owned()),
        protocol: Some("cooperative-sticky".to_owned()),
        assignments,
    }
}

fn limits() -> GroupLimits {
    GroupLimits {
        session_timeout_min_ms: 6_000,
        session_timeout_max_ms: 1_800_000,
        initial_rebalance_delay_ms: 0,
        members_max: 100,
    }
}

#[test]
fn a_classic_group_moves_to_the_newer_protocol_and_back_while_it_reads() {
    let mut stage = Stage::new(4);
    let mut classic = Group::new(limits(), 0);
    classic.join(1, classic_join("", "old", &[], -1), 0);
    let all: Vec<_> = (0..4).map(|partition| TopicPartition::new("t", partition)).collect();
    let bytes = millpond::codec::consumer_protocol::encode_assignment(&all);
    classic.sync(2, sync("old", 1, vec![("old".to_owned(), bytes)]), 0);
    let (group, waiting) = ConsumerGroup::from_classic(&classic, "new", &stage.catalog, 0).unwrap();
    assert!(waiting.is_empty());
    stage.group = group;
    let joined = stage.join("new");
    assert_eq!((joined.epoch, joined.assignment), (2, Some(Partitions::new())));
    let world = Stage::world(&stage.catalog);
    let beat = |group: &mut ConsumerGroup, epoch| group.classic_heartbeat("old", None, epoch, world, 0);
    assert_eq!(beat(&mut stage.group, 1), Err(E::RebalanceInProgress));
    // It joins with all it holds, is told to give half back, does, and joins again.
    let (answer, _) = stage.group.classic_join(&classic_join("old", "", &[0, 1, 2, 3], 1), world, 0).unwrap();
    assert_eq!((answer.generation, answer.leader.as_str(), answer.members.len()), (1, "", 0), "nobody leads");
    let part = stage.group.classic_sync(&sync("old", 1, vec![]), world, 0).unwrap();
    assert_eq!(decode_assignment(&part.assignment).unwrap().len(), 2);
    assert_eq!(beat(&mut stage.group, 1), Err(E::RebalanceInProgress));
    let (answer, _) = stage.group.classic_join(&classic_join("old", "", &[0, 1], 1), world, 0).unwrap();
    assert_eq!(answer.generation, 2);
    assert_eq!(stage.group.classic_sync(&sync("old", 1, vec![]), world, 0), Err(E::IllegalGeneration));
    stage.group.classic_sync(&sync("old", 2, vec![]), world, 0).unwrap();
    assert_eq!(beat(&mut stage.group, 2), Ok(()));
    assert_eq!(stage.holds("new", 2, &[]).assignment, Some(of_t(&[2, 3])));
    assert!(!stage.group.should_downgrade());
    // The last one of the newer protocol leaves: the group is classic again and shares anew.
    stage.beat(Heartbeat { member_id: "new".to_owned(), epoch: -1, ..Heartbeat::default() }).unwrap();
    assert!(stage.group.should_downgrade());
    let (mut classic, _) = Group::from_consumer(limits(), &stage.group, &stage.catalog, true, 0);
    assert_eq!((classic.generation(), classic.state()), (3, GroupState::PreparingRebalance));
    assert_eq!(classic.heartbeat("old", None, 3, 0), Err(E::RebalanceInProgress));
    let effects = classic.join(9, classic_join("old", "", &[0, 1], 2), 0);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Join(9, answer) if answer.generation == 4)));
}

#[test]
fn classic_members_of_a_newer_group_are_held_to_its_rules() {
    let mut stage = Stage::new(2);
    stage.join("new");
    let world = Stage::world(&stage.catalog);
    let strangers = JoinRequest { protocol_type: "connect".to_owned(), ..classic_join("", "c", &[], -1) };
    assert_eq!(stage.group.classic_join(&strangers, world, 0).unwrap_err(), E::InconsistentGroupProtocol);
    let unnamed = JoinRequest { member_id_required: true, ..classic_join("", "c", &[], -1) };
    let (answer, _) = stage.group.classic_join(&unnamed, world, 0).unwrap();
    assert_eq!((answer.error, answer.member_id.as_str()), (Some(E::MemberIdRequired), "c"));
    stage.group.classic_join(&classic_join("c", "", &[], -1), world, 0).unwrap();
    assert_eq!(
        stage.group.classic_heartbeat("new", None, 1, world, 0),
        Err(E::UnknownMemberId),
        "speaks the other one"
    );
    let leaving = [Leaving { member_id: "new".to_owned(), instance_id: None }];
    assert_eq!(stage.group.clone().classic_leave(&leaving, 0).0, [Ok(())], "an administrator removes anybody");
    // It joined but never asks for its part.
    stage.step(5_000);
    let epoch = stage.epoch_of("new");
    stage.holds("new", epoch, &[]);
    let world = Stage::world(&stage.catalog);
    let asked = stage.group.classic_heartbeat("c", None, 2, world, stage.now);
    assert_eq!(asked, Err(E::RebalanceInProgress), "what it waits for is free: it joins again to get it");
    for _ in 0..4 {
        stage.step(8_000);
        let world = Stage::world(&stage.catalog);
        let _ = stage.group.classic_heartbeat("c", None, 2, world, stage.now);
    }
    assert!(stage.group.member("c").is_none());
}
