//! The steps, one after the other. What a failure does not tell by itself is found out by asking again in another way: a
//! listener that closes the connection is asked whether it speaks TLS, or whether users log in.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures_util::future::join_all;

use super::{
    Profile, Secrets, WalkStage, WalkState, WalkStep,
    advertised::{self, NODES_TRIED_MAX},
    words::WalkFault,
};
use crate::{
    client::{ClusterInfo, Probe, ReachCause, ReachFault, Reached, Sasl, Tls},
    model::HostPort,
    session::{
        Phrase,
        connections::{SaslPlan, security},
    },
};

/// Longest that one step waits, in milliseconds, whatever the profile says: somebody looks on.
const STEP_WAIT_MILLIS_MAX: u64 = 30_000;

/// Goes the way to a cluster, tells each step when it begins and when it is over, and answers whether all went well.
/// Dropping the future ends the test.
pub async fn walk(profile: &Profile, secrets: &Secrets, told: &mut (dyn FnMut(WalkStep) + Send)) -> bool {
    let wait = Duration::from_millis(profile.timeouts.connect_millis.clamp(1, STEP_WAIT_MILLIS_MAX));
    let mut walker = Walker { profile, secrets, told, wait, stage: WalkStage::Name, since: Instant::now() };
    match walker.go().await {
        Ok(()) => true,
        Err(fault) => {
            let problem = fault.problem(walker.stage);
            walker.tell(WalkState::Failed, None, Some(problem));
            false
        }
    }
}

struct Walker<'a> {
    profile: &'a Profile,
    secrets: &'a Secrets,
    told: &'a mut (dyn FnMut(WalkStep) + Send),
    wait: Duration,
    /// The step that is being tried, and since when.
    stage: WalkStage,
    since: Instant,
}

/// Where the way leads.
struct Way {
    address: HostPort,
    found: Vec<SocketAddr>,
    tls: Option<Tls>,
}

impl From<ReachFault> for WalkFault {
    fn from(fault: ReachFault) -> Self {
        Self::Reach(fault)
    }
}

impl Walker<'_> {
    async fn go(&mut self) -> Result<(), WalkFault> {
        self.begin(WalkStage::Name);
        self.profile.check().map_err(|fault| WalkFault::Profile(fault.to_string()))?;
        let named = self.names().await?;
        self.begin(WalkStage::Tcp);
        let (address, found, reached) = self.reach(named).await?;
        self.begin(WalkStage::Tls);
        let plan = self.profile.security.tls.as_ref();
        let tls = plan.map(security::tls).transpose().map_err(|error| WalkFault::Profile(error.to_string()))?;
        let way = Way { address, found, tls };
        let mut probe = self.encrypt_and_ask(&way, reached).await?;
        let cluster = self.log_in_and_look(&way, &mut probe).await?;
        self.begin(WalkStage::AdvertisedListeners);
        let of = cluster.nodes.len().min(NODES_TRIED_MAX);
        let unreached =
            advertised::unreached(&cluster.nodes, way.tls.as_ref(), &self.profile.client_id, self.wait).await;
        if !unreached.is_empty() {
            return Err(WalkFault::Advertised { unreached, of, bootstrap: way.address });
        }
        self.passed(Phrase::new("walk-found-nodes").with("count", of as u64));
        Ok(())
    }

    /// The addresses of those bootstrap brokers whose names have some.
    async fn names(&mut self) -> Result<Vec<(HostPort, Vec<SocketAddr>)>, WalkFault> {
        let look_up = |address: &HostPort| {
            let (address, wait) = (address.clone(), self.wait);
            async move { Reached::look_up(&address, wait).await.map(|found| (address, found)) }
        };
        let (mut named, mut first_fault, mut nameless) = (Vec::new(), None, Vec::new());
        for outcome in join_all(self.profile.bootstrap.iter().map(look_up)).await {
            match outcome {
                Ok(found) => named.push(found),
                Err(fault) => {
                    nameless.push(fault.address.host.clone());
                    first_fault.get_or_insert(fault);
                }
            }
        }
        if let (true, Some(fault)) = (named.is_empty(), first_fault) {
            return Err(fault.into());
        }
        let mut addresses: Vec<String> =
            named.iter().flat_map(|(_, found)| found.iter().map(|one| one.ip().to_string())).collect();
        addresses.dedup();
        let found = if nameless.is_empty() {
            Phrase::new("walk-found-name")
        } else {
            Phrase::new("walk-found-name-some").with("nameless", nameless.join(", "))
        };
        self.passed(found.with("addresses", addresses.join(", ")));
        Ok(named)
    }

    /// Connects to the first bootstrap broker that listens.
    async fn reach(
        &mut self,
        named: Vec<(HostPort, Vec<SocketAddr>)>,
    ) -> Result<(HostPort, Vec<SocketAddr>, Reached), WalkFault> {
        let mut first_fault = None;
        for (address, found) in named {
            match Reached::connect(&address, &found, self.wait).await {
                Ok(reached) => {
                    self.passed(Phrase::new("walk-found-tcp").with("address", address.to_string()));
                    return Ok((address, found, reached));
                }
                Err(fault) => {
                    first_fault.get_or_insert(fault);
                }
            }
        }
        Err(first_fault.map_or_else(|| WalkFault::Profile(String::new()), WalkFault::Reach))
    }

    /// Encrypts, where that is wanted, and asks for the versions: only the first answer shows whether a listener wants
    /// encryption, or refuses this client's certificate.
    async fn encrypt_and_ask(&mut self, way: &Way, reached: Reached) -> Result<Probe, WalkFault> {
        let client_id = self.profile.client_id.as_str();
        let (mut probe, found) = match &way.tls {
            None => (reached.plain(client_id), None),
            Some(tls) => match reached.encrypt(tls, client_id).await {
                Ok((probe, encrypted)) => (probe, Some(encrypted.version)),
                Err(fault) => return Err(self.speaks_no_tls(way, fault).await.into()),
            },
        };
        let versions = match probe.versions().await {
            Err(fault) if way.tls.is_none() => Err(self.speaks_tls(way, fault).await),
            versions => versions,
        };
        if let Err(fault) = &versions
            && fault.cause.is_of_tls()
        {
            return Err(fault.clone().into());
        }
        match found {
            Some(version) => self.passed(Phrase::new("walk-found-tls").with("version", version)),
            None => self.skipped(Phrase::new("walk-skipped-tls")),
        }
        self.begin(WalkStage::Versions);
        self.passed(Phrase::new("walk-found-versions").with("count", versions? as u64));
        Ok(probe)
    }

    /// Logs in, where somebody is named, and asks for the cluster: only that shows whether a listener lets in whoever comes.
    async fn log_in_and_look(&mut self, way: &Way, probe: &mut Probe) -> Result<ClusterInfo, WalkFault> {
        self.begin(WalkStage::Authentication);
        let looked = match &self.profile.security.sasl {
            Some(plan) => {
                let sasl: Sasl =
                    security::sasl(plan, self.secrets).map_err(|error| WalkFault::Profile(error.to_string()))?;
                probe.log_in(&sasl).await?;
                let found = match plan {
                    SaslPlan::Password { user, .. } => Phrase::new("walk-found-login").with("user", user.as_str()),
                    SaslPlan::Token { .. } | SaslPlan::ClientCredentials(_) => Phrase::new("walk-found-token"),
                };
                self.passed(found.with("mechanism", plan.mechanism()));
                probe.cluster().await
            }
            None => {
                let looked = probe.cluster().await;
                if let Err(ReachFault { cause: ReachCause::Lost { .. } | ReachCause::ClosedUnanswered, .. }) = &looked
                    && let Some(offered) = self.offered(way).await
                {
                    return Err(WalkFault::WantsLogin { address: way.address.clone(), offered });
                }
                self.skipped(Phrase::new("walk-skipped-authentication"));
                looked
            }
        };
        self.begin(WalkStage::Metadata);
        let cluster = looked?;
        if cluster.nodes.is_empty() {
            return Err(WalkFault::NoNodes(way.address.clone()));
        }
        let id = cluster.cluster_id.clone().unwrap_or_else(|| "-".to_owned());
        self.passed(Phrase::new("walk-found-cluster").with("count", cluster.nodes.len() as u64).with("id", id));
        Ok(cluster)
    }

    /// A better word for a handshake that failed, if the listener is one without TLS.
    async fn speaks_no_tls(&self, way: &Way, fault: ReachFault) -> ReachFault {
        let unclear =
            matches!(fault.cause, ReachCause::ClosedInHandshake | ReachCause::TooSlow { .. } | ReachCause::Lost { .. });
        if unclear
            && let Ok(reached) = Reached::connect(&way.address, &way.found, self.wait).await
            && reached.plain(&self.profile.client_id).versions().await.is_ok()
        {
            return ReachFault { cause: ReachCause::NotTls, ..fault };
        }
        fault
    }

    /// A better word for a listener that did not answer, if it is one with TLS.
    async fn speaks_tls(&self, way: &Way, fault: ReachFault) -> ReachFault {
        if let Ok(reached) = Reached::connect(&way.address, &way.found, self.wait).await
            && reached.speaks_tls().await
        {
            return ReachFault { cause: ReachCause::WantsTls, ..fault };
        }
        fault
    }

    /// The mechanisms by which users log in, asked on a connection of its own.
    async fn offered(&self, way: &Way) -> Option<Vec<String>> {
        let reached = Reached::connect(&way.address, &way.found, self.wait).await.ok()?;
        let client_id = &self.profile.client_id;
        let probe = match &way.tls {
            Some(tls) => reached.encrypt(tls, client_id).await.ok()?.0,
            None => reached.plain(client_id),
        };
        probe.offered().await.ok().flatten()
    }

    fn begin(&mut self, stage: WalkStage) {
        (self.stage, self.since) = (stage, Instant::now());
        self.tell(WalkState::Running, None, None);
    }

    fn passed(&mut self, found: Phrase) {
        self.tell(WalkState::Passed, Some(found), None);
    }

    fn skipped(&mut self, found: Phrase) {
        self.tell(WalkState::Skipped, Some(found), None);
    }

    fn tell(&mut self, state: WalkState, found: Option<Phrase>, problem: Option<crate::session::Problem>) {
        (self.told)(WalkStep { stage: self.stage, state, found, problem, took: self.since.elapsed() });
    }
}
