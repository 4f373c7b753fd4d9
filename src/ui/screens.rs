//! The screens: one file (and folder) each, dispatched by place.

pub mod access;
pub mod brokers;
pub mod clusters;
pub mod connect_app;
pub mod connections;
pub mod consume;
pub mod copy;
pub mod group;
pub mod groups;
pub mod life;
mod old;
pub mod overview;
pub mod path_field;
pub mod requests;
pub mod settings;
pub mod topic;
pub mod topics;
pub mod transfers;

use super::{
    ctx::Ctx,
    place::{Place, TopicTab},
};
use crate::model::{Offset, PartitionId};

/// All screens with what they keep between frames.
#[derive(Default)]
pub struct Screens {
    overview: overview::OverviewScreen,
    topics: topics::TopicsScreen,
    topic: topic::TopicScreen,
    groups: groups::GroupsScreen,
    group: group::GroupScreen,
    consume: consume::ConsumeScreen,
    connections: connections::ConnectionsScreen,
    connect_app: connect_app::ConnectAppScreen,
    life: life::LifeScreen,
    brokers: brokers::BrokersScreen,
    access: access::AccessScreen,
    transfers: transfers::TransfersScreen,
    settings: settings::SettingsScreen,
    /// The place that was drawn last: a record is gone to once.
    seen: Option<Place>,
}

impl Screens {
    /// The next time that topic's messages are drawn, this record is brought into sight.
    pub fn show_record(&mut self, topic: &str, partition: PartitionId, offset: Offset) {
        self.topic.show_record(topic, partition, offset);
    }

    /// Draws the screen of the place that is shown, on the whole of `ui`.
    pub fn ui(&mut self, ui: &mut egui::Ui, ctx: &Ctx<'_>) {
        self.transfers.note_place(ctx.place);
        self.connect_app.note_place(ctx.place);
        self.settings.note_place(ctx.place);
        self.access.note_place(*ctx.place == Place::Access);
        note_in_sight(ctx);
        match ctx.place {
            Place::Overview => self.overview.ui(ui, ctx),
            Place::Topics => self.topics.ui(ui, ctx),
            Place::Topic { name, tab } => self.topic.ui(ui, ctx, name, *tab),
            Place::Record { topic, partition, offset } => {
                if self.seen.as_ref() != Some(ctx.place) {
                    self.topic.show_record(topic, *partition, *offset);
                }
                self.topic.ui(ui, ctx, topic, TopicTab::Messages);
            }
            Place::Life { topic, partition, offset } => self.life.ui(ui, ctx, topic, *partition, *offset),
            Place::Groups => self.groups.ui(ui, ctx),
            Place::Group { id, tab } => self.group.ui(ui, ctx, id, *tab),
            Place::Consume => self.consume.ui(ui, ctx),
            Place::Connections | Place::Client { .. } | Place::Request { .. } => self.connections.ui(ui, ctx),
            Place::ConnectApp => self.connect_app.ui(ui, ctx),
            Place::Brokers => self.brokers.ui(ui, ctx),
            Place::Access => self.access.ui(ui, ctx),
            Place::Transfers => self.transfers.ui(ui, ctx),
            Place::Settings => self.settings.ui(ui, ctx),
            // Drawn by the app, as they belong to the window and not to what is open in it.
            Place::Clusters | Place::ClusterForm { .. } => {}
            // Drawn by the room `labs`, which is built on this one.
            Place::Labs | Place::Lab { .. } | Place::Watch { .. } => {}
        }
        if self.seen.as_ref() != Some(ctx.place) {
            self.seen = Some(ctx.place.clone());
        }
    }
}

/// Tells the session which topics this place is about; the list of topics tells its rows itself.
fn note_in_sight(ctx: &Ctx<'_>) {
    let Some(session) = ctx.session else { return };
    match ctx.place {
        Place::Topics => {}
        Place::Topic { name, .. } => session.set_in_sight(vec![name.as_str().into()]),
        Place::Record { topic, .. } | Place::Life { topic, .. } | Place::Watch { topic } => {
            session.set_in_sight(vec![topic.as_str().into()]);
        }
        _ => session.set_in_sight(Vec::new()),
    }
}
