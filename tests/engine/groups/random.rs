//! Whatever happens to a group, in whatever order: what must hold holds.

use proptest::prelude::*;

use super::*;

/// What a random run does.
#[derive(Debug, Clone)]
enum Step {
    /// Somebody new joins, by way of MEMBER_ID_REQUIRED or directly.
    Arrive {
        id_first: bool,
    },
    /// Client `n` goes on as a client does: joins again, syncs, or beats.
    Act(usize),
    /// It leaves.
    Leave(usize),
    /// It commits under the generation it believes in.
    Commit(usize),
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => any::<bool>().prop_map(|id_first| Step::Arrive { id_first }),
        10 => (0..8usize).prop_map(Step::Act),
        1 => (0..8usize).prop_map(Step::Leave),
        3 => (0..8usize).prop_map(Step::Commit),
        3 => (0..12_000i64).prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..120)
}

/// A client that follows the protocol, as slow as the run makes it.
#[derive(Debug, Clone, Default)]
struct Client {
    id: String,
    generation: i32,
    leads: Vec<String>,
    joining: Option<CallId>,
    syncing: Option<CallId>,
    must_join: bool,
    must_sync: bool,
    gone: bool,
}

const PARTITIONS: u8 = 12;

struct Run {
    stage: Stage,
    clients: Vec<Client>,
    /// Who owns what, by generation.
    owners: BTreeMap<(i32, u8), String>,
    last_generation: i32,
}

impl Run {
    fn act(&mut self, step: &Step) {
        match step {
            Step::Arrive { id_first } => {
                let fresh = format!("m{}", self.clients.len());
                let request = JoinRequest { member_id_required: *id_first, ..request("", &fresh) };
                let joining = Some(self.stage.join_as(request));
                self.clients.push(Client { joining, ..Client::default() });
            }
            Step::Act(n) => self.go_on(*n),
            Step::Leave(n) => {
                if let Some(client) = self.clients.get_mut(*n).filter(|client| !client.gone && !client.id.is_empty()) {
                    client.gone = true;
                    let id = client.id.clone();
                    let _ = self.stage.leave(&id);
                }
            }
            Step::Commit(n) => {
                let Some(client) = self.clients.get(*n) else { return };
                let stale = client.generation != self.stage.group.generation();
                let allowed = self.stage.group.may_commit(right(&client.id, client.generation), self.stage.now);
                assert!(!(stale && allowed.is_ok() && !client.id.is_empty()), "a stale generation committed");
            }
            Step::Wait(millis) => self.stage.step(*millis),
        }
        self.collect();
        assert!(self.stage.group.generation() >= self.last_generation, "generations go up");
        self.last_generation = self.stage.group.generation();
    }

    fn go_on(&mut self, n: usize) {
        let Some(client) = self.clients.get_mut(n) else { return };
        if client.gone || client.joining.is_some() || client.syncing.is_some() {
            return;
        }
        if client.must_join {
            client.must_join = false;
            let id = client.id.clone();
            let fresh = format!("m{n}x{}", self.stage.last_call);
            self.clients[n].joining = Some(self.stage.join(&id, &fresh));
        } else if client.must_sync {
            client.must_sync = false;
            let (id, generation, members) = (client.id.clone(), client.generation, client.leads.clone());
            let call = self.stage.ask();
            let share = |index: usize| -> Bytes {
                (0..PARTITIONS).filter(|p| usize::from(*p) % members.len() == index).collect::<Vec<u8>>().into()
            };
            let request = SyncRequest {
                member_id: id,
                instance_id: None,
                generation,
                protocol_type: None,
                protocol: None,
                assignments: members.iter().enumerate().map(|(n, id)| (id.clone(), share(n))).collect(),
            };
            self.clients[n].syncing = Some(call);
            let effects = self.stage.group.sync(call, request, self.stage.now);
            self.stage.take(effects);
        } else {
            let (id, generation) = (client.id.clone(), client.generation);
            match self.stage.heartbeat(&id, generation) {
                Ok(()) => {}
                Err(ResponseError::UnknownMemberId) => {
                    self.clients[n].id.clear();
                    self.clients[n].must_join = true;
                }
                Err(_) => self.clients[n].must_join = true,
            }
        }
    }

    /// Hands answers to the clients that wait for them.
    fn collect(&mut self) {
        for client in &mut self.clients {
            if let Some(answer) = client.joining.and_then(|call| self.stage.joins.remove(&call)) {
                client.joining = None;
                match answer.error {
                    None => {
                        client.id = answer.member_id;
                        client.generation = answer.generation;
                        client.leads = answer.members.into_iter().map(|member| member.member_id).collect();
                        client.must_sync = true;
                    }
                    Some(ResponseError::MemberIdRequired) => {
                        client.id = answer.member_id;
                        client.must_join = true;
                    }
                    Some(error) => {
                        if error == ResponseError::UnknownMemberId {
                            client.id.clear();
                        }
                        client.must_join = true;
                    }
                }
            }
            if let Some(answer) = client.syncing.and_then(|call| self.stage.syncs.remove(&call)) {
                client.syncing = None;
                if let Some(error) = answer.error {
                    if error == ResponseError::UnknownMemberId {
                        client.id.clear();
                    }
                    client.must_join = true;
                    continue;
                }
                for partition in answer.assignment {
                    let owner = self.owners.entry((client.generation, partition)).or_insert_with(|| client.id.clone());
                    assert_eq!(*owner, client.id, "two owners of partition {partition}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_owner_a_partition_and_every_rebalance_ends(steps in steps()) {
        let mut run =
            Run { stage: Stage::new(), clients: Vec::new(), owners: BTreeMap::new(), last_generation: 0 };
        for step in &steps {
            run.act(step);
        }
        // From here on nobody does anything: the machine must come to rest by itself, at its own deadlines.
        for _ in 0..1_000 {
            let Some(deadline) = run.stage.group.next_deadline() else { break };
            let wait = (deadline - run.stage.now).max(0);
            prop_assert!(wait <= REBALANCE_MS, "a deadline {wait} ms away");
            run.stage.step(wait);
        }
        prop_assert_eq!(run.stage.group.next_deadline(), None);
        prop_assert_eq!(run.stage.group.state(), GroupState::Empty);
        prop_assert!(run.stage.asked.is_empty(), "callers that nobody answered: {:?}", run.stage.asked);
    }

    #[test]
    fn clients_that_follow_the_protocol_become_stable(steps in steps()) {
        let mut run =
            Run { stage: Stage::new(), clients: Vec::new(), owners: BTreeMap::new(), last_generation: 0 };
        for step in &steps {
            run.act(step);
        }
        for _ in 0..60 {
            for n in 0..run.clients.len() {
                run.go_on(n);
                run.collect();
            }
            run.act(&Step::Wait(1_000));
        }
        let here = run.clients.iter().filter(|client| !client.gone).count();
        prop_assert_eq!(run.stage.group.members().len(), here);
        let state = run.stage.group.state();
        prop_assert_eq!(state, if here == 0 { GroupState::Empty } else { GroupState::Stable });
        let generation = run.stage.group.generation();
        let owned = run.owners.keys().filter(|(of, _)| *of == generation).count();
        prop_assert_eq!(owned, if here == 0 { 0 } else { usize::from(PARTITIONS) });
    }
}
