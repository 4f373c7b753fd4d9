//! What a copy did, on its card among the transfers.

use egui::Ui;

use crate::{
    session::{
        JobState, JobView,
        copy::{CopyReport, GroupNote, differs_word},
    },
    ui::{
        ctx::Ctx,
        format,
        icon::{self, Icon},
        theme,
        widgets::{self, Button},
    },
};

/// Partitions whose digests a card shows.
const DIGESTS_SHOWN_MAX: usize = 24;
/// Digits of a digest that are shown; the rest is in its hover text.
const DIGEST_DIGITS: usize = 16;

/// Draws it.
pub fn copied(ui: &mut Ui, ctx: &Ctx<'_>, job: &JobView, report: &CopyReport) {
    let theme = theme::of(ui);
    let mut parts = vec![ctx.text.with("count-records", &[("n", report.records.into())])];
    if let Some(end) = job.finished_at {
        let time = ctx.format.duration(end - job.started_at);
        parts.push(ctx.text.with("transfers-took", &[("time", time.into())]));
    }
    widgets::quiet(ui, &parts.join(" · "));
    if report.gone > 0 {
        line(ui, icon::CARE, theme.care, &ctx.text.with("copy-gone", &[("count", report.gone.into())]));
    }
    if !matches!(job.state, JobState::Done(_)) {
        resume(ui, ctx, job, report);
    }
    groups(ui, ctx, report);
    compared(ui, ctx, job, report);
}

/// The way on, unless another copy has gone it.
fn resume(ui: &mut Ui, ctx: &Ctx<'_>, job: &JobView, report: &CopyReport) {
    if ctx.session.is_some_and(|session| session.is_copy_taken_over(job.id, report)) {
        widgets::quiet(ui, &ctx.t("copy-taken-over"));
        return;
    }
    ui.horizontal(|ui| {
        if Button::secondary(&ctx.t("copy-resume")).icon(icon::TRANSFERS).show(ui).clicked() {
            let id = job.id;
            ctx.with_session(move |session| {
                session.resume_copy(id);
            });
        }
        widgets::quiet(ui, &ctx.t("copy-resume-about"));
    });
}

fn groups(ui: &mut Ui, ctx: &Ctx<'_>, report: &CopyReport) {
    let theme = theme::of(ui);
    let offsets = || report.groups.iter().flat_map(|group| &group.offsets);
    if offsets().next().is_none() {
        return;
    }
    let kept = offsets().filter(|offset| offset.note == GroupNote::Exact).count() as u64;
    let args = [("groups", (report.groups.len() as u64).into()), ("count", kept.into())];
    line(ui, icon::CHECK, theme.good, &ctx.text.with("copy-groups-carried", &args));
    for (note, id) in [(GroupNote::Ahead, "copy-groups-ahead"), (GroupNote::Unproved, "copy-groups-unproved")] {
        let count = offsets().filter(|offset| offset.note == note).count() as u64;
        if count > 0 {
            line(ui, icon::CARE, theme.care, &ctx.text.with(id, &[("count", count.into())]));
        }
    }
    let refused = offsets().filter(|offset| matches!(offset.note, GroupNote::Refused(_))).count() as u64;
    if refused > 0 {
        line(ui, icon::ERROR, theme.bad, &ctx.text.with("copy-groups-refused", &[("count", refused.into())]));
    }
}

fn compared(ui: &mut Ui, ctx: &Ctx<'_>, job: &JobView, report: &CopyReport) {
    let theme = theme::of(ui);
    if report.compared.is_empty() {
        return;
    }
    if let Some((side, difference)) = report.difference() {
        let offset = |offset: Option<i64>| offset.map_or_else(|| "—".to_owned(), format::integer);
        let args = [
            ("partition", side.target.to_string().into()),
            ("what", ctx.text.say(&differs_word(difference.what)).into()),
            ("here", offset(difference.source).into()),
            ("there", offset(difference.target).into()),
        ];
        line(ui, icon::ERROR, theme.bad, &ctx.text.with("copy-differs", &args));
    } else {
        let records: u64 = report.compared.iter().map(|side| side.target_records).sum();
        line(ui, icon::CHECK, theme.good, &ctx.text.with("copy-equal", &[("count", records.into())]));
    }
    egui::Grid::new(("digests", job.id)).num_columns(3).spacing([16.0, 4.0]).show(ui, |ui| {
        for side in report.compared.iter().take(DIGESTS_SHOWN_MAX) {
            widgets::data(ui, &side.target.to_string());
            widgets::data_quiet(ui, &format::count(side.target_records));
            let digest = side.digest.get(..DIGEST_DIGITS).unwrap_or(&side.digest);
            widgets::data_quiet(ui, digest).on_hover_text(side.digest.as_str());
            ui.end_row();
        }
    });
}

fn line(ui: &mut Ui, icon: Icon, color: egui::Color32, words: &str) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        icon::show(ui, icon, color);
        widgets::body(ui, words);
    });
}
