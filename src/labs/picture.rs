//! The picture of a stage: producers at the left, every partition as a strip of cells, consumers at the right, records
//! travelling between them. Drawn from a [`StageView`] alone, whether a lesson's stage made it or the person's own topics.

mod actor;
mod curve;
mod details;
mod layout;
mod look;
mod strip;

use egui::{Color32, Key, Rect, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, pos2};

pub use self::look::{colors as actor_colors, words};
use self::{curve::Curve, layout::Layout, strip::StripPaint};
use super::{
    file::GroupProtocol,
    view::{ActorState, ActorViewKind, CellState, Place, StageView, TopicView, Travel, TravelKind},
};
use crate::{
    model::{Offset, PartitionId},
    ui::{
        Ctx, format, icon,
        theme::{self, RADIUS, Theme, fonts},
    },
};

/// Dots drawn at the same time; where more travel, each stands for several.
const DOTS_MAX: usize = 48;
/// Dots beyond so many carry no words.
const DOTS_WITH_WORDS_MAX: usize = 16;

/// What the picture keeps between frames.
#[derive(Debug, Default)]
pub struct Picture {
    /// The record whose details are open.
    open: Option<Record>,
}

/// One record on the stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub topic: String,
    pub partition: PartitionId,
    pub offset: Offset,
}

impl Picture {
    /// Opens the card of a record, as a click on it does.
    pub fn open(&mut self, record: Record) {
        self.open = Some(record);
    }

    /// Closes the card that is open.
    pub fn close(&mut self) {
        self.open = None;
    }

    /// Draws it as wide as the space and as high as it needs, airy where `room` has place for it. `on_actor` gets the box
    /// of each actor, for a menu.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        view: &StageView,
        room: f32,
        mut on_actor: impl FnMut(&egui::Response, usize),
    ) {
        let theme = theme::of(ui);
        let layout = Layout::of(view, ui.available_width(), room);
        let (rect, response) = ui.allocate_exact_size(layout.size, Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Group, true, &*ctx.t("lab-picture")));
        if !ui.is_rect_visible(rect) {
            return;
        }
        let from = rect.min.to_vec2();
        let colors = look::colors(theme, view);
        heads(ui, ctx, view, &layout, from);
        ways(ui, ctx, view, &layout, &colors, from);
        for strip in &layout.strips {
            let topic = &view.topics[strip.topic];
            let part = &topic.partitions[strip.partition];
            let rect = strip.rect.translate(from);
            if topic.partitions.len() > 1 {
                let at = pos2(rect.left() - layout::NUMBER, rect.center().y);
                let words = format!("P{}", part.id);
                ui.painter().text(at, egui::Align2::LEFT_CENTER, words, fonts::caption(), theme.quiet);
            }
            let selected = self.open.as_ref().filter(|open| open.topic == *topic.name && open.partition == part.id);
            let selected = selected.map(|open| open.offset);
            let paint = StripPaint { view, topic, part, rect, colors: &colors };
            if let Some(offset) = paint.show(ui, ctx, selected) {
                self.open = Some(Record { topic: topic.name.to_string(), partition: part.id, offset });
            }
        }
        for (index, actor) in view.actors.iter().enumerate() {
            if let Some(place) = layout.actors[index] {
                let response = actor::show(ui, ctx, view, actor, place.translate(from), colors[index]);
                on_actor(&response, index);
            }
        }
        services(ui, ctx, view, &layout, from);
        if !ctx.settings.calm {
            travels(ui, theme, view, &layout, &colors, from);
        }
        self.details(ui, ctx, view, &layout, &colors, from);
    }

    /// The card of the record that was clicked; goes away by its cross or Esc.
    fn details(&mut self, ui: &Ui, ctx: &Ctx<'_>, view: &StageView, layout: &Layout, colors: &[Color32], from: Vec2) {
        let Some(open) = &self.open else { return };
        let strip = layout.strip(view, &open.topic, open.partition);
        let at = strip.map_or(from.to_pos2(), |strip| strip.rect.translate(from).left_bottom() + Vec2::new(0.0, 30.0));
        let escape = ui.input(|input| input.key_pressed(Key::Escape));
        if details::show(ui, ctx, view, colors, open, at) || escape {
            self.open = None;
        }
    }
}

/// The heads of lanes and topics.
fn heads(ui: &Ui, ctx: &Ctx<'_>, view: &StageView, layout: &Layout, from: Vec2) {
    let theme = theme::of(ui);
    let painter = ui.painter();
    for lane in &layout.lanes {
        let at = lane.at + from;
        if let Some(rule) = lane.rule {
            painter.hline(at.x..=(at.x + layout.size.x), rule + from.y, theme.rule());
        }
        let Some(spec) = lane.lane.and_then(|index| layout::specs(view).get(index)) else { continue };
        let title = painter.layout_no_wrap(words(ctx, &spec.title).to_owned(), fonts::semibold(13.5), theme.text);
        let right = at.x + title.size().x + 16.0;
        painter.galley(at, title, theme.text);
        let note = painter.layout_no_wrap(words(ctx, &spec.note).to_owned(), fonts::caption(), theme.quiet);
        painter.galley(pos2(right, at.y + 2.0), note, theme.quiet);
    }
    for (topic, at) in &layout.heads {
        let topic = &view.topics[*topic];
        let name = painter.layout_no_wrap(topic.name.to_string(), fonts::data(), theme.text);
        let (at, width) = (*at + from, name.size().x);
        painter.galley(at, name, theme.text);
        let note = topic_note(ctx, topic);
        painter.text(at + Vec2::new(width + 10.0, 2.0), egui::Align2::LEFT_TOP, note, fonts::caption(), theme.quiet);
    }
}

/// How many records wait in a queue and how many are held; how many a topic keeps.
fn topic_note(ctx: &Ctx<'_>, topic: &TopicView) -> String {
    let cells = || topic.partitions.iter().flat_map(|part| &part.cells);
    let held = cells().filter(|cell| matches!(cell.state, CellState::Acquired { .. })).count() as u64;
    let waiting = cells().filter(|cell| matches!(cell.state, CellState::Waiting)).count() as u64;
    if held + waiting > 0 || topic.is_queue {
        return ctx.text.with("lab-topic-queue", &[("waiting", waiting.into()), ("held", held.into())]);
    }
    let kept: i64 = topic.partitions.iter().map(|part| (part.end - part.start).max(0)).sum();
    ctx.text.with("lab-topic-kept", &[("n", kept.into())])
}

/// Who writes where and who reads what; broken and faint where nothing flows: who is away, or has no partition.
fn ways(ui: &Ui, ctx: &Ctx<'_>, view: &StageView, layout: &Layout, colors: &[Color32], from: Vec2) {
    let theme = theme::of(ui);
    for (index, actor) in view.actors.iter().enumerate() {
        let Some(place) = layout.actors[index].map(|rect| rect.translate(from)) else { continue };
        let stroke = Stroke::new(1.5, theme.window.lerp_to_gamma(colors[index], 0.75));
        let writes = !matches!(actor.kind, ActorViewKind::Consumer { .. }) && layout::is_left(actor);
        let queue = matches!(&actor.kind, ActorViewKind::Consumer { protocol: GroupProtocol::Share, .. });
        let by_itself = actor.service.as_ref().is_some_and(|service| !service.in_queue_mode);
        let away = matches!(actor.state, ActorState::Stopped | ActorState::Crashed);
        // Every member of a queue may be given any record; others read what they own.
        let flows = !away && !by_itself && (writes || queue || !actor.owns.is_empty());
        for strip in &layout.strips {
            let topic = &view.topics[strip.topic];
            let partition = topic.partitions[strip.partition].id;
            let owns = actor.owns.iter().any(|(name, part)| *name == topic.name && *part == partition);
            let with = if writes || queue || !flows { actor.topics.contains(&topic.name) } else { owns };
            if !with {
                continue;
            }
            let strip = strip.whole.translate(from);
            let curve = if writes { Curve::between(place, strip) } else { Curve::between(strip, place) };
            match flows {
                true => curve.paint(ui, stroke),
                false => curve.paint_dashed(ui, Stroke::new(1.2, theme.edge)),
            }
        }
        if let Some(called) = calls(view, &actor.id).and_then(|id| look::actor(view, id))
            && let Some(called) = layout.actors[called]
            && by_itself
        {
            let curve = Curve::over(place, called.translate(from));
            curve.paint(ui, stroke);
            let at = curve.at(0.5) - Vec2::Y * 3.0;
            ui.painter().text(at, egui::Align2::CENTER_BOTTOM, &*ctx.t("lab-calls"), fonts::caption(), theme.quiet);
        }
    }
}

/// The actor that a service waits for while it works in sequence.
pub(super) fn calls<'a>(view: &'a StageView, id: &str) -> Option<&'a str> {
    view.lesson.as_ref()?.file.actor(id)?.calls.as_deref()
}

/// The people in front of services, and the tables behind them.
fn services(ui: &Ui, ctx: &Ctx<'_>, view: &StageView, layout: &Layout, from: Vec2) {
    let theme = theme::of(ui);
    let line = Stroke::new(1.2, theme.edge);
    let painter = ui.painter();
    for (service, rect) in &layout.people {
        let rect = rect.translate(from);
        icon::USER.paint(painter, rect.center() - Vec2::new(0.0, 6.0), 20.0, theme.quiet);
        let at = rect.center() + Vec2::new(0.0, 12.0);
        painter.text(at, egui::Align2::CENTER_CENTER, &*ctx.t("lab-people"), fonts::caption(), theme.quiet);
        if let Some(service) = layout.actors[*service] {
            Curve::between(rect, service.translate(from)).paint(ui, line);
        }
    }
    for (service, rect) in &layout.databases {
        let rect = rect.translate(from);
        let Some(table) = &view.actors[*service].service else { continue };
        painter.vline(rect.center().x, (rect.top() - 14.0)..=rect.top(), line);
        painter.rect(rect, RADIUS as f32, theme.panel, line, egui::StrokeKind::Inside);
        icon::STORAGE.paint(painter, pos2(rect.left() + 14.0, rect.center().y), 14.0, theme.quiet);
        let words = ctx.text.with("lab-actor-rows", &[("n", format::count(table.row_count).into())]);
        let at = pos2(rect.left() + 26.0, rect.center().y);
        painter.text(at, egui::Align2::LEFT_CENTER, words, fonts::caption(), theme.text);
    }
}

/// The dots. Where there are too many, some stand for the others.
fn travels(ui: &Ui, theme: &Theme, view: &StageView, layout: &Layout, colors: &[Color32], from: Vec2) {
    let under_way = |travel: &&Travel| travel.started_ms <= view.now_ms && view.now_ms < travel.arrives_ms;
    let here: Vec<_> = view.travels.iter().filter(under_way).collect();
    let every = here.len().div_ceil(DOTS_MAX).max(1);
    let with_words = here.len() <= DOTS_WITH_WORDS_MAX;
    for travel in here.iter().step_by(every) {
        let Some((start, one)) = place(view, layout, &travel.from, &travel.to) else { continue };
        let Some((end, other)) = place(view, layout, &travel.to, &travel.from) else { continue };
        let (start, end) = (start.translate(from), end.translate(from));
        let call = one.is_some() && other.is_some();
        let curve = if call { Curve::over(start, end) } else { Curve::between(start, end) };
        let color = match travel.kind {
            TravelKind::Return => theme.bad,
            TravelKind::Commit => theme.good,
            _ => one.or(other).map_or(theme.accent, |actor| colors[actor]),
        };
        // What is not a message has no number to tell.
        let small = matches!(travel.kind, TravelKind::Commit | TravelKind::Request | TravelKind::Answer);
        let label = if with_words && !small { &*travel.label } else { "" };
        curve::dot(ui, theme, curve.at(share(travel, view.now_ms)), label, color);
    }
}

/// How far it has come, 0 to 1: slow where it sets out and arrives.
fn share(travel: &Travel, now_ms: i64) -> f32 {
    let whole = (travel.arrives_ms - travel.started_ms).max(1) as f32;
    let t = ((now_ms - travel.started_ms) as f32 / whole).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Where one end of a way is, and which actor stands there. People are those in front of the service at the other end.
fn place(view: &StageView, layout: &Layout, end: &Place, other: &Place) -> Option<(Rect, Option<usize>)> {
    match (end, other) {
        (Place::Actor(id), _) => {
            let index = look::actor(view, id)?;
            Some((layout.actors[index]?, Some(index)))
        }
        (Place::Partition { topic, partition }, _) => Some((layout.strip(view, topic, *partition)?.whole, None)),
        (Place::Person, Place::Actor(service)) => {
            let index = look::actor(view, service)?;
            let (_, rect) = layout.people.iter().find(|(of, _)| *of == index)?;
            Some((*rect, None))
        }
        (Place::Person, _) => None,
    }
}
