//! The bar at the bottom: address, rates, size on disk, running jobs.

use egui::{Align, Color32, Frame, Layout, Margin, Panel, Sense, Ui, Vec2};

use super::super::{
    action::Action,
    clusters::{Standing, addresses},
    command::Command,
    ctx::Ctx,
    format, icon,
    place::Place,
    theme::{self, fonts},
    widgets,
};
use crate::session::{HealthState, JobState, JobView, ListenerState, Listening};

/// Height of the bar, in points.
const HEIGHT: f32 = 26.0;

pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>) {
    let theme = theme::of(ui);
    let bar = Panel::bottom("status-bar")
        .exact_size(HEIGHT)
        .resizable(false)
        .show_separator_line(false)
        .frame(Frame::new().fill(super::edge::bar(ctx)).inner_margin(Margin::symmetric(12, 0)))
        .show(ui, |ui| {
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 20.0;
                facts(ui, ctx);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| jobs(ui, ctx));
            });
        });
    let rect = bar.response.rect;
    ui.painter().hline(rect.x_range(), rect.top() + 0.5, theme.rule());
}

/// Colour of the dot before the address: reached by other programs, on its way, in trouble, closed.
pub(super) fn color(ctx: &Ctx<'_>) -> Color32 {
    let cluster = &ctx.facts.cluster;
    match &*cluster.listener {
        _ if ctx.session.is_none() => ctx.theme.faint,
        _ if ctx.facts.problem.is_some() => ctx.theme.care,
        _ if cluster.address.is_some() => ctx.theme.good,
        ListenerState::Starting => ctx.theme.note,
        ListenerState::Failed(_) => ctx.theme.care,
        _ => ctx.theme.faint,
    }
}

/// What stands where no address is: nothing listens, not yet, or not as it should.
pub(super) fn no_address(ctx: &Ctx<'_>) -> (&'static str, String) {
    match &*ctx.facts.cluster.listener {
        ListenerState::Starting => ("cluster-address-starting", ctx.t("listener-starting").to_string()),
        ListenerState::Failed(problem) => ("cluster-address-failed", ctx.text.say(&problem.why)),
        _ => ("cluster-no-address", ctx.t("cluster-no-address-about").to_string()),
    }
}

fn facts(ui: &mut Ui, ctx: &Ctx<'_>) {
    let theme = theme::of(ui);
    let words = |ui: &mut Ui, words: &str| widgets::rich(ui, words, fonts::caption(), theme.quiet);
    let cluster = &ctx.facts.cluster;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 7.0;
        let (dot, _) = ui.allocate_exact_size(Vec2::splat(8.0), Sense::hover());
        match ctx.cluster.profile.as_deref() {
            Some(profile) => {
                let color = super::switcher::standing_color(theme, ctx.cluster.standing);
                ui.painter().circle_filled(dot.center(), 4.0, color);
                let reached = ctx.text.say(&addresses(profile));
                words(ui, &reached).on_hover_text(&*ctx.t("status-cluster-about"));
                if let Some((_, says)) = ctx.cluster.standing.says() {
                    widgets::rich(ui, &ctx.t(says), fonts::caption(), color);
                }
            }
            None => {
                ui.painter().circle_filled(dot.center(), 4.0, color(ctx));
                address(ui, ctx);
            }
        }
    });
    if ctx.session.is_none() {
        return;
    }
    if ctx.is_cluster() && cluster.nodes > 0 {
        words(ui, &ctx.text.with("status-brokers", &[("n", (cluster.nodes as u64).into())]));
    }
    if let Some(clients) = cluster.clients {
        let words = ctx.text.with("status-clients", &[("n", (clients as u64).into())]);
        if widgets::clickable(ui, &words, fonts::caption(), theme.quiet).clicked() {
            ctx.go(Place::Connections);
        }
    }
    let rate = |id: &str, rate: Option<f64>| ctx.text.with(id, &[("rate", format::rate_or_unknown(rate).into())]);
    words(ui, &rate("status-in", cluster.in_per_second));
    // A cluster does not tell what leaves it.
    if !ctx.is_cluster() || cluster.out_per_second.is_some() {
        words(ui, &rate("status-out", cluster.out_per_second));
    }
    if let Some(size) = cluster.size_bytes {
        words(ui, &ctx.text.with("status-disk", &[("size", format::bytes_text(size).into())]));
    }
    health(ui, ctx);
    if let Some(problem) = &ctx.facts.problem {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            icon::show(ui, icon::CARE, theme.care);
            widgets::rich(ui, &ctx.text.say(&problem.what), fonts::caption(), theme.care)
                .on_hover_text(ctx.text.say(&problem.why));
        });
    }
}

/// Which broker does not answer, and how long requests are held back: nothing while all is well.
fn health(ui: &mut Ui, ctx: &Ctx<'_>) {
    let theme = theme::of(ui);
    let health = &ctx.facts.cluster.health;
    let (id, broker, of, why) = match &health.state {
        HealthState::Connected => ("", 0, 0, ""),
        HealthState::Reconnecting { broker: Some(broker), of, why, .. } => {
            ("status-reconnecting", *broker, *of, why.as_str())
        }
        HealthState::Reconnecting { broker: None, of, why, .. } => ("status-reconnecting-any", 0, *of, why.as_str()),
        HealthState::Absent { broker, of } => ("status-broker-absent", *broker, *of, ""),
    };
    if !id.is_empty() {
        let words = ctx.text.with(id, &[("broker", broker.to_string().into()), ("of", (of as u64).into())]);
        let said = ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            icon::show(ui, icon::CARE, theme.care);
            widgets::rich(ui, &words, fonts::caption(), theme.care)
        });
        if !why.is_empty() {
            said.inner.on_hover_text(why);
        }
    }
    if health.throttled_ms > 0 {
        let time = ctx.format.duration(i64::try_from(health.throttled_ms).unwrap_or(i64::MAX));
        let words = ctx.text.with("status-throttled", &[("time", time.into())]);
        widgets::rich(ui, &words, fonts::caption(), theme.care).on_hover_text(&*ctx.t("status-throttled-about"));
    }
}

/// Where other programs reach the workspace, or why they do not.
fn address(ui: &mut Ui, ctx: &Ctx<'_>) {
    let theme = theme::of(ui);
    let cluster = &ctx.facts.cluster;
    let words = |ui: &mut Ui, words: &str| widgets::rich(ui, words, fonts::caption(), theme.quiet);
    if ctx.session.is_none() {
        let failed = ctx.cluster.standing == Standing::Failed;
        words(ui, &ctx.t(if failed { "status-none" } else { "status-starting" }));
    } else if let Some(address) = &cluster.address {
        let response = widgets::clickable(ui, address, fonts::caption(), theme.quiet);
        let about = match &*cluster.listener {
            ListenerState::Listens(Listening { taken: Some(taken), address, .. }) => {
                let words = [("taken", taken.as_str().into()), ("address", address.as_str().into())];
                ctx.text.with("listener-taken", &words)
            }
            ListenerState::OfOwner { address, .. } => {
                ctx.text.with("listener-of-owner", &[("address", address.as_str().into())])
            }
            _ => ctx.t(Command::ConnectApp.text_id()).to_string(),
        };
        if response.on_hover_text(about).clicked() {
            ctx.go(Place::ConnectApp);
        }
    } else {
        let (id, about) = no_address(ctx);
        words(ui, &ctx.t(id)).on_hover_text(about);
    }
}

/// The newest running job in words, with Cancel; the rest behind a click.
fn jobs(ui: &mut Ui, ctx: &Ctx<'_>) {
    let Some(session) = ctx.session else { return };
    let running: Vec<JobView> =
        session.jobs().into_iter().filter(|job| matches!(job.state, JobState::Running)).collect();
    let Some(job) = running.first() else { return };
    let theme = theme::of(ui);
    ui.spacing_mut().item_spacing.x = 8.0;
    let cancel = ui.add_enabled_ui(!job.cancelling, |ui| small_cross(ui, &ctx.t("cancel"))).inner;
    if cancel.clicked() {
        ctx.act(Action::CancelJob(job.id));
    }
    if running.len() > 1 {
        let more = ctx.text.with("status-jobs-more", &[("n", (running.len() as u64 - 1).into())]);
        let response = widgets::clickable(ui, &more, fonts::caption(), theme.accent);
        if response.on_hover_text(&*ctx.t("status-jobs-all")).clicked() {
            ctx.go(Place::Transfers);
        }
    }
    let words = format!("{} · {}", ctx.text.say(&job.title), widgets::job_figures(ctx, job));
    if widgets::clickable(ui, &words, fonts::caption(), theme.quiet).clicked() {
        ctx.go(Place::Transfers);
    }
    if let Some(total) = job.total.filter(|total| *total > 0) {
        let (rect, _) = ui.allocate_exact_size(Vec2::new(72.0, 4.0), Sense::hover());
        ui.painter().rect_filled(rect, 2.0, theme.hairline);
        let share = (job.done as f64 / total as f64).clamp(0.0, 1.0) as f32;
        let done = egui::Rect::from_min_size(rect.min, Vec2::new(rect.width() * share, rect.height()));
        ui.painter().rect_filled(done, 2.0, theme.accent);
    }
}

fn small_cross(ui: &mut Ui, name: &str) -> egui::Response {
    let theme = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(18.0), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name));
    let color = if response.hovered() { theme.bad } else { theme.quiet };
    icon::CLOSE.paint(ui.painter(), rect.center(), 13.0, color);
    response.on_hover_text(name)
}
