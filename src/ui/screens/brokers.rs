//! The brokers of a cluster: where they are, what they lead and hold, how full their disks are, how they are set; and the
//! partitions that are not as they should be, each of which leads to its topic.

mod disks;
mod list;
mod settings;
mod troubles;

use std::time::{Duration, Instant};

use egui::Ui;

pub(in crate::ui::screens) use self::troubles::trouble_chip;
use self::{
    disks::DisksTab,
    list::{BrokerList, state_word},
    settings::SettingsTab,
    troubles::TroublesTab,
};
use crate::{
    session::{
        Loadable,
        brokers::{BrokerRow, BrokerState, BrokersPicture, broker_rows},
    },
    ui::{
        Action,
        confirm::Confirm,
        ctx::Ctx,
        format, icon,
        theme::{self, BETWEEN},
        widgets::{self, Button},
    },
};

/// The brokers are asked for anew after this long.
const FRESH: Duration = Duration::from_secs(5);
/// The list takes at most this share of the height.
const LIST_SHARE_MAX: f32 = 0.42;
/// Height of a table's head, in points.
const HEAD: f32 = 36.0;

/// What is shown below the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Tab {
    #[default]
    Troubles,
    Disks,
    Settings,
}

/// What the screen keeps between frames.
#[derive(Default)]
pub struct BrokersScreen {
    picture: Loadable<BrokersPicture>,
    asked: Option<Instant>,
    rows: Vec<BrokerRow>,
    /// What `rows` were worked out from: the picture's place and the revision of the facts.
    key: Option<(usize, u64)>,
    list: BrokerList,
    /// Node id.
    selected: Option<i32>,
    tab: Tab,
    troubles: TroublesTab,
    disks: DisksTab,
    settings: SettingsTab,
}

impl BrokersScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        self.ask(ui, ctx);
        let view = self.picture.view();
        if let Some(picture) = &view.value {
            self.update(ctx, picture);
        }
        widgets::page(ui, |ui| {
            self.header(ui, ctx, view.value.as_deref());
            ui.add_space(8.0);
            if let Some(problem) = &view.problem {
                if widgets::problem(ui, ctx, problem, Some(&ctx.t("retry"))) {
                    self.asked = None;
                }
                ui.add_space(8.0);
            }
            match &view.value {
                Some(picture) => self.body(ui, ctx, picture),
                None => {
                    if let Some(since) = view.loading_since {
                        widgets::waiting(ui, since, &ctx.t("brokers-loading"));
                    }
                }
            }
        });
    }

    fn ask(&mut self, ui: &Ui, ctx: &Ctx<'_>) {
        ui.ctx().request_repaint_after(FRESH);
        // The next question waits for the answer to the last one, which a broker that is gone may hold up.
        let waits = self.picture.view().loading_since.is_some();
        if waits || self.asked.is_some_and(|at| at.elapsed() < FRESH) {
            return;
        }
        if let Some(session) = ctx.session {
            self.asked = Some(Instant::now());
            session.load_brokers(&self.picture);
        }
    }

    fn update(&mut self, ctx: &Ctx<'_>, picture: &std::sync::Arc<BrokersPicture>) {
        let key = (std::sync::Arc::as_ptr(picture) as usize, ctx.facts.revision);
        if self.key == Some(key) {
            return;
        }
        self.key = Some(key);
        self.rows = broker_rows(picture, ctx.facts);
        let is_there = |id: &i32| self.rows.iter().any(|row| row.id == *id);
        if !self.selected.as_ref().is_some_and(is_there) {
            self.selected = self.rows.first().map(|row| row.id);
        }
    }

    fn header(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, picture: Option<&BrokersPicture>) {
        let mut about = Vec::new();
        if let Some(picture) = picture {
            let in_service = self.rows.iter().filter(|row| row.state == BrokerState::InService).count();
            let all = ("n", self.rows.len().into());
            about.push(match in_service == self.rows.len() {
                true => ctx.text.with("brokers-count", &[all]),
                false => ctx.text.with("brokers-count-down", &[("up", in_service.into()), all]),
            });
            let release = picture.nodes.iter().find_map(|one| one.versions.cluster_release());
            if let Some(release) = release {
                about.push(ctx.text.with("brokers-release", &[("release", release.into())]));
            }
            match picture.controller {
                Some(id) => about.push(ctx.text.with("brokers-controller-is", &[("id", id.to_string().into())])),
                None => about.push(ctx.t("brokers-no-controller").to_string()),
            }
        }
        let (_, under_replicated, not_preferred) = self.troubles.counts();
        // Some of those without all replicas may be led by another, for which nobody can be elected yet.
        let none = if under_replicated > 0 { "elect-none-in-sync" } else { "brokers-elect-none" };
        widgets::page_header(
            ui,
            &[],
            &ctx.t("nav-brokers"),
            |ui| drop(widgets::quiet(ui, &about.join(" · "))),
            |ui| {
                let why = ctx.read_only_why().or((not_preferred == 0).then(|| ctx.t(none)));
                let button = Button::secondary(&ctx.t("brokers-elect")).unless(why.as_deref()).show(ui);
                if button.clicked() {
                    ask_elect_all(ctx, not_preferred);
                }
            },
        );
    }

    fn body(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, picture: &BrokersPicture) {
        self.troubles.update(ctx.facts);
        let wanted = HEAD + self.rows.len().max(1) as f32 * theme::ROW;
        let height = wanted.min((ui.available_height() * LIST_SHARE_MAX).max(HEAD + 3.0 * theme::ROW));
        ui.allocate_ui(egui::vec2(ui.available_width(), height), |ui| {
            ui.set_max_height(height);
            widgets::card_fill(ui, |ui| {
                if let Some(id) = self.list.ui(ui, ctx, &self.rows, self.selected) {
                    self.selected = Some(id);
                }
            });
        });
        ui.add_space(BETWEEN - 4.0);
        self.tabs(ui, ctx);
        ui.add_space(8.0);
        let chosen = self.selected.and_then(|id| picture.node(id));
        if self.tab != Tab::Troubles {
            // What the lower half is about, where it is one broker.
            let id = self.selected.unwrap_or_default();
            if let Some(problem) = chosen.and_then(|one| one.problem.as_ref()) {
                widgets::problem(ui, ctx, problem, None);
                return;
            }
            let down = self.rows.iter().find(|row| row.id == id && chosen.is_none_or(|one| one.node.fenced));
            if let Some(row) = down {
                let (id, state) = (id.to_string().into(), state_word(ctx, row.state).to_string().into());
                widgets::empty(ui, icon::POWER, &ctx.text.with("brokers-down", &[("id", id), ("state", state)]), None);
                return;
            }
        }
        match self.tab {
            Tab::Troubles => self.troubles.ui(ui, ctx),
            Tab::Disks => self.disks.ui(ui, ctx, chosen),
            Tab::Settings => self.settings.ui(ui, ctx, self.selected.unwrap_or_default()),
        }
    }

    fn tabs(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let (offline, under, not_preferred) = self.troubles.counts();
        let troubled = (offline + under + not_preferred) as u64;
        let id = self.selected.unwrap_or_default().to_string();
        let of = |word: &str| ctx.text.with(word, &[("id", id.as_str().into())]);
        let (troubles, disks, settings) =
            (ctx.t("brokers-tab-troubles"), of("brokers-tab-disks"), of("brokers-tab-settings"));
        let entries = [
            (Tab::Troubles, &*troubles, Some(troubled).filter(|n| *n > 0)),
            (Tab::Disks, disks.as_str(), None),
            (Tab::Settings, settings.as_str(), None),
        ];
        widgets::tabs(ui, &mut self.tab, &entries);
    }
}

fn ask_elect_all(ctx: &Ctx<'_>, count: usize) {
    let count = [("count", (count as u64).into())];
    ctx.act(Action::Ask(Confirm {
        title: ctx.t("elect-all-title").to_string(),
        losses: Vec::new(),
        effect: Some(ctx.text.with("elect-all-effect", &count)),
        verb: ctx.t("elect-all-verb").to_string(),
        typed: None,
        work: Box::new(|session| {
            session.elect_preferred(None);
        }),
    }));
}

/// How full something is, as a bar with words: quiet until a quarter or less is free, red from a tenth on.
pub(in crate::ui::screens) fn fullness(ui: &mut Ui, ctx: &Ctx<'_>, total: u64, free: u64, width: f32) {
    let theme = theme::of(ui);
    let share = if total == 0 { 0.0 } else { 1.0 - free.min(total) as f32 / total as f32 };
    let color = match share {
        ..0.75 => theme.accent,
        ..0.9 => theme.care,
        _ => theme.bad,
    };
    let (rect, response) = ui.allocate_exact_size(egui::vec2(width, 6.0), egui::Sense::hover());
    ui.painter().rect_filled(rect, 3.0, theme.hairline);
    let filled = egui::Rect::from_min_size(rect.min, egui::vec2(rect.width() * share.clamp(0.0, 1.0), rect.height()));
    ui.painter().rect_filled(filled, 3.0, color);
    let words = [("free", format::bytes_text(free).into()), ("total", format::bytes_text(total).into())];
    response.on_hover_text(ctx.text.with("brokers-disk-words", &words));
}
