//! Where the window is: one value that is shown, remembered between starts, and walked back and forth.

use serde::{Deserialize, Serialize};

use crate::{
    model::{Offset, PartitionId},
    session::connections::ConnectionId,
};

/// A place in the window.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    #[default]
    Overview,
    Topics,
    Topic {
        name: String,
        tab: TopicTab,
    },
    /// One record in the messages of its topic.
    Record {
        topic: String,
        partition: PartitionId,
        offset: Offset,
    },
    /// What became of one record.
    Life {
        topic: String,
        partition: PartitionId,
        offset: Offset,
    },
    Groups,
    Group {
        id: String,
        tab: GroupTab,
    },
    Consume,
    Connections,
    /// One client among the connections, by its key.
    Client {
        key: String,
    },
    /// One request among those of all clients.
    Request {
        id: u64,
    },
    /// The nodes of the cluster, and what is wrong with its partitions.
    Brokers,
    /// Rules, users and quotas.
    Access,
    /// How to connect a program.
    ConnectApp,
    Transfers,
    /// The lessons.
    Labs,
    /// One lesson, or the free stage, by its id.
    Lab {
        id: String,
    },
    /// A topic of the workspace in the picture of the lessons.
    Watch {
        topic: String,
    },
    Settings,
    /// The clusters that are known.
    Clusters,
    /// The form of one of them; without an id, of a new one.
    ClusterForm {
        id: Option<ConnectionId>,
    },
}

impl Place {
    /// The first tab of a topic.
    pub fn topic(name: impl Into<String>) -> Self {
        Self::Topic { name: name.into(), tab: TopicTab::default() }
    }

    /// The first tab of a group.
    pub fn group(id: impl Into<String>) -> Self {
        Self::Group { id: id.into(), tab: GroupTab::default() }
    }

    /// About the window as a whole, whatever cluster is shown.
    pub fn is_of_window(&self) -> bool {
        matches!(self, Self::Settings | Self::Clusters | Self::ClusterForm { .. })
    }

    /// Whether another place shows the same thing from another side: no step on the way back.
    pub fn is_same_thing(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Topic { name: to, .. }, Self::Topic { name: from, .. })
            | (Self::Group { id: to, .. }, Self::Group { id: from, .. })
            | (Self::Topic { name: to, .. }, Self::Record { topic: from, .. })
            | (Self::Record { topic: to, .. }, Self::Topic { name: from, .. }) => to == from,
            (
                Self::Connections | Self::Client { .. } | Self::Request { .. },
                Self::Connections | Self::Client { .. } | Self::Request { .. },
            ) => true,
            _ => false,
        }
    }

    /// The entry of the left navigation that this place belongs to.
    pub fn root(&self) -> Self {
        match self {
            Self::Topic { .. } | Self::Record { .. } | Self::Life { .. } | Self::Watch { .. } => Self::Topics,
            Self::Group { .. } => Self::Groups,
            Self::Client { .. } | Self::Request { .. } | Self::ConnectApp => Self::Connections,
            Self::Lab { .. } => Self::Labs,
            Self::ClusterForm { .. } => Self::Clusters,
            other => other.clone(),
        }
    }
}

/// The tabs of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TopicTab {
    #[default]
    Messages,
    Produce,
    Partitions,
    Producers,
    Groups,
    Settings,
}

impl TopicTab {
    pub const ALL: [Self; 6] =
        [Self::Messages, Self::Produce, Self::Partitions, Self::Producers, Self::Groups, Self::Settings];
}

/// The tabs of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupTab {
    /// How far it is: the lag of a subscription, the records of a queue.
    #[default]
    Lag,
    Members,
    Partitions,
    /// Only of a subscription.
    Rebalances,
    Settings,
}

impl GroupTab {
    /// Of a subscription.
    pub const ALL: [Self; 5] = [Self::Lag, Self::Members, Self::Partitions, Self::Rebalances, Self::Settings];
    /// Of a queue, which never rebalances: members come and go while records are handed out.
    pub const QUEUE: [Self; 4] = [Self::Lag, Self::Members, Self::Partitions, Self::Settings];
}

/// The way back and the way forth.
#[derive(Debug, Default)]
pub struct History {
    back: Vec<Place>,
    forward: Vec<Place>,
}

/// Places kept in each direction.
const HISTORY_PLACES_MAX: usize = 100;

impl History {
    /// Notes that `from` was left for another place.
    pub fn leave(&mut self, from: Place) {
        self.forward.clear();
        if self.back.len() == HISTORY_PLACES_MAX {
            self.back.remove(0);
        }
        self.back.push(from);
    }

    /// The place before `here`, if any.
    pub fn back(&mut self, here: &Place) -> Option<Place> {
        let place = self.back.pop()?;
        self.forward.push(here.clone());
        Some(place)
    }

    /// The place that [`Self::back`] came from, if any.
    pub fn forward(&mut self, here: &Place) -> Option<Place> {
        let place = self.forward.pop()?;
        self.back.push(here.clone());
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_walks_back_and_forth_and_forgets_the_way_forth_when_leaving() {
        let mut history = History::default();
        history.leave(Place::Overview);
        history.leave(Place::Topics);
        assert_eq!(history.back(&Place::Groups), Some(Place::Topics));
        assert_eq!(history.forward(&Place::Topics), Some(Place::Groups));
        assert_eq!(history.back(&Place::Groups), Some(Place::Topics));
        history.leave(Place::Topics);
        assert_eq!(history.forward(&Place::Consume), None);
    }
}
