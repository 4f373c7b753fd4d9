//! What this workspace holds and what needs a look; for an empty one, what to do first.

mod busiest;
mod first;
mod rates;

use egui::Ui;

use crate::ui::{
    action::Action,
    clusters::addresses,
    command::Command,
    ctx::Ctx,
    format, icon,
    place::Place,
    theme::{self, BETWEEN},
    widgets::{self, Button},
};

/// What the screen keeps between frames.
#[derive(Default)]
pub struct OverviewScreen {
    rates: rates::Rates,
    look: super::topics::NeedsALook,
}

impl OverviewScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if !ctx.facts.first_load_done {
            widgets::page(ui, |_| ());
        } else if !ctx.is_cluster() && ctx.facts.topics.iter().all(|topic| topic.internal) {
            first::show(ui, ctx);
        } else {
            self.filled(ui, ctx);
        }
    }

    fn filled(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        widgets::page_scroll(ui, |ui| {
            ui.spacing_mut().item_spacing.y = BETWEEN;
            header(ui, ctx);
            figures(ui, ctx);
            // The chart takes what the window gives; the rest scrolls when it is small.
            let height = (ui.clip_rect().bottom() - ui.cursor().top() - 16.0).max(420.0);
            let upper = (height * 0.52).floor();
            widgets::columns(ui, upper, &[1.0], |ui, _| self.rates.show(ui, ctx));
            widgets::columns(ui, height - upper - BETWEEN, &[1.6, 1.0], |ui, column| {
                if column == 0 {
                    busiest::show(ui, ctx);
                } else {
                    self.look.ui(ui, ctx);
                }
            });
        });
    }
}

fn header(ui: &mut Ui, ctx: &Ctx<'_>) {
    widgets::page_header(
        ui,
        &[],
        &ctx.t("nav-overview"),
        |ui| {
            let color = theme::of(ui).quiet;
            widgets::elided(ui, &whereabouts(ctx), theme::body(), color);
        },
        |ui| {
            let why = ctx.read_only_why();
            if ui.add(Button::primary(&ctx.t(Command::NewTopic.text_id())).unless(why.as_deref())).clicked() {
                ctx.act(Action::Run(Command::NewTopic));
            }
            if ui.add(Button::secondary(&ctx.t("overview-import")).icon(icon::IMPORT).unless(why.as_deref())).clicked()
            {
                ctx.act(Action::Run(Command::ImportFile));
            }
            // Samples are for one's own workspace.
            if ctx.is_cluster() {
                return;
            }
            let sample = ui.add(Button::secondary(&ctx.t("overview-sample")).icon(icon::DROP).opens_menu());
            widgets::menu(&sample, |ui| {
                for command in [Command::LoadSample, Command::ReplaySample] {
                    if widgets::item(ui, command.icon(), &ctx.t(command.text_id()), None) {
                        ctx.act(Action::Run(command));
                    }
                }
            });
        },
    );
}

/// Where it is: the addresses of a cluster, or the folder and the listener of the workspace.
fn whereabouts(ctx: &Ctx<'_>) -> String {
    if let Some(profile) = &ctx.cluster.profile {
        return ctx.text.say(&addresses(profile));
    }
    let place = ctx.facts.cluster.data_dir.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    let kept = ctx.text.with("overview-kept-in", &[("path", place.into())]);
    match &ctx.facts.cluster.address {
        Some(address) => ctx.text.with("overview-at", &[("address", address.as_str().into()), ("kept", kept.into())]),
        None => kept,
    }
}

fn figures(ui: &mut Ui, ctx: &Ctx<'_>) {
    let topics: Vec<_> = ctx.facts.topics.iter().filter(|topic| !topic.internal).collect();
    let records: u64 = topics.iter().map(|topic| topic.records).sum();
    let partitions: usize = topics.iter().map(|topic| topic.partitions.len()).sum();
    let members: usize = ctx.facts.groups.iter().map(|group| group.members.len()).sum();
    let cluster = &ctx.facts.cluster;
    let (size, unit) = cluster.size_bytes.map_or((format::UNKNOWN.to_owned(), ""), format::bytes);
    let bytes = |rate: Option<f64>| {
        rate.map_or(String::new(), |rate| {
            ctx.text.with("overview-bytes", &[("size", format::bytes_text(rate as u64).into())])
        })
    };
    let cards = [
        (
            ctx.t("overview-records"),
            format::count(records),
            "".into(),
            ctx.text.with(
                "overview-in-topics",
                &[("topics", (topics.len() as u64).into()), ("partitions", (partitions as u64).into())],
            ),
            Place::Topics,
        ),
        (
            ctx.t("overview-in"),
            format::rate_or_unknown(cluster.in_per_second),
            ctx.t("overview-a-second"),
            bytes(cluster.in_bytes_per_second),
            Place::Topics,
        ),
        (
            ctx.t("overview-out"),
            format::rate_or_unknown(cluster.out_per_second),
            ctx.t("overview-a-second"),
            bytes(cluster.out_bytes_per_second),
            Place::Consume,
        ),
        (
            ctx.t("nav-groups"),
            format::count(ctx.facts.groups.len() as u64),
            "".into(),
            ctx.text.with("count-members", &[("n", (members as u64).into())]),
            Place::Groups,
        ),
        (ctx.t("overview-disk"), size, unit.into(), ctx.t("overview-disk-about").to_string(), Place::Settings),
    ];
    widgets::columns(ui, 92.0, &[1.0; 5], |ui, index| {
        let (label, value, unit, below, place) = &cards[index];
        let card = widgets::card(ui, |ui| widgets::figure(ui, label, value, None, unit, (below, None)));
        // A card of its own sense: one that becomes clickable afterwards loses the focus in every frame.
        let open = ui.interact(card.response.rect, ui.scope_id().with("open"), egui::Sense::click());
        open.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Link, true, format!("{label}: {value} {unit}")));
        widgets::focus_ring(ui, &open, card.response.rect);
        if open.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
            ctx.go(place.clone());
        }
    });
}
