//! The state machine of a consumer group, with a clock that only the test moves.

mod random;

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use kafka_protocol::ResponseError;
use millpond::{
    broker::{
        RebalanceReason,
        groups::{
            CallId, CommitRight, Effect, Group, GroupLimits, JoinAnswer, JoinRequest, Leaving, Rebalanced, SyncAnswer,
            SyncRequest,
        },
    },
    model::GroupState,
};

const SESSION_MS: i64 = 10_000;
const REBALANCE_MS: i64 = 30_000;

/// A group, the answers it gave, and the time.
struct Stage {
    group: Group,
    now: i64,
    last_call: CallId,
    joins: BTreeMap<CallId, JoinAnswer>,
    syncs: BTreeMap<CallId, SyncAnswer>,
    asked: BTreeSet<CallId>,
    ended: Vec<Rebalanced>,
    stores: usize,
}

fn limits_of(initial_rebalance_delay_ms: i64) -> GroupLimits {
    GroupLimits {
        session_timeout_min_ms: 6_000,
        session_timeout_max_ms: 1_800_000,
        initial_rebalance_delay_ms,
        members_max: 100,
    }
}

impl Stage {
    fn new() -> Self {
        Self::with_delay(0)
    }

    fn with_delay(initial_rebalance_delay_ms: i64) -> Self {
        Self {
            group: Group::new(limits_of(initial_rebalance_delay_ms), 0),
            now: 0,
            last_call: 0,
            joins: BTreeMap::new(),
            syncs: BTreeMap::new(),
            asked: BTreeSet::new(),
            ended: Vec::new(),
            stores: 0,
        }
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Join(call, answer) => {
                    assert!(self.asked.remove(&call), "answered twice: {call}");
                    self.joins.insert(call, answer);
                }
                Effect::Sync(call, answer) => {
                    assert!(self.asked.remove(&call), "answered twice: {call}");
                    self.syncs.insert(call, answer);
                }
                Effect::Store => self.stores += 1,
                Effect::Rebalanced(rebalanced) => self.ended.push(rebalanced),
            }
        }
    }

    fn ask(&mut self) -> CallId {
        self.last_call += 1;
        self.asked.insert(self.last_call);
        self.last_call
    }

    fn join_as(&mut self, request: JoinRequest) -> CallId {
        let call = self.ask();
        let effects = self.group.join(call, request, self.now);
        self.take(effects);
        call
    }

    /// Joins under a given id, or as somebody new who then is called `fresh`.
    fn join(&mut self, member: &str, fresh: &str) -> CallId {
        self.join_as(request(member, fresh))
    }

    fn sync(&mut self, member: &str, generation: i32, assignments: &[(&str, &'static str)]) -> CallId {
        let call = self.ask();
        let request = SyncRequest {
            member_id: member.to_owned(),
            instance_id: None,
            generation,
            protocol_type: None,
            protocol: None,
            assignments: assignments.iter().map(|(id, part)| ((*id).to_owned(), Bytes::from(*part))).collect(),
        };
        let effects = self.group.sync(call, request, self.now);
        self.take(effects);
        call
    }

    fn leave(&mut self, member: &str) -> Result<(), ResponseError> {
        let leaving = Leaving { member_id: member.to_owned(), instance_id: None };
        let (answers, effects) = self.group.leave(&[leaving], self.now);
        self.take(effects);
        answers.into_iter().next().unwrap()
    }

    fn heartbeat(&mut self, member: &str, generation: i32) -> Result<(), ResponseError> {
        self.group.heartbeat(member, None, generation, self.now)
    }

    fn step(&mut self, millis: i64) {
        self.now += millis;
        let effects = self.group.tick(self.now);
        self.take(effects);
    }

    /// A stable group of `names`, the first of which leads, each with its own name as assignment.
    fn stable(names: &[&'static str]) -> Self {
        let mut stage = Self::new();
        for name in names {
            stage.join("", name);
            for other in names.iter().take_while(|other| *other != name) {
                stage.join(other, other);
            }
        }
        let generation = stage.group.generation();
        let assignments: Vec<_> = names.iter().map(|name| (*name, *name)).collect();
        for name in names.iter().rev() {
            stage.sync(name, generation, if *name == names[0] { &assignments } else { &[] });
        }
        assert_eq!(stage.group.state(), GroupState::Stable);
        assert!(stage.asked.is_empty());
        stage
    }
}

fn request(member: &str, fresh: &str) -> JoinRequest {
    JoinRequest {
        member_id: member.to_owned(),
        fresh_member_id: fresh.to_owned(),
        instance_id: None,
        client_id: "test".to_owned(),
        client_host: "/127.0.0.1".to_owned(),
        session_timeout_ms: SESSION_MS as i32,
        rebalance_timeout_ms: REBALANCE_MS as i32,
        protocol_type: "consumer".to_owned(),
        protocols: vec![("range".to_owned(), Bytes::from_static(b"sub"))],
        member_id_required: false,
        can_skip_assignment: true,
    }
}

fn right(member_id: &str, generation: i32) -> CommitRight<'_> {
    CommitRight { member_id, instance_id: None, generation, transactional: false }
}

#[test]
fn the_first_member_leads_and_assigns_at_once() {
    let mut stage = Stage::new();
    let call = stage.join("", "a");
    let answer = &stage.joins[&call];
    assert_eq!((answer.error, answer.generation, answer.leader.as_str()), (None, 1, "a"));
    assert_eq!(answer.members.len(), 1);
    let call = stage.sync("a", 1, &[("a", "all")]);
    assert_eq!(stage.syncs[&call].assignment, Bytes::from("all"));
    assert_eq!(stage.group.state(), GroupState::Stable);
    assert_eq!(stage.ended.len(), 1);
    assert_eq!(stage.ended[0].reason, RebalanceReason::MemberJoined { member: "a".to_owned() });
}

#[test]
fn a_second_member_waits_until_the_first_has_joined_again() {
    let mut stage = Stage::stable(&["a"]);
    let second = stage.join("", "b");
    assert!(stage.asked.contains(&second));
    assert_eq!(stage.heartbeat("a", 1), Err(ResponseError::RebalanceInProgress));
    let first = stage.join("a", "");
    assert_eq!(stage.joins[&first].members.len(), 2);
    assert_eq!(stage.joins[&second].members.len(), 0, "only the leader sees the members");
    assert_eq!(stage.joins[&second].generation, 2);
    let waiting = stage.sync("b", 2, &[]);
    assert!(stage.asked.contains(&waiting), "the leader has not assigned yet");
    stage.sync("a", 2, &[("a", "0"), ("b", "1")]);
    assert_eq!(stage.syncs[&waiting].assignment, Bytes::from("1"));
}

#[test]
fn a_member_without_id_gets_one_first_and_is_forgotten_if_it_stays_away() {
    let mut stage = Stage::new();
    let first = stage.join_as(JoinRequest { member_id_required: true, ..request("", "a") });
    assert_eq!(stage.joins[&first].error, Some(ResponseError::MemberIdRequired));
    assert_eq!(stage.joins[&first].member_id, "a");
    // Somebody who joins meanwhile waits for the one on the way, but not for ever.
    let other = stage.join("", "b");
    assert!(stage.asked.contains(&other));
    stage.step(SESSION_MS);
    assert_eq!(stage.joins[&other].generation, 1);
    let late = stage.join("a", "");
    assert_eq!(stage.joins[&late].error, Some(ResponseError::UnknownMemberId));
}

#[test]
fn silent_members_go_at_the_end_of_their_session() {
    let mut stage = Stage::stable(&["a", "b"]);
    let generation = stage.group.generation();
    stage.step(SESSION_MS - 1);
    assert_eq!(stage.heartbeat("a", generation), Ok(()));
    stage.step(1);
    assert_eq!(stage.group.members().len(), 1);
    assert_eq!(stage.group.state(), GroupState::PreparingRebalance);
    let again = stage.join("a", "");
    assert_eq!(stage.joins[&again].generation, generation + 1);
    stage.sync("a", generation + 1, &[("a", "all")]);
    assert_eq!(stage.ended.last().unwrap().reason, RebalanceReason::MemberExpired { member: "b".to_owned() });
}

#[test]
fn a_member_that_does_not_join_again_is_left_behind_at_the_rebalance_timeout() {
    let mut stage = Stage::stable(&["a", "b"]);
    let generation = stage.group.generation();
    let third = stage.join("", "c");
    stage.join("b", "");
    for _ in 0..REBALANCE_MS / 5_000 {
        assert!(stage.asked.contains(&third));
        assert_eq!(stage.heartbeat("a", generation), Err(ResponseError::RebalanceInProgress));
        stage.step(5_000);
    }
    assert_eq!(stage.joins[&third].error, None);
    assert_eq!(stage.joins[&third].leader, "b", "the leader stayed away, the next one leads");
    assert_eq!(stage.heartbeat("a", generation), Err(ResponseError::UnknownMemberId));
}

#[test]
fn a_member_that_never_syncs_is_removed_at_the_rebalance_timeout() {
    let mut stage = Stage::new();
    stage.join("", "a");
    stage.join("", "b");
    stage.join("a", "");
    let generation = stage.group.generation();
    assert_eq!(stage.group.state(), GroupState::CompletingRebalance);
    let waiting = stage.sync("b", generation, &[]);
    for _ in 0..REBALANCE_MS / 5_000 {
        assert!(stage.asked.contains(&waiting));
        assert_eq!(stage.heartbeat("a", generation), Ok(()), "it lives but does not assign");
        stage.step(5_000);
    }
    assert_eq!(stage.syncs[&waiting].error, Some(ResponseError::RebalanceInProgress));
    assert_eq!(stage.group.members().len(), 1);
    let again = stage.join("b", "");
    assert_eq!(stage.joins[&again].leader, "b");
}

#[test]
fn leaving_rebalances_the_others_and_empties_the_group_in_the_end() {
    let mut stage = Stage::stable(&["a", "b"]);
    let generation = stage.group.generation();
    assert_eq!(stage.leave("nobody"), Err(ResponseError::UnknownMemberId));
    assert_eq!(stage.leave("a"), Ok(()));
    assert_eq!(stage.heartbeat("b", generation), Err(ResponseError::RebalanceInProgress));
    let again = stage.join("b", "");
    assert_eq!(stage.joins[&again].leader, "b");
    assert_eq!(stage.leave("b"), Ok(()));
    assert_eq!(stage.group.state(), GroupState::Empty);
    assert_eq!(stage.group.generation(), generation + 2);
    assert_eq!(stage.group.empty_since(), Some(stage.now));
    assert_eq!(stage.group.next_deadline(), None);
}

#[test]
fn the_assignor_that_most_want_and_all_know_is_chosen() {
    let mut stage = Stage::new();
    let offer = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), Bytes::new())).collect::<Vec<_>>();
    stage.join_as(JoinRequest { protocols: offer(&["sticky", "range"]), ..request("", "a") });
    stage.join_as(JoinRequest { protocols: offer(&["roundrobin", "range", "sticky"]), ..request("", "b") });
    let misfit = stage.join_as(JoinRequest { protocols: offer(&["own"]), ..request("", "c") });
    assert_eq!(stage.joins[&misfit].error, Some(ResponseError::InconsistentGroupProtocol));
    let stranger = stage.join_as(JoinRequest { protocol_type: "connect".to_owned(), ..request("", "d") });
    assert_eq!(stage.joins[&stranger].error, Some(ResponseError::InconsistentGroupProtocol));
    stage.join_as(JoinRequest { protocols: offer(&["sticky", "range"]), ..request("a", "") });
    assert_eq!(stage.group.protocol(), Some("range"), "a tie goes to the first by name");
}

#[test]
fn session_timeouts_have_bounds() {
    let mut stage = Stage::new();
    for session_timeout_ms in [5_999, 1_800_001, -1] {
        let call = stage.join_as(JoinRequest { session_timeout_ms, ..request("", "a") });
        assert_eq!(stage.joins[&call].error, Some(ResponseError::InvalidSessionTimeout));
    }
}

#[test]
fn a_static_member_that_restarts_keeps_its_place_and_its_former_self_is_fenced() {
    let mut stage = Stage::new();
    let fixed =
        |member: &str, fresh: &str| JoinRequest { instance_id: Some("one".to_owned()), ..request(member, fresh) };
    stage.join_as(fixed("", "old"));
    stage.sync_static("old", "one", 1, &[("old", "all")]);
    let again = stage.join_as(fixed("", "new"));
    let answer = &stage.joins[&again];
    assert_eq!((answer.error, answer.generation, answer.skip_assignment), (None, 1, true));
    assert_eq!(stage.group.state(), GroupState::Stable, "no rebalance");
    assert_eq!(stage.group.heartbeat("old", Some("one"), 1, stage.now), Err(ResponseError::FencedInstanceId));
    assert_eq!(stage.group.heartbeat("new", Some("one"), 1, stage.now), Ok(()));
    assert_eq!(
        stage.group.may_commit(CommitRight { instance_id: Some("one"), ..right("old", 1) }, stage.now),
        Err(ResponseError::FencedInstanceId)
    );
    let (answers, _) =
        stage.group.leave(&[Leaving { member_id: String::new(), instance_id: Some("one".to_owned()) }], stage.now);
    assert_eq!(answers, [Ok(())], "an administrator removes it by its instance id");
    assert_eq!(stage.group.state(), GroupState::Empty);
}

impl Stage {
    fn sync_static(&mut self, member: &str, instance: &str, generation: i32, parts: &[(&str, &'static str)]) {
        let call = self.ask();
        let request = SyncRequest {
            member_id: member.to_owned(),
            instance_id: Some(instance.to_owned()),
            generation,
            protocol_type: Some("consumer".to_owned()),
            protocol: Some("range".to_owned()),
            assignments: parts.iter().map(|(id, part)| ((*id).to_owned(), Bytes::from(*part))).collect(),
        };
        let effects = self.group.sync(call, request, self.now);
        self.take(effects);
    }
}

#[test]
fn commits_are_for_members_of_this_generation_or_for_a_group_without_members() {
    let mut stage = Stage::stable(&["a"]);
    let now = stage.now;
    assert_eq!(stage.group.may_commit(right("a", 1), now), Ok(()));
    assert_eq!(stage.group.may_commit(right("a", 0), now), Err(ResponseError::IllegalGeneration));
    assert_eq!(stage.group.may_commit(right("b", 1), now), Err(ResponseError::UnknownMemberId));
    assert_eq!(stage.group.may_commit(right("", -1), now), Err(ResponseError::UnknownMemberId));
    stage.join("", "b");
    assert_eq!(stage.group.may_commit(right("a", 1), now), Ok(()), "what it still owns it may still commit");
    stage.join("a", "");
    assert_eq!(stage.group.may_commit(right("a", 1), now), Err(ResponseError::IllegalGeneration));
    assert_eq!(stage.group.may_commit(right("a", 2), now), Err(ResponseError::RebalanceInProgress));
    stage.leave("a").unwrap();
    stage.leave("b").unwrap();
    assert_eq!(stage.group.may_commit(right("", -1), now), Ok(()));
}

#[test]
fn a_group_comes_back_from_the_disk_as_it_was() {
    let stage = Stage::stable(&["a", "b"]);
    let stored = serde_json::to_string(&stage.group.stored()).unwrap();
    let later = 1_000_000;
    let mut again = Stage::new();
    again.now = later;
    again.group = Group::restored(limits_of(0), serde_json::from_str(&stored).unwrap(), None, later);
    let generation = stage.group.generation();
    assert_eq!((again.group.state(), again.group.generation()), (GroupState::Stable, generation));
    assert_eq!((again.group.protocol(), again.group.leader()), (Some("range"), Some("a")));
    assert_eq!(again.heartbeat("a", generation), Ok(()));
    let call = again.sync("b", generation, &[]);
    assert_eq!(again.syncs[&call].assignment, Bytes::from("b"), "its assignment is still known");
    again.step(SESSION_MS);
    assert_eq!(again.group.state(), GroupState::Empty, "both fell silent");
}

#[test]
fn a_rebalance_that_was_under_way_begins_anew_after_a_restart() {
    let mut stage = Stage::stable(&["a"]);
    stage.join("", "b");
    stage.join("a", "");
    assert_eq!(stage.group.state(), GroupState::CompletingRebalance);
    let generation = stage.group.generation();
    let stored = stage.group.stored();
    stage.group = Group::restored(limits_of(0), stored, None, stage.now);
    stage.asked.clear();
    assert_eq!(stage.heartbeat("b", generation), Err(ResponseError::RebalanceInProgress));
    let first = stage.join("a", "");
    let second = stage.join("b", "");
    assert_eq!((stage.joins[&first].generation, stage.joins[&second].generation), (generation + 1, generation + 1));
}

#[test]
fn a_static_member_that_owned_other_partitions_before_its_restart_causes_no_rebalance() {
    let mut stage = Stage::new();
    let fixed = |owned: &'static str, fresh: &str| JoinRequest {
        instance_id: Some("one".to_owned()),
        protocols: vec![("range".to_owned(), Bytes::from(owned))],
        ..request("", fresh)
    };
    stage.join_as(fixed("owns nothing yet", "old"));
    stage.sync_static("old", "one", 1, &[("old", "all")]);
    let stores = stage.stores;
    let again = stage.join_as(fixed("told differently", "new"));
    assert_eq!((stage.joins[&again].error, stage.joins[&again].generation), (None, 1));
    assert_eq!(stage.group.state(), GroupState::Stable);
    assert_eq!(stage.stores, stores + 1, "its new member id survives a restart of the broker");
}

#[test]
fn an_empty_group_can_wait_for_more_members() {
    let mut stage = Stage::with_delay(3_000);
    let first = stage.join("", "a");
    stage.step(2_000);
    let second = stage.join("", "b");
    stage.step(1_000);
    assert!(stage.asked.contains(&first), "somebody came, so it waits once more");
    stage.step(3_000);
    assert_eq!(stage.joins[&first].members.len(), 2);
    assert_eq!(stage.joins[&second].generation, 1);
}

#[test]
fn a_request_sent_again_sends_the_earlier_one_away() {
    let mut stage = Stage::stable(&["a", "b"]);
    stage.join("", "c");
    let earlier = stage.join("b", "");
    let later = stage.join("b", "");
    assert_eq!(stage.joins[&earlier].error, Some(ResponseError::RebalanceInProgress));
    stage.join("a", "");
    assert_eq!(stage.joins[&later].error, None);
}
