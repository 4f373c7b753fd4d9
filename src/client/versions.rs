//! The version of each API that is asked in.

use std::collections::HashMap;

use kafka_protocol::messages::{ApiKey, ApiVersionsResponse};

use crate::codec::apis;

/// Where the client says less than the codec can carry: lowest and highest version. Produce: from version 13 on topic ids
/// replace names, and a name is what a screen has; every Kafka from 2.7 to 4.x serves these. Metadata: before 4,
/// looking at a topic could make it. OffsetFetch: before 2, all offsets of a group cannot be asked for. JoinGroup: version
/// 0 has no rebalance timeout. The other maxima add nothing that is used.
const NARROWER: &[(ApiKey, i16, i16)] = &[
    (ApiKey::Produce, 3, 12),
    (ApiKey::Fetch, 4, 17),
    (ApiKey::ListOffsets, 1, 9),
    (ApiKey::Metadata, 4, 12),
    (ApiKey::OffsetFetch, 2, 9),
    (ApiKey::FindCoordinator, 0, 5),
    (ApiKey::JoinGroup, 1, 9),
    (ApiKey::DescribeGroups, 0, 5),
];

/// The versions that a peer serves, as its ApiVersions says.
#[derive(Debug, Clone, Default)]
pub(super) struct PeerVersions(HashMap<i16, (i16, i16)>);

/// No version in common: what we and what the peer speak, as texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoCommonVersion {
    pub ours: String,
    pub peer: String,
}

impl PeerVersions {
    pub fn of(answer: &ApiVersionsResponse) -> Self {
        Self(answer.api_keys.iter().map(|api| (api.api_key, (api.min_version, api.max_version))).collect())
    }

    /// The highest version of an API that both sides speak, at most `version_max`.
    pub fn choose_up_to(&self, key: i16, version_max: i16) -> Result<i16, NoCommonVersion> {
        let peer = self.0.get(&key).copied();
        let api = ApiKey::try_from(key).ok();
        let narrower = NARROWER.iter().find(|(api, ..)| *api as i16 == key);
        let (least, most) = narrower.map_or((0, version_max), |(_, least, most)| (*least, version_max.min(*most)));
        let chosen = api.zip(peer).and_then(|(api, (min, max))| apis::choose(api, min.max(least), max.min(most)));
        chosen.ok_or_else(|| {
            let ours = api.and_then(apis::served).map(|api| (api.min.max(least), api.max.min(most)));
            NoCommonVersion { ours: range_text(ours), peer: range_text(peer) }
        })
    }
}

fn range_text(range: Option<(i16, i16)>) -> String {
    range.map_or_else(|| "none".to_owned(), |(min, max)| format!("{min} to {max}"))
}

#[cfg(test)]
mod tests {
    use kafka_protocol::messages::api_versions_response::ApiVersion;

    use super::*;

    fn peer(min: i16, max: i16) -> PeerVersions {
        let api = ApiVersion::default().with_api_key(1).with_min_version(min).with_max_version(max);
        PeerVersions::of(&ApiVersionsResponse::default().with_api_keys(vec![api]))
    }

    #[test]
    fn the_highest_common_version_is_chosen() {
        assert_eq!(peer(4, 18).choose_up_to(1, i16::MAX), Ok(17));
        assert_eq!(peer(4, 18).choose_up_to(1, 12), Ok(12));
        assert_eq!(peer(0, 7).choose_up_to(1, i16::MAX), Ok(7));
        assert!(peer(18, 18).choose_up_to(1, i16::MAX).is_err());
        assert!(peer(4, 18).choose_up_to(0, i16::MAX).is_err());
    }
}
