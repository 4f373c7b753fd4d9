//! Free play: an empty stage, a palette of actors to put on it, and one file that it is saved to.

mod actor_dialog;
mod topic_dialog;

use std::sync::Arc;

use egui::{ScrollArea, Ui};

use self::{actor_dialog::ActorDialog, topic_dialog::TopicDialog};
use super::{FREE_PLAY, Wish, panel, sliders::Sliders};
use crate::{
    labs::{
        file::{ACTORS_MAX, Action, Actions, ActorKind, ActorSpec, FORMAT, LabFile, TOPICS_MAX, Text, TopicSpec},
        picture::words,
        view::StageView,
    },
    ui::{
        self, Command, Ctx, icon,
        text::Language,
        theme::fonts,
        widgets::{self, Button},
    },
};

/// Name of the file that is proposed.
const FILE_NAME: &str = "free-play.toml";

/// What is on the stage, as the file that it would be saved to; and the dialog that is open.
pub(super) struct FreePlay {
    file: LabFile,
    dialog: Option<Dialog>,
}

enum Dialog {
    Actor(Box<ActorDialog>),
    Topic(TopicDialog),
}

impl FreePlay {
    /// The stage before anybody is on it.
    pub(super) fn empty() -> LabFile {
        LabFile {
            format: FORMAT,
            id: FREE_PLAY.to_owned(),
            number: 0,
            seed: 42,
            next: None,
            minutes: 0,
            layout: Default::default(),
            listen: false,
            title: in_both_languages("labs-free"),
            intro: Text::default(),
            lanes: Vec::new(),
            topics: Vec::new(),
            groups: Vec::new(),
            actors: Vec::new(),
            charts: Vec::new(),
            counters: Vec::new(),
            sliders: Vec::new(),
            what_if: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// Goes on with a file.
    pub(super) fn of(file: &LabFile) -> Self {
        Self { file: file.clone(), dialog: None }
    }

    /// What is on the stage now, to begin anew with it.
    pub(super) fn file(&self) -> Arc<LabFile> {
        Arc::new(self.file.clone())
    }

    /// The panel at the right: what can be added, what is there, the file.
    pub(super) fn panel(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        view: &StageView,
        sliders: &mut Sliders,
        wishes: &mut Vec<Wish>,
    ) {
        panel::frame(ui, |ui| {
            panel::foot(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 8.0;
                sliders.behind(ui, ctx, view, &self.file);
                self.files(ui, ctx);
            });
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                ui.set_max_width(ui.available_width() - panel::SCROLL);
                ui.spacing_mut().item_spacing.y = 8.0;
                widgets::section(ui, &ctx.t("lab-free-title"));
                widgets::paragraph(ui, &ctx.t("lab-free-about"));
                self.palette(ui, ctx);
                self.hand(ui, ctx, wishes);
                panel::rule(ui);
                self.topics(ui, ctx);
                widgets::caption(ui, &ctx.t("lab-free-actors-hint"));
            });
        });
    }

    /// The stage while nothing is on it.
    pub(super) fn empty_stage(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, wishes: &mut Vec<Wish>) {
        if widgets::empty(ui, icon::LABS, &ctx.t("lab-free-empty"), Some(&ctx.t("lab-free-example")))
            .is_some_and(|button| button.clicked())
        {
            self.example(wishes);
        }
    }

    /// A producer, a topic and a consumer: something that moves, to begin with.
    fn example(&mut self, wishes: &mut Vec<Wish>) {
        let topic = TopicSpec { name: "orders".into(), partitions: 2, lane: None, config: Default::default() };
        self.add_topic(topic, wishes);
        let mut shop = ActorSpec::new("shop", ActorKind::Producer);
        (shop.topic, shop.rate) = (Some("orders".into()), Some(2.0));
        let mut anna = ActorSpec::new("anna", ActorKind::Consumer);
        (anna.topics, anna.group, anna.processing_ms) = (vec!["orders".into()], Some("billing".into()), Some(300.0));
        for actor in [shop, anna] {
            self.put(actor, None, wishes);
        }
    }

    fn palette(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let half = (ui.available_width() - 8.0) / 2.0;
        let full = self.file.actors.len() >= ACTORS_MAX;
        let no_topic = self.file.topics.is_empty();
        let why_full = full.then(|| ctx.t("lab-free-full"));
        let why_topic = no_topic.then(|| ctx.t("lab-free-topic-first"));
        ui.horizontal(|ui| {
            let button = Button::secondary(&ctx.t("lab-free-add-topic")).icon(icon::TOPICS).min_width(half).show(ui);
            if button.clicked() && self.file.topics.len() < TOPICS_MAX {
                self.dialog = Some(Dialog::Topic(TopicDialog::new(&self.file)));
            }
            let why = why_topic.as_deref().or(why_full.as_deref());
            let words = ctx.t("lab-free-add-producer");
            let button = Button::secondary(&words).icon(icon::SEND).min_width(half).unless(why).show(ui);
            if button.clicked() {
                self.ask_actor(ActorKind::Producer);
            }
        });
        ui.horizontal(|ui| {
            let why = why_topic.as_deref().or(why_full.as_deref());
            let words = ctx.t("lab-free-add-consumer");
            let button = Button::secondary(&words).icon(icon::CONSUME).min_width(half).unless(why).show(ui);
            if button.clicked() {
                self.ask_actor(ActorKind::Consumer);
            }
            let words = ctx.t("lab-free-add-service");
            let button = Button::secondary(&words).icon(icon::SETTINGS).min_width(half).unless(why).show(ui);
            if button.clicked() {
                self.ask_actor(ActorKind::Service);
            }
        });
    }

    /// One message by hand into each topic.
    fn hand(&self, ui: &mut Ui, ctx: &Ctx<'_>, wishes: &mut Vec<Wish>) {
        for topic in &self.file.topics {
            let verb = ctx.text.with("lab-free-send", &[("topic", topic.name.as_str().into())]);
            let width = ui.available_width();
            if Button::secondary(&verb).icon(icon::ADD).min_width(width).spread(width).show(ui).clicked() {
                let topic = topic.name.clone();
                wishes.push(Wish::act(Action::Produce { topic, key: None, value: None, tombstone: false, times: 1 }));
            }
        }
    }

    fn topics(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        for topic in &self.file.topics {
            ui.horizontal(|ui| {
                icon::show(ui, icon::TOPICS, ui::theme::of(ui).quiet);
                widgets::rich(ui, &topic.name, fonts::data(), ui::theme::of(ui).text);
                widgets::caption(ui, &ctx.text.with("count-partitions", &[("n", i64::from(topic.partitions).into())]));
            });
        }
    }

    fn files(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let width = ui.available_width();
        let nothing = self.file.topics.is_empty() && self.file.actors.is_empty();
        let why = nothing.then(|| ctx.t("lab-free-nothing"));
        let (save, open) = (ctx.t("lab-free-save"), ctx.t("labs-open"));
        if Button::secondary(&open).icon(icon::FOLDER).min_width(width).show(ui).clicked() {
            ctx.act(ui::Action::Run(Command::OpenLab));
        }
        let save = Button::secondary(&save).icon(icon::EXPORT).min_width(width).unless(why.as_deref());
        if save.show(ui).clicked() {
            self.save(ctx);
        }
    }

    fn save(&self, ctx: &Ctx<'_>) {
        match self.file.to_toml() {
            Ok(text) => ctx.with_session(move |session| session.save_file(FILE_NAME, text.into_bytes())),
            Err(error) => tracing::warn!(%error, "a free play could not be written as a file"),
        }
    }

    /// The dialog that is open, if any.
    pub(super) fn dialogs(&mut self, ui: &Ui, ctx: &Ctx<'_>, wishes: &mut Vec<Wish>) {
        match &mut self.dialog {
            None => {}
            Some(Dialog::Actor(dialog)) => match dialog.ui(ui, ctx, &self.file) {
                End::Open => {}
                End::Cancelled => self.dialog = None,
                End::Done(spec) => {
                    let before = dialog.before().map(ToOwned::to_owned);
                    self.dialog = None;
                    self.put(*spec, before.as_deref(), wishes);
                }
            },
            Some(Dialog::Topic(dialog)) => match dialog.ui(ui, ctx, &self.file) {
                End::Open => {}
                End::Cancelled => self.dialog = None,
                End::Done(spec) => {
                    self.dialog = None;
                    self.add_topic(*spec, wishes);
                }
            },
        }
    }

    fn ask_actor(&mut self, kind: ActorKind) {
        self.dialog = Some(Dialog::Actor(Box::new(ActorDialog::new(&self.file, kind))));
    }

    /// Opens the dialog of an actor that is there.
    pub(super) fn edit(&mut self, id: &str) {
        let Some(spec) = self.file.actor(id).cloned() else { return };
        self.dialog = Some(Dialog::Actor(Box::new(ActorDialog::of(spec))));
    }

    /// Takes an actor off the stage.
    pub(super) fn remove(&mut self, id: &str, wishes: &mut Vec<Wish>) {
        self.file.actors.retain(|actor| actor.id != id);
        wishes.push(Wish::act(Action::RemoveActor { actor: id.to_owned() }));
    }

    /// Notes what a slider has changed, so that it is in the file too.
    pub(super) fn note_set(&mut self, actor: &str, field: &str, value: f64) {
        let Some(spec) = self.file.actors.iter_mut().find(|spec| spec.id == actor) else { return };
        match field {
            "rate" => spec.rate = Some(value),
            "processing_ms" => spec.processing_ms = Some(value),
            "failure_percent" => spec.failure_percent = Some(value),
            "database_ms" => spec.database_ms = Some(value),
            "message_ms" => spec.message_ms = Some(value),
            "timeout_ms" => spec.timeout_ms = Some(value),
            "batch" => spec.batch = Some(value as u32),
            "capacity" => spec.capacity = Some(value as u32),
            "session_timeout_ms" => spec.session_timeout_ms = Some(value as u32),
            _ => {}
        }
    }

    fn put(&mut self, spec: ActorSpec, before: Option<&str>, wishes: &mut Vec<Wish>) {
        let mut actions = Vec::new();
        match before.and_then(|id| self.file.actors.iter().position(|actor| actor.id == id)) {
            Some(at) => {
                actions.push(Action::RemoveActor { actor: self.file.actors[at].id.clone() });
                self.file.actors[at] = spec.clone();
            }
            None => self.file.actors.push(spec.clone()),
        }
        actions.push(Action::AddActor { actor: Box::new(spec) });
        wishes.push(Wish::Do(Actions(actions)));
    }

    fn add_topic(&mut self, spec: TopicSpec, wishes: &mut Vec<Wish>) {
        wishes.push(Wish::act(Action::CreateTopic {
            topic: spec.name.clone(),
            partitions: spec.partitions,
            lane: None,
            config: spec.config.clone(),
        }));
        self.file.topics.push(spec);
    }
}

/// A text of the catalogue, for a file that may be opened in either language.
fn in_both_languages(id: &str) -> Text {
    let word = |language| ui::text::Text::new(language).get(id).to_string();
    Text { en: word(Language::English), zh: word(Language::Chinese) }
}

/// How a dialog ended in this frame.
pub(super) enum End<T> {
    Open,
    Cancelled,
    Done(Box<T>),
}

/// A name that is free among those, beginning with that word.
fn free_name<'a>(word: &str, taken: impl Iterator<Item = &'a str> + Clone) -> String {
    let named = |n: usize| if n == 1 { word.to_owned() } else { format!("{word}-{n}") };
    (1..).map(named).find(|name| !taken.clone().any(|other| other == name)).unwrap_or_default()
}

/// The words of a spec, for its dialog.
fn shown_name(ctx: &Ctx<'_>, spec: &ActorSpec) -> String {
    words(ctx, &spec.shown_name()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_on_the_stage_is_in_the_file_and_the_file_can_be_read() {
        let mut free = FreePlay::of(&FreePlay::empty());
        let mut wishes = Vec::new();
        free.example(&mut wishes);
        assert_eq!(wishes.len(), 3);
        free.note_set("shop", "rate", 7.0);
        let again = LabFile::parse(&free.file.to_toml().unwrap()).unwrap();
        assert_eq!(again, free.file);
        assert_eq!(again.actor("shop").unwrap().rate, Some(7.0));
        free.remove("shop", &mut wishes);
        assert!(free.file.actor("shop").is_none());
    }

    #[test]
    fn names_are_free() {
        assert_eq!(free_name("anna", ["ben"].into_iter()), "anna");
        assert_eq!(free_name("anna", ["anna", "anna-2"].into_iter()), "anna-3");
    }
}
