//! Which connections make one client, and what is worst about it.

use super::*;

fn view(id: ConnectionId, client_id: &str, member: Option<&str>) -> ConnectionView {
    let origin = Origin::Tcp {
        peer: ([127, 0, 0, 1], 50_000 + id as u16).into(),
        listener: ([127, 0, 0, 1], 9092).into(),
        encrypted: false,
    };
    let who = Who { connection: id, client_id: client_id.into(), software: None, origin, principal: "User:a".into() };
    ConnectionView {
        who: Arc::new(who),
        since: id as i64,
        closed_at: None,
        last_active: 100,
        requests: 1,
        errors: 0,
        bytes_in: 10,
        bytes_out: 20,
        requests_per_second: 1.5,
        working_per_second: 1.0,
        bytes_in_per_second: 10.0,
        bytes_out_per_second: 20.0,
        last_error: None,
        writes: Vec::new(),
        reads: vec!["orders".into()],
        groups: member.map(membership).into_iter().collect(),
        state: ClientState::Healthy,
        advice: vec![Advice::AcksLeader],
    }
}

fn membership(member: &str) -> Membership {
    Membership { group: "g".into(), member: member.into(), generation: 1, owned: 1, same_connection: true }
}

fn ids(clients: &[ClientFacts]) -> Vec<Vec<ConnectionId>> {
    clients.iter().map(|client| client.connections.iter().map(|one| one.who.connection).collect()).collect()
}

#[test]
fn connections_of_one_client_are_told_together() {
    let clients = together(vec![view(1, "shop", None), view(2, "billing", None), view(3, "shop", None)]);
    assert_eq!(ids(&clients), [vec![1, 3], vec![2]]);
    let shop = &clients[0];
    assert_eq!((shop.requests, shop.requests_per_second, shop.since), (2, 3.0, 1));
    assert_eq!((shop.reads.len(), shop.advice.len()), (1, 1));
    // Nobody says who they are.
    assert_eq!(ids(&together(vec![view(1, "", None), view(2, "", None)])), [vec![1], vec![2]]);
}

#[test]
fn members_of_a_group_under_one_client_id_are_clients_of_their_own() {
    let views = vec![
        view(1, "billing", None),
        view(2, "billing", Some("a")),
        view(7, "billing", None),
        view(8, "billing", Some("b")),
    ];
    assert_eq!(ids(&together(views)), [vec![1, 2], vec![7, 8]]);
}

#[test]
fn a_client_falls_behind_with_its_group_unless_it_errs() {
    let group = GroupFacts {
        id: "g".into(),
        kind: crate::model::GroupKind::Classic,
        state: crate::model::GroupState::Stable,
        protocol_type: "consumer".to_owned(),
        protocol: "range".to_owned(),
        generation: Some(1),
        epochs: None,
        members: Arc::new([]),
        partitions: Arc::new([]),
        topics: Arc::new([]),
        lag: Lag::Records(500),
        lag_per_second: Some(20.0),
        commit_per_second: None,
        behind_millis: Some(9_000),
        consumption: Arc::new([]),
        rebalances: Arc::new([]),
        queue: None,
        old: None,
    };
    let mut clients = together(vec![view(1, "billing", Some("a"))]);
    clients[0].fall_behind(std::slice::from_ref(&group));
    assert_eq!(clients[0].state, ClientState::FallingBehind { group: "g".into(), records: 500 });
    let catching_up = GroupFacts { lag_per_second: Some(-3.0), ..group.clone() };
    let mut clients = together(vec![view(1, "billing", Some("a"))]);
    clients[0].fall_behind(&[catching_up]);
    assert_eq!(clients[0].state, ClientState::Healthy);
    clients[0].state = ClientState::Erring { code: 3 };
    clients[0].fall_behind(&[group]);
    assert_eq!(clients[0].state, ClientState::Erring { code: 3 });
}
