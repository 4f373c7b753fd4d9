//! Fields: text, find, many lines, switch, check box.

use egui::{
    Color32, CornerRadius, FontSelection, Frame, Id, Key, Margin, Response, Role, Sense, Stroke, StrokeKind, TextEdit,
    Ui, Vec2, WidgetInfo,
};

use super::{button, labels};
use crate::ui::{
    icon,
    theme::{self, CONTROL, ICON, RADIUS, fonts},
};

/// A text field with its label above and a hint or a fault below.
pub struct Field<'a> {
    pub label: &'a str,
    pub hint: &'a str,
    /// Why the text cannot be used; shown in red under the field.
    pub fault: Option<&'a str>,
    /// Quiet words under the field.
    pub help: &'a str,
    /// Data instead of prose.
    pub mono: bool,
    /// A password: shown as dots.
    pub secret: bool,
    /// Width in points; all there is where it is infinite.
    pub width: f32,
}

impl<'a> Field<'a> {
    pub fn new(label: &'a str) -> Self {
        Self { label, hint: "", fault: None, help: "", mono: false, secret: false, width: f32::INFINITY }
    }
}

/// A labelled text field of one line. The response is the field's.
pub fn text_field(ui: &mut Ui, field: &Field<'_>, value: &mut String) -> Response {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        let label = labels::caption(ui, field.label);
        let font = if field.mono { fonts::data() } else { fonts::body() };
        let response = framed(ui, field.width, field.fault.is_some(), |ui, width| {
            ui.add(edit(value, font, field.hint, width).password(field.secret)).labelled_by(label.id)
        });
        below(ui, field);
        response
    })
    .inner
}

/// A labelled field of several lines.
pub fn multiline(ui: &mut Ui, field: &Field<'_>, value: &mut String, rows: usize) -> Response {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        let label = labels::caption(ui, field.label);
        let font = if field.mono { fonts::data() } else { fonts::body() };
        let response = framed(ui, field.width, field.fault.is_some(), |ui, width| {
            let edit = TextEdit::multiline(value)
                .font(FontSelection::FontId(font))
                .hint_text(field.hint)
                .desired_width(width)
                .desired_rows(rows)
                .frame(Frame::NONE.inner_margin(Margin::symmetric(8, 6)));
            ui.add(edit).labelled_by(label.id)
        });
        below(ui, field);
        response
    })
    .inner
}

/// A find field with icon, quiet words at its right (`14 of 1,707`), and a cross that empties it. `id` lets a command
/// focus it: `ui.memory_mut(|m| m.request_focus(id))`.
pub fn search(ui: &mut Ui, id: Id, value: &mut String, hint: &str, count: &str, width: f32) -> Response {
    let theme = theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(Vec2::new(width, CONTROL), Sense::hover());
    let focused = ui.memory(|memory| memory.has_focus(id));
    ground(ui, rect, focused, false);
    icon::SEARCH.paint(ui.painter(), egui::pos2(rect.left() + 16.0, rect.center().y), ICON, theme.quiet);
    let mut right = rect.right() - 8.0;
    if !value.is_empty() {
        let cross = egui::Rect::from_center_size(egui::pos2(right - 7.0, rect.center().y), Vec2::splat(18.0));
        let response = ui.interact(cross, id.with("clear"), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "×"));
        icon::CLOSE.paint(
            ui.painter(),
            cross.center(),
            14.0,
            if response.hovered() { theme.text } else { theme.quiet },
        );
        if response.clicked() {
            value.clear();
        }
        right = cross.left() - 4.0;
    }
    // What is looked for matters more than how often it was found, which also stands elsewhere.
    let typed = ui.painter().layout_no_wrap(value.clone(), fonts::body(), theme.text).size().x;
    let counted = ui.painter().layout_no_wrap(count.to_owned(), fonts::body(), theme.quiet).size().x;
    if !count.is_empty() && 30.0 + typed + counted + 20.0 <= right - rect.left() {
        let galley = ui.painter().layout_no_wrap(count.to_owned(), fonts::body(), theme.quiet);
        let at = egui::pos2(right - galley.size().x, rect.center().y - galley.size().y / 2.0);
        right = at.x - 8.0;
        ui.painter().galley(at, galley, theme.quiet);
    }
    let inner = egui::Rect::from_min_max(egui::pos2(rect.left() + 30.0, rect.top()), egui::pos2(right, rect.bottom()));
    let edit = edit(value, fonts::body(), hint, inner.width())
        .id(id)
        .frame(Frame::NONE)
        .align(egui::Align2::LEFT_CENTER)
        .min_size(inner.size());
    let response = ui.place(inner, edit);
    response.widget_info(|| {
        let mut info = WidgetInfo::text_edit(true, &*value, &*value, hint);
        info.label = Some(hint.to_owned());
        info
    });
    if response.has_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
        value.clear();
        response.surrender_focus();
    }
    response
}

/// A switch with its words; the response tells of a change.
pub fn switch(ui: &mut Ui, on: &mut bool, text: &str) -> Response {
    let theme = theme::of(ui);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), fonts::body(), theme.text);
    let size = Vec2::new(32.0 + 8.0 + galley.size().x, CONTROL);
    let (rect, mut response) = ui.allocate_exact_size(size, Sense::click());
    if response.clicked() {
        *on = !*on;
        response.mark_changed();
    }
    response.widget_info(|| WidgetInfo::selected(Role::Switch, true, *on, text));
    let how = ui.animate_bool_responsive(response.id, *on);
    let track = egui::Rect::from_min_size(egui::pos2(rect.left(), rect.center().y - 9.0), Vec2::new(32.0, 18.0));
    let off = if theme.dark { theme.edge } else { theme.dimmed(theme.faint) };
    ui.painter().rect_filled(track, 9.0, off.lerp_to_gamma(theme.accent, how));
    let x = egui::lerp(track.left() + 9.0..=track.right() - 9.0, how);
    ui.painter().circle_filled(
        egui::pos2(x, track.center().y),
        6.5,
        if theme.dark { theme.text } else { Color32::WHITE },
    );
    ui.painter().galley(egui::pos2(rect.left() + 40.0, rect.center().y - galley.size().y / 2.0), galley, theme.text);
    button::focus_ring(ui, &response, track);
    response
}

/// A check box with its words; the response tells of a change.
pub fn check(ui: &mut Ui, on: &mut bool, text: &str) -> Response {
    let theme = theme::of(ui);
    // A name that somebody chose may be longer than the place: it ends in `…` instead of pushing its neighbours away.
    let room = if ui.is_sizing_pass() { f32::INFINITY } else { ui.available_width() };
    let galley = labels::one_line(ui, text, fonts::body(), theme.text, room - 24.0);
    let (rect, mut response) = ui.allocate_exact_size(Vec2::new(24.0 + galley.size().x, 24.0), Sense::click());
    if galley.elided {
        response = response.on_hover_text(text);
    }
    if response.clicked() {
        *on = !*on;
        response.mark_changed();
    }
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, *on, text));
    let square = egui::Rect::from_center_size(egui::pos2(rect.left() + 8.0, rect.center().y), Vec2::splat(16.0));
    let (fill, edge) = if *on { (theme.accent, theme.accent) } else { (theme.raised, theme.faint) };
    ui.painter().rect(square, 4.0, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    if *on {
        icon::CHECK.paint(ui.painter(), square.center(), 13.0, theme.on_accent);
    }
    ui.painter().galley(egui::pos2(rect.left() + 24.0, rect.center().y - galley.size().y / 2.0), galley, theme.text);
    button::focus_ring(ui, &response, square);
    response
}

/// The frame's own inner space counts: egui passes over a margin where there is a frame.
fn edit<'t>(value: &'t mut String, font: egui::FontId, hint: &str, width: f32) -> TextEdit<'t> {
    TextEdit::singleline(value)
        .font(FontSelection::FontId(font))
        .hint_text(hint)
        .desired_width(width)
        .align(egui::Align2::LEFT_CENTER)
        .min_size(Vec2::new(0.0, CONTROL))
        .frame(Frame::NONE.inner_margin(Margin::symmetric(8, 0)))
}

fn framed(ui: &mut Ui, width: f32, faulty: bool, add: impl FnOnce(&mut Ui, f32) -> Response) -> Response {
    let width = if width.is_finite() { width } else { ui.available_width() };
    let slot = ui.painter().add(egui::Shape::Noop);
    let response = ui.scope(|ui| add(ui, width)).inner;
    let theme = theme::of(ui);
    let edge = edge(theme, response.has_focus(), faulty);
    let fill = if theme.dark { theme.window } else { theme.panel };
    let shape = egui::epaint::RectShape::new(response.rect, CornerRadius::same(RADIUS), fill, edge, StrokeKind::Inside);
    ui.painter().set(slot, shape);
    response
}

/// A field without label, for a table of settings: `name` is its accessible name.
pub fn plain_field(ui: &mut Ui, name: &str, value: &mut String, width: f32, faulty: bool) -> Response {
    framed(ui, width, faulty, |ui, width| ui.add(edit(value, fonts::data(), "", width))).accessible_name(name)
}

fn ground(ui: &Ui, rect: egui::Rect, focused: bool, faulty: bool) {
    let theme = theme::of(ui);
    let fill = if theme.dark { theme.window } else { theme.panel };
    ui.painter().rect(rect, CornerRadius::same(RADIUS), fill, edge(theme, focused, faulty), StrokeKind::Inside);
}

fn edge(theme: &theme::Theme, focused: bool, faulty: bool) -> Stroke {
    if faulty {
        Stroke::new(1.0, theme.bad)
    } else if focused {
        Stroke::new(1.5, theme.accent)
    } else {
        Stroke::new(1.0, theme.edge)
    }
}

fn below(ui: &mut Ui, field: &Field<'_>) {
    let theme = theme::of(ui);
    if let Some(fault) = field.fault {
        ui.scope(|ui| {
            // As high as its words, which go on in a further line where they do not fit.
            ui.spacing_mut().interact_size.y = 0.0;
            ui.spacing_mut().item_spacing.x = 4.0;
            ui.set_max_width(field.width.min(ui.available_width()));
            ui.horizontal_top(|ui| {
                ui.label(icon::ERROR.text().size(14.0).color(theme.bad));
                let words = egui::RichText::new(fault).font(fonts::caption()).color(theme.bad);
                ui.add(egui::Label::new(words).wrap());
            });
        });
    } else if !field.help.is_empty() {
        ui.add(egui::Label::new(egui::RichText::new(field.help).font(fonts::caption()).color(theme.quiet)).wrap());
    }
}
