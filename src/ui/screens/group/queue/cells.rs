//! Every record in flight as a cell, partition under partition. Only cells in view are drawn, so two thousand a partition
//! and many partitions cost no more than a screenful.

use std::sync::Arc;

use egui::{EventFilter, Id, Key, Modifiers, Popup, Pos2, Rect, Response, Role, ScrollArea, Sense, Ui, WidgetInfo};

use super::{
    config::QueueConfig,
    face::{self, Look},
    foot,
    geometry::{HEAD, Layout, Metrics},
    hand,
    selection::{Move, Selection},
    strip::Strip,
    words,
};
use crate::{
    model::{ShareRecordState, TopicPartition},
    session::{GroupFacts, QueuePicture},
    ui::{
        Command, Ctx, Place, format,
        screens::group::chart::letter,
        theme::{self, fonts},
        widgets,
    },
};

/// With more cells than this in a partition they are small until the user says otherwise.
const LARGE_CELLS_MAX: usize = 240;
/// Members named over the cells at most; all are in the tab of members.
const MEMBERS_NAMED_MAX: usize = 6;
/// Around the cells, in points.
const MARGIN: f32 = 14.0;

/// What the picture keeps between frames.
#[derive(Default)]
pub(super) struct CellsView {
    selection: Option<Selection>,
    /// As chosen; by the number of cells until then.
    large: Option<bool>,
    /// The chosen record is to be brought into view.
    reveal: bool,
}

/// What is drawn in this frame.
struct Frame<'a, 'c> {
    ctx: &'a Ctx<'c>,
    group: &'a GroupFacts,
    config: &'a QueueConfig,
    strips: &'a [Strip<'a>],
    layout: &'a Layout,
}

impl CellsView {
    /// Draws head, cells and foot on all the space that is left.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        group: &GroupFacts,
        picture: &QueuePicture,
        config: &QueueConfig,
    ) {
        let strips = strips(picture);
        self.forget_what_is_gone(&strips);
        let most = strips.iter().map(Strip::len).max().unwrap_or_default();
        let mut large = self.large.unwrap_or(most <= LARGE_CELLS_MAX);
        self.head(ui, ctx, group, &mut large);
        let height = ui.available_height() - foot::HEIGHT;
        let longest = strips.iter().map(|strip| format::integer(strip.view.high_watermark).len()).max().unwrap_or(1);
        let metrics = if large { Metrics::large(longest) } else { Metrics::small() };
        let width = ui.available_width() - 2.0 * MARGIN - 8.0;
        let layout = Layout::new(metrics, width, strips.iter().map(Strip::len));
        let frame = Frame { ctx, group, config, strips: &strips, layout: &layout };
        let mut scroll = ScrollArea::vertical().id_salt("queue-cells").max_height(height).auto_shrink(false);
        if let Some(top) = self.reveal_top(&frame, height) {
            scroll = scroll.vertical_scroll_offset(top);
        }
        scroll.show_viewport(ui, |ui, viewport| self.cells(ui, &frame, viewport));
        foot::show(ui, ctx, group, self.selection.as_ref(), &strips);
    }

    fn head(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts, large: &mut bool) {
        egui::Frame::new().inner_margin(egui::Margin::symmetric(MARGIN as i8, 6)).show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.set_min_height(theme::CONTROL);
                widgets::section(ui, &ctx.t("queue-records"));
                members(ui, ctx, group);
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let (wide, narrow) = (ctx.t("queue-cells-large"), ctx.t("queue-cells-small"));
                    if widgets::segmented(ui, large, &[(true, &*wide), (false, &*narrow)]) {
                        self.large = Some(*large);
                        self.reveal = self.selection.is_some();
                    }
                    ui.add_space(12.0);
                    legend(ui, ctx);
                });
            });
        });
    }

    /// Finished records leave the picture when the queue's start passes them.
    fn forget_what_is_gone(&mut self, strips: &[Strip<'_>]) {
        let gone = self.selection.as_ref().is_some_and(|selection| {
            let strip = strips.iter().find(|strip| strip.tp == selection.tp);
            strip.is_none_or(|strip| selection.range().last < strip.view.start_offset || strip.len() == 0)
        });
        if gone {
            self.selection = None;
        }
    }

    /// Where the view must begin for the chosen record to be in it, when it is not.
    fn reveal_top(&mut self, frame: &Frame<'_, '_>, height: f32) -> Option<f32> {
        if !std::mem::take(&mut self.reveal) {
            return None;
        }
        let selection = self.selection.as_ref()?;
        let at = frame.strips.iter().position(|strip| strip.tp == selection.tp)?;
        let cell = frame.layout.cell(at, frame.strips[at].place_of(selection.head));
        Some((cell.center().y - height / 2.0).max(0.0))
    }

    fn cells(&mut self, ui: &mut Ui, frame: &Frame<'_, '_>, viewport: Rect) {
        let id = ui.make_persistent_id("queue-cells-body");
        ui.set_height(frame.layout.height());
        let origin = ui.max_rect().left_top() + egui::vec2(MARGIN, 0.0);
        let space =
            Rect::from_min_size(ui.max_rect().left_top(), egui::vec2(ui.available_width(), frame.layout.height()));
        let body = ui.interact(space.intersect(ui.clip_rect()), id, Sense::click());
        let name = frame.ctx.t("queue-records");
        body.widget_info(|| WidgetInfo::labeled(Role::Grid, true, &*name));
        let under = body.hover_pos().and_then(|pointer| frame.layout.at(pointer - origin.to_vec2()));
        let under = under.filter(|(strip, place)| frame.strips[*strip].face(*place).is_some());
        let told = ui.ctx().accesskit_node_builder(body.id, |_| ()).is_some();
        for at in frame.layout.strips_between(viewport.top(), viewport.bottom()) {
            let head = Rect::from_min_size(
                origin + egui::vec2(0.0, frame.layout.top(at)),
                egui::vec2(space.width() - 2.0 * MARGIN, HEAD),
            );
            strip_head(ui, frame, at, head);
            self.strip(ui, frame, at, origin, viewport, under, told.then_some(id));
        }
        self.pointer(ui, frame, &body, under);
        self.keys(ui, frame, id);
    }

    #[expect(clippy::too_many_arguments, reason = "one caller; a struct would only rename the arguments")]
    fn strip(
        &self,
        ui: &Ui,
        frame: &Frame<'_, '_>,
        at: usize,
        origin: Pos2,
        viewport: Rect,
        under: Option<(usize, usize)>,
        told: Option<Id>,
    ) {
        let strip = &frame.strips[at];
        let painter = ui.painter();
        for place in frame.layout.cells_between(at, viewport.top(), viewport.bottom()) {
            let Some(face) = strip.face(place) else { break };
            let rect = frame.layout.cell(at, place).translate(origin.to_vec2());
            let chosen = self.selection.as_ref().is_some_and(|s| s.holds(&strip.tp, face.offset));
            let look = Look {
                large: frame.layout.metrics.large,
                chosen,
                hovered: under == Some((at, place)),
                member: face.member.and_then(|id| member_of(frame.group, id)),
                lock_millis: frame.config.lock_millis(),
            };
            face::draw(painter, frame.ctx, rect, &face, &look);
            if let Some(id) = told {
                let cell = ui.interact(rect, id.with((at, face.offset)), Sense::hover());
                let name = || words::name(frame.ctx, &strip.tp, &face);
                cell.widget_info(|| WidgetInfo::selected(Role::Cell, true, chosen, name()));
            }
        }
    }

    /// A click opens the life of a record, with Shift it chooses up to there; the right button opens a menu.
    fn pointer(&mut self, ui: &mut Ui, frame: &Frame<'_, '_>, body: &Response, under: Option<(usize, usize)>) {
        let found = under.and_then(|(at, place)| Some((&frame.strips[at], frame.strips[at].face(place)?)));
        if let Some((strip, face)) = found {
            if body.clicked() && ui.input(|input| input.modifiers.shift) {
                self.choose_upto(&strip.tp, face.offset);
                ui.memory_mut(|memory| memory.request_focus(body.id));
            } else if body.clicked() {
                open(frame.ctx, &strip.tp, face.offset);
            } else if body.secondary_clicked()
                && !self.selection.as_ref().is_some_and(|s| s.holds(&strip.tp, face.offset))
            {
                self.selection = Some(Selection::one(strip.tp.clone(), face.offset));
            }
            if !Popup::is_any_open(ui.ctx()) {
                let tell = |ui: &mut Ui| words::tell(ui, frame.ctx, &strip.tp, &face, frame.config);
                body.clone().on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_ui_at_pointer(tell);
            }
        } else if body.clicked() {
            self.selection = None;
            ui.memory_mut(|memory| memory.request_focus(body.id));
        }
        if let Some(selection) = &self.selection {
            Popup::context_menu(body).show(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                hand::record_items(ui, frame.ctx, frame.group, selection, frame.strips);
            });
        }
    }

    fn choose_upto(&mut self, tp: &TopicPartition, offset: i64) {
        match &mut self.selection {
            Some(selection) if selection.tp == *tp => selection.extend(offset),
            other => *other = Some(Selection::one(tp.clone(), offset)),
        }
    }

    /// Arrows move, with Shift they choose several; Enter opens, R redelivers, Delete archives, Esc lets go.
    fn keys(&mut self, ui: &Ui, frame: &Frame<'_, '_>, id: Id) {
        let focused = ui.memory(|memory| memory.has_focus(id));
        let idle = ui.memory(|memory| memory.focused().is_none() && memory.top_modal_layer().is_none())
            && !ui.egui_wants_keyboard_input();
        if focused {
            let filter = EventFilter { vertical_arrows: true, horizontal_arrows: true, ..EventFilter::default() };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        }
        if !(focused || idle) {
            return;
        }
        let moves = [
            (Key::ArrowLeft, Move::Left),
            (Key::ArrowRight, Move::Right),
            (Key::ArrowUp, Move::Up),
            (Key::ArrowDown, Move::Down),
            (Key::Home, Move::First),
            (Key::End, Move::Last),
        ];
        let pressed = ui.input_mut(|input| {
            // Shift first: egui lets it pass where it was not asked for.
            let grown =
                moves.iter().find(|(key, _)| input.consume_key(Modifiers::SHIFT, *key)).map(|(_, by)| (*by, true));
            grown.or_else(|| {
                moves.iter().find(|(key, _)| input.consume_key(Modifiers::NONE, *key)).map(|(_, by)| (*by, false))
            })
        });
        if let Some((by, extend)) = pressed {
            let now = self.selection.as_ref();
            if let Some(moved) = Selection::moved(now, frame.strips, frame.layout.per_row, by, extend) {
                self.selection = Some(moved);
                self.reveal = true;
                ui.ctx().request_repaint();
            }
        }
        let Some(selection) = self.selection.clone() else { return };
        let hit = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if hit(Key::Enter) || frame.ctx.take(Command::RecordLife) {
            open(frame.ctx, &selection.tp, selection.head);
        } else if hit(Key::R) {
            hand::redeliver(frame.ctx, frame.group, &selection, frame.strips);
        } else if hit(Key::Delete) {
            hand::ask_archive(frame.ctx, frame.group, &selection, frame.strips);
        } else if hit(Key::Escape) {
            self.selection = None;
        }
    }
}

/// Opens what is known of a record.
pub(super) fn open(ctx: &Ctx<'_>, tp: &TopicPartition, offset: i64) {
    ctx.go(Place::Life { topic: tp.topic.to_string(), partition: tp.partition, offset });
}

fn strips(picture: &QueuePicture) -> Vec<Strip<'_>> {
    let strip = |view| Strip::new(view, TopicPartition::new(Arc::clone(&view.topic), view.partition));
    picture.partitions.iter().map(strip).collect()
}

/// The letter and place of a member, as its row among the members has it.
fn member_of(group: &GroupFacts, id: &str) -> Option<(char, usize)> {
    let index = group.members.iter().position(|member| member.id == id)?;
    Some((letter(index).chars().next()?, index))
}

/// "A orders-0   14 available · 3 acquired", and that more wait than are drawn.
fn strip_head(ui: &mut Ui, frame: &Frame<'_, '_>, at: usize, rect: Rect) {
    let (ctx, strip) = (frame.ctx, &frame.strips[at]);
    let builder = egui::UiBuilder::new()
        .id_salt(("strip", at))
        .max_rect(rect)
        .layout(egui::Layout::left_to_right(egui::Align::Center));
    let mut ui = ui.new_child(builder);
    ui.spacing_mut().item_spacing.x = 6.0;
    widgets::rich(&mut ui, &strip.tp.to_string(), fonts::semibold(13.0), ctx.theme.text);
    let args = [
        ("waiting", format::count(strip.view.available).into()),
        ("acquired", format::count(strip.view.acquired).into()),
        ("start", format::integer(strip.view.start_offset).into()),
    ];
    let id = if strip.len() == 0 { "queue-partition-done" } else { "queue-partition-about" };
    widgets::quiet(&mut ui, &ctx.text.with(id, &args));
    let more = strip.left_out();
    if more > 0 {
        let words = ctx.text.with("queue-left-out", &[("n", format::count(more).into())]);
        widgets::faint(&mut ui, &words);
    }
}

/// Who the letters in the cells are.
fn members(ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts) {
    ui.spacing_mut().item_spacing.x = 5.0;
    for (index, member) in group.members.iter().take(MEMBERS_NAMED_MAX).enumerate() {
        ui.add_space(8.0);
        widgets::rich(ui, &letter(index), fonts::semibold(11.5), ctx.theme.series(index));
        widgets::caption(ui, &member.client_id).on_hover_text(&member.id);
    }
    let more = group.members.len().saturating_sub(MEMBERS_NAMED_MAX);
    if more > 0 {
        widgets::caption(ui, &format!("+ {}", format::count(more as u64)));
    }
}

/// The four states by shape, colour and word.
fn legend(ui: &mut Ui, ctx: &Ctx<'_>) {
    for state in ShareRecordState::ALL.into_iter().rev() {
        let word = words::state_word(ctx, state);
        let about = words::state_about(ctx, state);
        widgets::caption(ui, &word).on_hover_text(&*about);
        let (symbol, color) = words::state_look(ctx.theme, state);
        crate::ui::icon::show(ui, symbol, color).on_hover_text(&*about);
        ui.add_space(6.0);
    }
}
