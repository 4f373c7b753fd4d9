//! The list of lessons: what each is about, how long it takes, how far it was taken; and the empty stage.

use std::sync::Arc;

use egui::{
    Align2, Color32, CornerRadius, CursorIcon, FontId, Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
    pos2,
    text::{LayoutJob, TextFormat, TextWrapping},
    vec2,
};

use super::FREE_PLAY;
use crate::{
    labs::{file::LabFile, picture::words, progress::Progress},
    ui::{
        Action, Command, Ctx, Place,
        icon::{self, Icon},
        theme::{self, BETWEEN, GROUPS, RADIUS_CARD, fonts},
        widgets::{self, Button},
    },
};

const CARD_HEIGHT: f32 = 104.0;
const CARD_WIDTH_MIN: f32 = 300.0;
const COLUMNS_MAX: usize = 4;

/// One card of the list.
struct Card<'a> {
    id: &'a str,
    number: Option<u32>,
    icon: Option<Icon>,
    title: &'a str,
    about: &'a str,
    minutes: u32,
    steps: usize,
    done_steps: usize,
    done: bool,
    next: bool,
}

/// Draws the list.
pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>, lessons: &[Arc<LabFile>], progress: &Progress) {
    let next = next_lesson(lessons, progress);
    widgets::page_scroll(ui, |ui| {
        ui.spacing_mut().item_spacing.y = BETWEEN;
        head(ui, ctx, lessons, progress, next);
        ui.add_space(4.0);
        let free = ctx.t("labs-free");
        let about_free = ctx.t("labs-free-about");
        let mut cards: Vec<_> = lessons.iter().map(|lesson| card_of(ctx, lesson, progress, next)).collect();
        cards.push(Card {
            id: FREE_PLAY,
            number: None,
            icon: Some(icon::LABS),
            title: &free,
            about: &about_free,
            minutes: 0,
            steps: 0,
            done_steps: 0,
            done: false,
            next: false,
        });
        let fit = (ui.available_width() + BETWEEN) / (CARD_WIDTH_MIN + BETWEEN);
        let columns = (fit as usize).clamp(1, COLUMNS_MAX);
        for row in cards.chunks(columns) {
            widgets::columns(ui, CARD_HEIGHT, &vec![1.0; columns], |ui, column| {
                if let Some(card) = row.get(column) {
                    show_card(ui, ctx, card);
                }
            });
        }
    });
}

/// The lesson to go on with: the one that was open last unless it is finished, else the first that is not.
fn next_lesson<'a>(lessons: &'a [Arc<LabFile>], progress: &Progress) -> Option<&'a LabFile> {
    let last = lessons.iter().find(|lesson| Some(&lesson.id) == progress.last.as_ref());
    last.filter(|lesson| !progress.is_done(&lesson.id))
        .or_else(|| lessons.iter().find(|lesson| !progress.is_done(&lesson.id)))
        .map(|lesson| &**lesson)
}

fn card_of<'a>(ctx: &Ctx<'_>, lesson: &'a LabFile, progress: &Progress, next: Option<&LabFile>) -> Card<'a> {
    Card {
        id: &lesson.id,
        number: Some(lesson.number),
        icon: None,
        title: words(ctx, &lesson.title),
        about: words(ctx, &lesson.intro),
        minutes: lesson.minutes,
        steps: lesson.steps.len(),
        done_steps: progress.steps_done(&lesson.id),
        done: progress.is_done(&lesson.id),
        next: next.is_some_and(|next| next.id == lesson.id),
    }
}

fn head(ui: &mut Ui, ctx: &Ctx<'_>, lessons: &[Arc<LabFile>], progress: &Progress, next: Option<&LabFile>) {
    let done = lessons.iter().filter(|lesson| progress.is_done(&lesson.id)).count();
    widgets::page_header(
        ui,
        &[],
        &ctx.t("nav-labs"),
        |ui| {
            let words = ctx.text.with("labs-done", &[("done", done.into()), ("all", lessons.len().into())]);
            widgets::quiet(ui, &words);
        },
        |ui| {
            if let Some(lesson) = next {
                let begun = progress.steps_done(&lesson.id) > 0 || progress.last.as_ref() == Some(&lesson.id);
                let id = if begun { "labs-continue" } else { "labs-start" };
                let verb = ctx.text.with(id, &[("number", u64::from(lesson.number).into())]);
                if Button::primary(&verb).show(ui).clicked() {
                    ctx.go(Place::Lab { id: lesson.id.clone() });
                }
            }
            if Button::secondary(&ctx.t("labs-open")).icon(icon::FOLDER).show(ui).clicked() {
                ctx.act(Action::Run(Command::OpenLab));
            }
        },
    );
    ui.scope(|ui| {
        ui.set_max_width(760.0);
        widgets::paragraph(ui, &ctx.t("labs-about"));
    });
    ui.add_space(GROUPS - BETWEEN * 2.0);
}

fn show_card(ui: &mut Ui, ctx: &Ctx<'_>, card: &Card<'_>) {
    let theme = theme::of(ui);
    let size = ui.available_size();
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let number = card.number.map_or_else(String::new, |number| format!("{number}. "));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{number}{}", card.title)));
    let edge = if card.next { theme.accent } else { theme.hairline };
    let ground = if response.hovered() { theme.hover } else { theme.panel };
    let painter = ui.painter();
    painter.rect(rect, CornerRadius::same(RADIUS_CARD), ground, Stroke::new(1.0, edge), StrokeKind::Inside);
    widgets::focus_ring(ui, &response, rect);
    let inner = rect.shrink2(vec2(14.0, 13.0));
    badge(ui, card, pos2(inner.left() + 13.0, inner.top() + 13.0));
    let left = inner.left() + 38.0;
    let title = line(ui, card.title, fonts::semibold(13.5), theme.text, inner.right() - left, 1);
    let at = pos2(left, inner.top() + 13.0 - title.size().y / 2.0);
    painter.galley(at, title, theme.text);
    let about = line(ui, card.about, FontId { size: 12.0, ..fonts::body() }, theme.quiet, inner.right() - left, 2);
    painter.galley(pos2(left, inner.top() + 29.0), about, theme.quiet);
    foot(ui, ctx, card, Rect::from_min_max(pos2(left, inner.bottom() - 14.0), inner.max));
    if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
        ctx.go(Place::Lab { id: card.id.to_owned() });
    }
}

/// The lesson's number in a circle, a tick once it is done.
fn badge(ui: &Ui, card: &Card<'_>, center: egui::Pos2) {
    let theme = theme::of(ui);
    let painter = ui.painter();
    let color = if card.done { theme.good } else { theme.accent };
    painter.circle_filled(center, 13.0, theme.tinted(color));
    match (card.done, card.icon, card.number) {
        (true, ..) => icon::CHECK.paint(painter, center, 16.0, theme.chip_text(theme.good)),
        (_, Some(icon), _) => icon.paint(painter, center, 16.0, theme.accent),
        (_, _, Some(number)) => {
            let color = theme.chip_text(theme.accent);
            painter.text(center, Align2::CENTER_CENTER, number, fonts::semibold(12.5), color);
        }
        _ => {}
    }
}

/// Minutes at the left, how far it was taken at the right.
fn foot(ui: &Ui, ctx: &Ctx<'_>, card: &Card<'_>, rect: Rect) {
    let theme = theme::of(ui);
    let painter = ui.painter();
    let y = rect.center().y;
    if card.minutes > 0 {
        icon::TIME.paint(painter, pos2(rect.left() + 6.0, y), 13.0, theme.faint);
        let words = ctx.text.with("labs-minutes", &[("n", u64::from(card.minutes).into())]);
        painter.text(pos2(rect.left() + 18.0, y), Align2::LEFT_CENTER, words, fonts::caption(), theme.faint);
    }
    if card.steps == 0 || card.done_steps == 0 {
        return;
    }
    let words = if card.done {
        ctx.t("labs-card-done").to_string()
    } else {
        ctx.text.with("labs-card-steps", &[("done", card.done_steps.into()), ("all", card.steps.into())])
    };
    let color = if card.done { theme.good } else { theme.quiet };
    painter.text(pos2(rect.right(), y), Align2::RIGHT_CENTER, words, fonts::caption(), color);
    let bar = Rect::from_min_size(pos2(rect.left(), rect.bottom() + 5.0), vec2(rect.width(), 2.5));
    painter.rect_filled(bar, 1.0, theme.hairline);
    let share = (card.done_steps as f32 / card.steps as f32).min(1.0);
    painter.rect_filled(Rect::from_min_size(bar.min, vec2(bar.width() * share, bar.height())), 1.0, color);
}

/// Words on that many lines, cut with `…`.
fn line(ui: &Ui, words: &str, font: FontId, color: Color32, width: f32, rows: usize) -> Arc<egui::Galley> {
    let mut job =
        LayoutJob::single_section(words.to_owned(), TextFormat { font_id: font, color, ..Default::default() });
    job.wrap = TextWrapping { max_width: width.max(Vec2::ONE.x), max_rows: rows, ..TextWrapping::default() };
    ui.painter().layout_job(job)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson(id: &str, number: u32) -> LabFile {
        let source = format!(
            "format = 1\nid = \"{id}\"\nnumber = {number}\ntitle = {{ en = \"{id}\", zh = \"{id}\" }}\n\
             intro = {{ en = \"\", zh = \"\" }}\n"
        );
        toml::from_str(&source).unwrap()
    }

    #[test]
    fn one_goes_on_where_one_was_and_else_with_the_first_that_is_not_done() {
        let lessons = [lesson("one", 1), lesson("two", 2), lesson("three", 3)];
        let mut progress = Progress::default();
        let lessons = lessons.map(Arc::new);
        let next = |progress: &Progress| next_lesson(&lessons, progress).map(|lesson| lesson.number);
        assert_eq!(next(&progress), Some(1));
        progress.last = Some("three".into());
        assert_eq!(next(&progress), Some(3));
        progress.finish_step("three", "only", 1);
        assert_eq!(next(&progress), Some(1));
        for id in ["one", "two"] {
            progress.finish_step(id, "only", 1);
        }
        assert_eq!(next(&progress), None);
    }
}
