//! Progress with count, rate, time left and Cancel.

use egui::{CornerRadius, Response, Role, Sense, Ui, Vec2, WidgetInfo};

use super::{button, labels};
use crate::{
    session::{JobState, JobUnit, JobView},
    ui::{
        action::Action,
        ctx::Ctx,
        format, icon,
        theme::{self, fonts},
    },
};

/// A thin bar as wide as the space. `share` is 0 to 1; `None` where the whole is not known, drawn as a quiet full bar.
pub fn bar(ui: &mut Ui, share: Option<f32>, name: &str) -> Response {
    let theme = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 4.0), Sense::hover());
    response.widget_info(|| WidgetInfo {
        value: share.map(|share| f64::from(share) * 100.0),
        ..WidgetInfo::labeled(Role::ProgressIndicator, true, name)
    });
    ui.painter().rect_filled(rect, CornerRadius::same(2), theme.hairline);
    let (width, color) = match share {
        Some(share) => (rect.width() * share.clamp(0.0, 1.0), theme.accent),
        None => (rect.width(), theme.tinted(theme.accent)),
    };
    let filled = egui::Rect::from_min_size(rect.min, Vec2::new(width, rect.height()));
    ui.painter().rect_filled(filled, CornerRadius::same(2), color);
    response
}

/// A job: title, bar, figures, and Cancel while it runs, a cross when it ended.
pub fn job_row(ui: &mut Ui, ctx: &Ctx<'_>, job: &JobView) {
    let theme = theme::of(ui);
    let title = ctx.text.say(&job.title);
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.horizontal(|ui| {
            match &job.state {
                JobState::Running => {}
                JobState::Done(_) => drop(icon::show(ui, icon::CHECK, theme.good)),
                JobState::Failed(_) => drop(icon::show(ui, icon::ERROR, theme.bad)),
                JobState::Cancelled => drop(icon::show(ui, icon::CANCEL, theme.quiet)),
            }
            labels::strong(ui, &title);
            labels::quiet(ui, &job_figures(ctx, job));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| match job.state {
                JobState::Running if job.cancelling => drop(labels::faint(ui, &ctx.t("job-cancelling"))),
                JobState::Running => {
                    if button::secondary(ui, &ctx.t("cancel")).clicked() {
                        ctx.act(Action::CancelJob(job.id));
                    }
                }
                _ => {
                    if button::icon_button(ui, icon::CLOSE, &ctx.t("dismiss")).clicked() {
                        ctx.act(Action::DismissJob(job.id));
                    }
                }
            });
        });
        match &job.state {
            JobState::Running => {
                let share = job.total.filter(|total| *total > 0).map(|total| (job.done as f64 / total as f64) as f32);
                bar(ui, share, &title);
            }
            JobState::Done(said) => drop(labels::paragraph(ui, &ctx.text.say(said))),
            JobState::Failed(problem) => drop(super::problem(ui, ctx, problem, None)),
            JobState::Cancelled => drop(labels::paragraph(ui, &ctx.t("job-cancelled"))),
        }
        if let Some(note) = &job.note {
            labels::rich(ui, &ctx.text.say(note), fonts::caption(), theme.quiet);
        }
    });
}

/// The figures of a job in one line: `62 % · 1.1 M of 1.8 M records · 20,400 a second · 9 s left`.
pub fn job_figures(ctx: &Ctx<'_>, job: &JobView) -> String {
    let amount = |n: u64| match job.unit {
        JobUnit::Bytes => format::bytes_text(n),
        JobUnit::Records | JobUnit::Steps => format::count(n),
    };
    let unit = if job.unit == JobUnit::Records { format!(" {}", ctx.t("unit-records")) } else { String::new() };
    let mut parts = Vec::new();
    match job.total {
        Some(total) if job.done < total || total > 0 => {
            parts.push(format::percent(job.done, total));
            let of = ctx.text.with(
                "progress-of",
                &[("done", amount(job.done).into()), ("total", format!("{}{unit}", amount(total)).into())],
            );
            parts.push(of);
        }
        _ => parts.push(format!("{}{unit}", amount(job.done))),
    }
    if let Some(rate) = job.rate {
        let rate = match job.unit {
            JobUnit::Bytes => format::bytes_text(rate as u64),
            _ => format::rate(rate),
        };
        parts.push(ctx.text.with("progress-rate", &[("rate", rate.into())]));
    }
    if let Some(left) = job.eta_millis.filter(|_| job.state == JobState::Running) {
        let left = ctx.format.duration((left / 1_000 + 1) * 1_000);
        parts.push(ctx.text.with("progress-left", &[("left", left.into())]));
    }
    parts.join(" · ")
}
