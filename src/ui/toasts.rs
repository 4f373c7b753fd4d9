//! Short notes at the lower edge that leave by themselves.

use std::collections::VecDeque;

use egui::{Align2, Area, CornerRadius, Frame, Id, Label, Margin, Order, RichText, Sense, Stroke, Ui};

use super::{
    action::Action,
    ctx::Ctx,
    icon::{self, Icon},
    place::Place,
    theme::{self, RADIUS_CARD, Theme, fonts},
    widgets,
};
use crate::model::{Offset, PartitionId};

/// Notes shown at the same time at most; older ones give way.
const SHOWN_MAX: usize = 4;
/// How long a note stays, in seconds; one about trouble stays longer, as it has to be read.
const STAY_SECONDS: f64 = 6.0;
const STAY_TROUBLE_SECONDS: f64 = 14.0;
const WIDTH: f32 = 360.0;

/// What a note says about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Good,
    Note,
    Care,
    Bad,
}

/// One note.
#[derive(Debug, Clone, PartialEq)]
pub struct Toast {
    pub tone: Tone,
    pub text: String,
    /// The technical words, shown under the text.
    pub detail: Option<String>,
    /// A link: its words and where it leads.
    pub link: Option<(String, Target)>,
}

/// Where a note's link leads.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    Place(Place),
    /// The very record.
    Record {
        topic: String,
        partition: PartitionId,
        offset: Offset,
    },
}

/// The notes that are shown now.
#[derive(Default)]
pub struct Toasts {
    shown: VecDeque<Shown>,
    next: u64,
}

struct Shown {
    id: u64,
    toast: Toast,
    /// In egui's time; set at the first frame.
    until: Option<f64>,
}

impl Toast {
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { tone, text: text.into(), detail: None, link: None }
    }

    pub fn good(text: impl Into<String>) -> Self {
        Self::new(Tone::Good, text)
    }

    pub fn bad(text: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..Self::new(Tone::Bad, text) }
    }
}

impl Tone {
    fn look(self, theme: &Theme) -> (Icon, egui::Color32) {
        match self {
            Self::Good => (icon::CHECK, theme.good),
            Self::Note => (icon::INFO, theme.note),
            Self::Care => (icon::CARE, theme.care),
            Self::Bad => (icon::ERROR, theme.bad),
        }
    }
}

impl Toasts {
    /// Shows a note. One that says the same as the newest only stays longer.
    pub fn push(&mut self, toast: Toast) {
        if let Some(last) = self.shown.back_mut()
            && last.toast == toast
        {
            last.until = None;
            return;
        }
        if self.shown.len() == SHOWN_MAX {
            self.shown.pop_front();
        }
        self.shown.push_back(Shown { id: self.next, toast, until: None });
        self.next += 1;
    }

    /// Lets notes leave whose time has come.
    pub fn advance(&mut self, ctx: &egui::Context) {
        let now = ctx.input(|input| input.time);
        for shown in &mut self.shown {
            let stay = if shown.toast.tone == Tone::Bad { STAY_TROUBLE_SECONDS } else { STAY_SECONDS };
            shown.until.get_or_insert(now + stay);
        }
        self.shown.retain(|shown| shown.until.is_none_or(|until| until > now));
        if let Some(next) = self.shown.iter().filter_map(|shown| shown.until).reduce(f64::min) {
            ctx.request_repaint_after_secs((next - now).max(0.01) as f32);
        }
    }

    /// Draws them over everything.
    pub fn ui(&mut self, ui: &Ui, ctx: &Ctx<'_>) {
        if self.shown.is_empty() {
            return;
        }
        let mut dismissed = None;
        let area = Area::new(Id::unique("toasts"))
            // In the middle of the screen's lower edge: the corners hold buttons.
            .anchor(Align2::CENTER_BOTTOM, [98.0, -42.0])
            .order(Order::Tooltip)
            .show(ui, |ui| {
                ui.set_width(WIDTH);
                for shown in &self.shown {
                    if note(ui, ctx, &shown.toast) {
                        dismissed = Some(shown.id);
                    }
                }
            });
        if area.response.contains_pointer() {
            // What is being read does not leave.
            let now = ui.input(|input| input.time);
            for shown in &mut self.shown {
                shown.until = shown.until.map(|until| until.max(now + 2.0));
            }
        }
        self.shown.retain(|shown| Some(shown.id) != dismissed);
    }
}

/// Draws one; true when it was dismissed.
fn note(ui: &mut Ui, ctx: &Ctx<'_>, toast: &Toast) -> bool {
    let theme = theme::of(ui);
    let (icon, color) = toast.tone.look(theme);
    let frame = Frame::new()
        .fill(theme.raised)
        .stroke(Stroke::new(1.0, theme.edge))
        .corner_radius(CornerRadius::same(RADIUS_CARD))
        .shadow(ui.visuals().popup_shadow)
        .inner_margin(Margin { left: 14, right: 6, top: 8, bottom: 8 });
    let shown = frame.show(ui, |ui| {
        ui.set_width(WIDTH - 20.0);
        ui.horizontal_top(|ui| {
            ui.vertical(|ui| {
                ui.add_space(6.0);
                icon::show(ui, icon, color);
            });
            let width = ui.available_width() - theme::CONTROL - 8.0;
            ui.vertical(|ui| {
                ui.set_width(width);
                ui.spacing_mut().item_spacing.y = 3.0;
                ui.add_space(5.0);
                ui.add(Label::new(RichText::new(&toast.text).font(fonts::body()).color(theme.text)).wrap());
                if let Some(detail) = &toast.detail {
                    ui.add(Label::new(RichText::new(detail).font(fonts::caption()).color(theme.quiet)).wrap());
                }
                if let Some((words, target)) = &toast.link
                    && widgets::link(ui, words).clicked()
                {
                    ctx.act(match target.clone() {
                        Target::Place(place) => Action::Go(place),
                        Target::Record { topic, partition, offset } => Action::ShowRecord { topic, partition, offset },
                    });
                }
                ui.add_space(2.0);
            });
            widgets::icon_button(ui, icon::CLOSE, &ctx.t("toast-dismiss")).clicked()
        })
        .inner
    });
    let edge = shown.response.rect;
    let bar =
        egui::Rect::from_min_max(edge.min, egui::pos2(edge.left() + 3.0, edge.bottom())).shrink2(egui::vec2(0.0, 8.0));
    ui.painter().rect_filled(bar, 1.5, color);
    ui.interact(edge, ui.scope_id().with(&toast.text), Sense::hover())
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Alert, true, &toast.text));
    shown.inner
}
