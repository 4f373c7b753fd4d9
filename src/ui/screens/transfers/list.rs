//! One transfer as a card: what, how far, what came of it.

use std::collections::BTreeSet;

use egui::{Align, Color32, Layout, Ui};

use crate::{
    session::{
        JobId, JobKind, JobState, JobView,
        transfers::{TransferReport, line_phrase},
    },
    ui::{
        action::Action,
        ctx::Ctx,
        format,
        icon::{self, Icon},
        place::Place,
        screens::copy::copied,
        theme::{self, fonts},
        widgets::{self, Button},
    },
};

/// Skipped lines that a card shows when unfolded.
const LINES_SHOWN_MAX: usize = 20;

/// Draws a transfer.
pub fn card(ui: &mut Ui, ctx: &Ctx<'_>, job: &JobView, unfolded: &mut BTreeSet<JobId>) {
    let report = ctx.session.and_then(|session| session.transfer_report(job.id));
    let copy = ctx.session.and_then(|session| session.copy_report(job.id));
    widgets::card(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        head(ui, ctx, job, report.as_deref());
        match &job.state {
            JobState::Running => running(ui, ctx, job),
            JobState::Done(_) => {
                if let Some(report) = &report {
                    outcome(ui, ctx, job, report, unfolded);
                }
            }
            JobState::Failed(problem) => {
                widgets::problem(ui, ctx, problem, None);
                after_failure(ui, ctx, job, report.as_deref());
            }
            JobState::Cancelled => after_failure(ui, ctx, job, report.as_deref()),
        }
        if let Some(copy) = copy {
            copied(ui, ctx, job, &copy);
        }
    });
    ui.add_space(4.0);
}

fn head(ui: &mut Ui, ctx: &Ctx<'_>, job: &JobView, report: Option<&TransferReport>) {
    let theme = theme::of(ui);
    ui.horizontal(|ui| {
        ui.set_min_height(theme::CONTROL);
        icon::show(ui, icon_of(job.kind), theme.quiet);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            actions(ui, ctx, job, report);
            let (icon, word, color) = state(ctx, job, theme);
            widgets::chip(ui, icon, &word, color);
            let at = job.finished_at.unwrap_or(job.started_at);
            if job.finished_at.is_some() {
                let ago = ctx.format.ago(ctx.now, at);
                widgets::rich(ui, &ago, fonts::caption(), theme.quiet).on_hover_text(ctx.format.time(at));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                widgets::elided(ui, &ctx.text.say(&job.title), fonts::semibold(13.0), theme.text);
            });
        });
    });
}

/// Laid out from the right.
fn actions(ui: &mut Ui, ctx: &Ctx<'_>, job: &JobView, report: Option<&TransferReport>) {
    match job.state {
        JobState::Running if job.cancelling => drop(widgets::faint(ui, &ctx.t("job-cancelling"))),
        JobState::Running => {
            if Button::secondary(&ctx.t("cancel")).show(ui).clicked() {
                ctx.act(Action::CancelJob(job.id));
            }
        }
        _ => {
            if widgets::icon_button(ui, icon::CLOSE, &ctx.t("dismiss")).clicked() {
                ctx.act(Action::DismissJob(job.id));
            }
            if let Some(path) = report.and_then(|report| report.path.as_ref())
                && widgets::icon_button(ui, icon::COPY, &ctx.t("transfers-copy-path")).clicked()
            {
                ctx.act(Action::Copy(path.display().to_string()));
            }
            if let Some(report) = report
                && job.kind != JobKind::Export
            {
                let words = ctx.text.with("transfers-open-topic", &[("topic", report.topic.as_str().into())]);
                if widgets::icon_button(ui, icon::TOPICS, &words).clicked() {
                    ctx.go(Place::topic(report.topic.as_str()));
                }
            }
        }
    }
}

fn running(ui: &mut Ui, ctx: &Ctx<'_>, job: &JobView) {
    let theme = theme::of(ui);
    let share = job.total.filter(|total| *total > 0).map(|total| (job.done as f64 / total as f64) as f32);
    widgets::bar(ui, share, &ctx.text.say(&job.title));
    widgets::rich(ui, &widgets::job_figures(ctx, job), fonts::caption(), theme.quiet);
    if let Some(note) = &job.note {
        widgets::rich(ui, &ctx.text.say(note), fonts::caption(), theme.chip_text(theme.care));
    }
}

fn outcome(ui: &mut Ui, ctx: &Ctx<'_>, job: &JobView, report: &TransferReport, unfolded: &mut BTreeSet<JobId>) {
    let mut parts = vec![ctx.text.with("count-records", &[("n", report.records.into())])];
    if let Some(bytes) = report.bytes {
        parts.push(format::bytes_text(bytes));
    }
    if let Some(end) = job.finished_at {
        let time = ctx.format.duration(end - job.started_at);
        parts.push(ctx.text.with("transfers-took", &[("time", time.into())]));
    }
    widgets::quiet(ui, &parts.join(" · "));
    if let Some(path) = &report.path {
        let color = theme::of(ui).quiet;
        widgets::elided(ui, &path.display().to_string(), fonts::data(), color);
    }
    if report.gone > 0 {
        care(ui, &ctx.text.with("transfers-gone", &[("count", report.gone.into())]));
    }
    if report.expires_at_once {
        care(ui, &ctx.t("transfers-expires"));
    }
    if report.bad_lines > 0 {
        skipped(ui, ctx, job.id, report, unfolded);
    }
}

fn skipped(ui: &mut Ui, ctx: &Ctx<'_>, job: JobId, report: &TransferReport, unfolded: &mut BTreeSet<JobId>) {
    let theme = theme::of(ui);
    let open = unfolded.contains(&job);
    ui.horizontal(|ui| {
        care(ui, &ctx.text.with("transfers-skipped", &[("count", report.bad_lines.into())]));
        if widgets::link(ui, &ctx.t(if open { "transfers-hide-lines" } else { "transfers-show-lines" })).clicked()
            && !unfolded.remove(&job)
        {
            unfolded.insert(job);
        }
    });
    if !open {
        return;
    }
    let shown = report.bad.len().min(LINES_SHOWN_MAX);
    egui::Grid::new(("bad lines", job)).num_columns(3).spacing([16.0, 4.0]).show(ui, |ui| {
        for bad in &report.bad[..shown] {
            widgets::rich(ui, &format::count(bad.line), fonts::data(), theme.quiet);
            widgets::rich(ui, &ctx.text.say(&line_phrase(&bad.problem)), fonts::body(), theme.text);
            widgets::elided(ui, &bad.text, fonts::data(), theme.quiet);
            ui.end_row();
        }
    });
    let more = report.bad_lines.saturating_sub(shown as u64);
    if more > 0 {
        widgets::faint(ui, &ctx.text.with("transfers-more-lines", &[("count", more.into())]));
    }
}

fn after_failure(ui: &mut Ui, ctx: &Ctx<'_>, job: &JobView, report: Option<&TransferReport>) {
    let words = match (job.kind, report) {
        (JobKind::Export, _) if job.state == JobState::Cancelled => ctx.t("transfers-nothing-left").to_string(),
        (_, Some(report)) if report.records > 0 => {
            ctx.text.with("transfers-stored-before", &[("count", report.records.into())])
        }
        _ => return,
    };
    widgets::quiet(ui, &words);
}

fn care(ui: &mut Ui, words: &str) {
    let theme = theme::of(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        icon::show(ui, icon::CARE, theme.care);
        widgets::body(ui, words);
    });
}

fn state(ctx: &Ctx<'_>, job: &JobView, theme: &theme::Theme) -> (Icon, std::sync::Arc<str>, Color32) {
    match job.state {
        JobState::Running => (icon::REBALANCE, ctx.t("transfers-running"), theme.accent),
        JobState::Done(_) => (icon::CHECK, ctx.t("transfers-done"), theme.good),
        JobState::Failed(_) => (icon::ERROR, ctx.t("transfers-failed"), theme.bad),
        JobState::Cancelled => (icon::CANCEL, ctx.t("transfers-cancelled"), theme.note),
    }
}

fn icon_of(kind: JobKind) -> Icon {
    match kind {
        JobKind::Export => icon::EXPORT,
        JobKind::Sample => icon::DROP,
        JobKind::Copy => icon::TRANSFERS,
        _ => icon::IMPORT,
    }
}
