//! Whatever happens to a group of the newer protocol, in whatever order: what must hold holds.

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Join(usize),
    /// A heartbeat; the client has given back what it was asked to, or has not got round to it.
    Beat {
        who: usize,
        gives_back: bool,
        answer_lost: bool,
    },
    Leave(usize),
    Wait(i64),
    Topics(i32),
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => (0..6usize).prop_map(Step::Join),
        12 => (0..6usize, any::<bool>(), prop::bool::weighted(0.1))
            .prop_map(|(who, gives_back, answer_lost)| Step::Beat { who, gives_back, answer_lost }),
        1 => (0..6usize).prop_map(Step::Leave),
        3 => (0..30_000i64).prop_map(Step::Wait),
        1 => (1..9i32).prop_map(Step::Topics),
        1 => Just(Step::Restart),
    ];
    prop::collection::vec(step, 1..150)
}

/// A client that follows the protocol.
#[derive(Debug, Clone, Default)]
struct Client {
    life: u32,
    epoch: i32,
    joined: bool,
    /// An answer did not come: the next heartbeat tells everything, so that the answer does, too.
    tells_all: bool,
    holds: Partitions,
    wanted: Partitions,
}

struct Run {
    stage: Stage,
    clients: Vec<Client>,
    version: u64,
}

impl Run {
    fn new() -> Self {
        Self { stage: Stage::new(5), clients: vec![Client::default(); 6], version: 1 }
    }

    fn id(&self, who: usize) -> String {
        format!("m{who}-{}", self.clients[who].life)
    }

    fn act(&mut self, step: &Step) {
        let before = self.stage.group.epoch();
        match step {
            Step::Join(who) if !self.clients[*who].joined => {
                self.clients[*who].life += 1;
                let id = self.id(*who);
                let answer = self.stage.join(&id);
                let life = self.clients[*who].life;
                self.clients[*who] = Client { life, joined: true, ..Client::default() };
                self.hear(*who, answer);
            }
            Step::Beat { who, gives_back, answer_lost } => self.beat(*who, *gives_back, *answer_lost),
            Step::Leave(who) if self.clients[*who].joined => {
                let request = Heartbeat { member_id: self.id(*who), epoch: -1, ..Heartbeat::default() };
                let _ = self.stage.beat(request);
                self.lose(*who);
            }
            Step::Wait(millis) => {
                self.stage.step(*millis);
                for who in 0..self.clients.len() {
                    // Who was put out notices at the latest when its own session is over, as clients count it themselves.
                    if self.stage.group.member(&self.id(who)).is_none() {
                        self.lose(who);
                    }
                }
            }
            Step::Topics(partitions) => {
                let now = self.stage.catalog.topic("t").map_or(0, |topic| topic.partitions);
                self.version += 1;
                self.stage.catalog = catalog(self.version, &[("t", 1, now.max(*partitions))]);
            }
            Step::Restart => {
                let text = serde_json::to_string(&self.stage.group).unwrap();
                let group: ConsumerGroup = serde_json::from_str(&text).unwrap();
                self.stage.group = group.wake(SESSION_MS as i32, self.stage.group.empty_since(), self.stage.now);
            }
            _ => {}
        }
        assert!(self.stage.group.epoch() >= before, "epochs never go back");
        self.check();
    }

    fn beat(&mut self, who: usize, gives_back: bool, answer_lost: bool) {
        if !self.clients[who].joined {
            return;
        }
        let client = &mut self.clients[who];
        if gives_back {
            // Gives back what is not its own any more, and takes what is.
            client.holds = client.wanted.clone();
        }
        let request = Heartbeat {
            member_id: format!("m{who}-{}", client.life),
            epoch: client.epoch,
            owned: Some(client.holds.clone()),
            rebalance_timeout_ms: client.tells_all.then_some(REBALANCE_MS as i32),
            names: client.tells_all.then(|| BTreeSet::from([Arc::from("t")])),
            ..Heartbeat::default()
        };
        client.tells_all = answer_lost;
        match self.stage.beat(request) {
            Ok(_) if answer_lost => {}
            Ok(answer) => self.hear(who, answer),
            Err(_) => self.lose(who),
        }
    }

    fn hear(&mut self, who: usize, answer: HeartbeatAnswer) {
        let client = &mut self.clients[who];
        client.epoch = answer.epoch;
        if let Some(assignment) = answer.assignment {
            client.wanted = assignment;
        }
    }

    fn lose(&mut self, who: usize) {
        let life = self.clients[who].life;
        // It may come back only once the group has forgotten it: another process with another id.
        let request = Heartbeat { member_id: self.id(who), epoch: -1, ..Heartbeat::default() };
        let _ = self.stage.beat(request);
        self.clients[who] = Client { life, ..Client::default() };
    }

    fn check(&self) {
        let mut owners = BTreeMap::new();
        for (who, client) in self.clients.iter().enumerate() {
            for (topic, partitions) in &client.holds {
                for partition in partitions {
                    let other = owners.insert((*topic, *partition), who);
                    assert_eq!(other, None, "two members hold partition {partition}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_owner_a_partition_and_every_member_arrives(steps in steps()) {
        let mut run = Run::new();
        for step in &steps {
            run.act(step);
        }
        // From here on everybody follows the protocol: all arrive, and together they hold everything.
        for _ in 0..40 {
            for who in 0..run.clients.len() {
                run.act(&Step::Beat { who, gives_back: true, answer_lost: false });
            }
            run.act(&Step::Wait(1_000));
        }
        let here: Vec<_> = run.clients.iter().filter(|client| client.joined).collect();
        let state = run.stage.group.state();
        prop_assert_eq!(state, if here.is_empty() { GroupState::Empty } else { GroupState::Stable });
        let held: usize = here.iter().flat_map(|client| client.holds.values()).map(BTreeSet::len).sum();
        let all = run.stage.catalog.topic("t").map_or(0, |topic| topic.partitions as usize);
        prop_assert_eq!(held, if here.is_empty() { 0 } else { all });
        let sizes: Vec<usize> = here.iter().map(|client| client.holds.values().map(BTreeSet::len).sum()).collect();
        if let (Some(most), Some(least)) = (sizes.iter().max(), sizes.iter().min()) {
            prop_assert!(most - least <= 1, "uneven: {sizes:?}");
        }
    }

    #[test]
    fn nobody_stays_for_ever(steps in steps()) {
        let mut run = Run::new();
        for step in &steps {
            run.act(step);
        }
        for _ in 0..100 {
            let Some(deadline) = run.stage.group.next_deadline() else { break };
            let wait = (deadline - run.stage.now).max(0);
            prop_assert!(wait <= REBALANCE_MS.max(SESSION_MS), "a deadline {wait} ms away");
            run.stage.step(wait);
        }
        prop_assert_eq!(run.stage.group.state(), GroupState::Empty);
    }
}
