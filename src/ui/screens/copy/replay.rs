//! A topic replayed into another one: which, how fast, with which times.

use egui::Ui;

use crate::{
    model::check_topic_name,
    session::transfers::REPLAY_SPEEDS,
    ui::{
        ctx::Ctx,
        theme::BETWEEN,
        widgets::{self, Dialog, DialogEnd, Field},
    },
};

/// Width of the dialog, in points.
const WIDTH: f32 = 480.0;

/// The dialog with what was filled in.
pub struct ReplayDialog {
    topic: String,
    into: String,
    speed: String,
    now: bool,
}

impl ReplayDialog {
    /// Begins with that topic, or else the first one.
    pub fn new(ctx: &Ctx<'_>, topic: Option<&str>) -> Self {
        let exists = |name: &&str| ctx.facts.topics.iter().any(|topic| &*topic.name == *name);
        let first = || ctx.facts.topics.iter().find(|topic| !topic.internal).map(|topic| &*topic.name);
        let topic = topic.filter(exists).or_else(first).unwrap_or_default().to_owned();
        Self { into: format!("{topic}-replay"), topic, speed: "1".to_owned(), now: true }
    }

    /// Draws it; true when it is over.
    pub fn show(&mut self, ui: &Ui, ctx: &Ctx<'_>) -> bool {
        let why_not = self.fault(ctx).map(|id| ctx.t(id));
        let (title, verb, cancel) = (ctx.t("replay-title"), ctx.t("replay-verb"), ctx.t("cancel"));
        let dialog = Dialog::new(&title, &verb, &cancel).unless(why_not.as_deref()).width(WIDTH);
        match dialog.show(ui.ctx(), |ui| self.fields(ui, ctx)) {
            DialogEnd::Open => false,
            DialogEnd::Cancelled => true,
            DialogEnd::Confirmed => {
                let Some(speed) = self.speed() else { return false };
                let (topic, into, now) = (self.topic.clone(), self.into.clone(), self.now);
                ctx.with_session(move |session| {
                    session.start_replay(&topic, &into, speed, now);
                });
                true
            }
        }
    }

    fn fields(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.spacing_mut().item_spacing.y = BETWEEN;
        widgets::paragraph(ui, &ctx.t("replay-about"));
        let own = ctx.facts.topics.iter().filter(|topic| !topic.internal);
        let topics: Vec<_> = own.map(|topic| (topic.name.to_string(), topic.name.to_string())).collect();
        let before = format!("{}-replay", self.topic);
        if widgets::select(ui, &ctx.t("export-topic"), &mut self.topic, &topics, 240.0) && self.into == before {
            self.into = format!("{}-replay", self.topic);
        }
        let label = ctx.t("replay-into");
        widgets::text_field(ui, &Field::new(&label), &mut self.into);
        let (label, fault) = (ctx.t("replay-speed"), ctx.t("replay-speed-fault"));
        let fault = self.speed().is_none().then_some(&*fault);
        let field = Field { fault, mono: true, width: 160.0, ..Field::new(&label) };
        widgets::text_field(ui, &field, &mut self.speed);
        widgets::check(ui, &mut self.now, &ctx.t("replay-now"));
    }

    fn speed(&self) -> Option<f64> {
        self.speed.trim().parse().ok().filter(|speed| REPLAY_SPEEDS.contains(speed))
    }

    fn fault(&self, ctx: &Ctx<'_>) -> Option<&'static str> {
        if ctx.session.is_some_and(crate::session::Session::is_read_only) {
            Some("read-only-why")
        } else if !ctx.facts.topics.iter().any(|topic| *topic.name == *self.topic) {
            Some("export-no-topic")
        } else if check_topic_name(&self.into).is_err() {
            Some("import-topic-hint")
        } else if self.into == self.topic {
            Some("replay-itself")
        } else if self.speed().is_none() {
            Some("replay-speed-fault")
        } else {
            None
        }
    }
}
