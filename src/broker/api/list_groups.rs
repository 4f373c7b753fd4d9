//! ListGroups, filtered by state and type.

use std::sync::Arc;

use kafka_protocol::{
    messages::{GroupId, ListGroupsRequest, ListGroupsResponse, list_groups_response::ListedGroup},
    protocol::StrBytes,
};

use super::text;
use crate::broker::inner::Inner;

pub fn answer(broker: &Arc<Inner>, version: i16, request: ListGroupsRequest) -> ListGroupsResponse {
    let passes = |filter: &[StrBytes], word: &str| {
        filter.is_empty() || filter.iter().any(|wanted| wanted.as_str().eq_ignore_ascii_case(word))
    };
    let groups = broker
        .coordinator
        .list()
        .into_iter()
        .filter(|group| {
            passes(&request.states_filter, group.state.as_str()) && passes(&request.types_filter, group.group_type)
        })
        .map(|group| {
            let mut listed = ListedGroup::default()
                .with_group_id(GroupId(text(&group.id)))
                .with_protocol_type(text(&group.protocol_type));
            if version >= 4 {
                listed.group_state = text(group.state.as_str());
            }
            if version >= 5 {
                listed.group_type = text(group.group_type);
            }
            listed
        });
    ListGroupsResponse::default().with_groups(groups.collect())
}
