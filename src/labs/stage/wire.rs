//! The way from an actor to the broker of its stage, on which answers can be lost.

use std::sync::Arc;

use kafka_protocol::messages::{RequestKind, ResponseKind};
use parking_lot::Mutex;
use rand::{RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};

use crate::{
    broker::Broker,
    client::{BoxFuture, ClientError, Connection, Transport},
    session::in_process::InProcess,
};

/// What goes wrong on the way of one actor.
pub struct Faults {
    state: Mutex<State>,
}

struct State {
    lost_answers_percent: f64,
    /// Answers to Produce that were lost.
    lost: u64,
    chance: Xoshiro256PlusPlus,
}

impl Faults {
    /// Nothing goes wrong yet.
    pub fn new(seed: u64) -> Arc<Self> {
        let chance = Xoshiro256PlusPlus::seed_from_u64(seed);
        Arc::new(Self { state: Mutex::new(State { lost_answers_percent: 0.0, lost: 0, chance }) })
    }

    /// Of a hundred answers to Produce so many are lost from now on.
    pub fn lose_answers(&self, percent: f64) {
        self.state.lock().lost_answers_percent = percent;
    }

    /// Answers that were lost since the last call.
    pub fn take_lost(&self) -> u64 {
        std::mem::take(&mut self.state.lock().lost)
    }

    fn loses_this(&self) -> bool {
        let mut state = self.state.lock();
        let percent = state.lost_answers_percent;
        let loses = percent > 0.0 && state.chance.random::<f64>() * 100.0 < percent;
        state.lost += u64::from(loses);
        loses
    }
}

/// Connects an actor.
pub struct Wire {
    way: InProcess,
    faults: Arc<Faults>,
}

impl Wire {
    /// Calls go to `broker` in the name of `client_id`.
    pub fn new(broker: Broker, client_id: &str, faults: Arc<Faults>) -> Self {
        Self { way: InProcess::new(broker, client_id), faults }
    }
}

impl Transport for Wire {
    fn connect(&self, node: Option<i32>) -> BoxFuture<'_, Result<Arc<dyn Connection>, ClientError>> {
        Box::pin(async move {
            let way = self.way.connect(node).await?;
            Ok(Arc::new(Faulty { way, faults: Arc::clone(&self.faults) }) as Arc<dyn Connection>)
        })
    }

    fn chance(&self) -> f64 {
        self.faults.state.lock().chance.random()
    }
}

struct Faulty {
    way: Arc<dyn Connection>,
    faults: Arc<Faults>,
}

impl Connection for Faulty {
    fn call(&self, version: i16, request: RequestKind) -> BoxFuture<'_, Result<ResponseKind, ClientError>> {
        Box::pin(async move {
            let may_be_lost = matches!(request, RequestKind::Produce(_));
            let answer = self.way.call(version, request).await;
            if may_be_lost && self.faults.loses_this() {
                let asked = "produce".to_owned();
                return Err(ClientError::Disconnected { asked, why: "the answer was lost on its way".to_owned() });
            }
            answer
        })
    }

    fn node_id(&self) -> i32 {
        self.way.node_id()
    }
}
