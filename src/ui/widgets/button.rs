//! Buttons: one primary a screen, quiet ones beside it, red ones for what destroys.

use egui::{
    Color32, CornerRadius, CursorIcon, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2, Widget, WidgetInfo,
};

use super::labels;
use crate::ui::{
    icon::{self, Icon},
    theme::{self, CONTROL, ICON, RADIUS, Theme, fonts},
};

/// Space between icon and word.
const GAP: f32 = 7.0;
const PADDING: f32 = 12.0;
/// Width of the arrow of what opens a menu.
const ARROW: f32 = 14.0;

#[derive(Clone, Copy, PartialEq)]
enum Look {
    Primary,
    Secondary,
    /// Red words: opens a question.
    Danger,
    /// Red ground: the answer to it.
    DangerPrimary,
    /// No edge until the pointer is over it.
    Bare,
}

/// A button of 28 points, in the look that its constructor names.
#[must_use = "add it with ui.add"]
pub struct Button<'a> {
    text: &'a str,
    look: Look,
    icon: Option<Icon>,
    icon_after: Option<Icon>,
    keys: Option<&'a str>,
    opens: bool,
    enabled: bool,
    selected: bool,
    why: Option<&'a str>,
    min_width: f32,
    /// Words at the left edge, arrow at the right one, and no wider than this.
    spread: Option<f32>,
}

impl<'a> Button<'a> {
    fn new(text: &'a str, look: Look) -> Self {
        Self {
            text,
            look,
            icon: None,
            icon_after: None,
            keys: None,
            opens: false,
            enabled: true,
            selected: false,
            why: None,
            min_width: 0.0,
            spread: None,
        }
    }

    /// The one thing to do on this screen.
    pub fn primary(text: &'a str) -> Self {
        Self::new(text, Look::Primary)
    }

    pub fn secondary(text: &'a str) -> Self {
        Self::new(text, Look::Secondary)
    }

    /// Red words: leads to a question before anything is lost.
    pub fn danger(text: &'a str) -> Self {
        Self::new(text, Look::Danger)
    }

    /// Red ground: destroys.
    pub fn danger_primary(text: &'a str) -> Self {
        Self::new(text, Look::DangerPrimary)
    }

    /// Without an edge.
    pub fn bare(text: &'a str) -> Self {
        Self::new(text, Look::Bare)
    }

    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// A sign after the words, for what leads on; at the right edge of a button that is spread.
    pub fn icon_after(mut self, icon: Icon) -> Self {
        self.icon_after = Some(icon);
        self
    }

    /// The keys that do the same, as a key cap.
    pub fn keys(mut self, keys: &'a str) -> Self {
        self.keys = Some(keys);
        self
    }

    /// With an arrow down: opens a menu.
    pub fn opens_menu(mut self) -> Self {
        self.opens = true;
        self
    }

    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Disabled, with the reason on hover; enabled when there is no reason.
    pub fn unless(mut self, why_not: Option<&'a str>) -> Self {
        self.enabled = why_not.is_none();
        self.why = why_not;
        self
    }

    /// Shown as switched on.
    pub fn selected(mut self, selected: bool) -> Self {
        self.selected = selected;
        self
    }

    pub fn min_width(mut self, points: f32) -> Self {
        self.min_width = points;
        self
    }

    /// As a choice among many is drawn: words at the left edge, cut where they would be wider than that, arrow at the
    /// right one.
    pub fn spread(mut self, max_width: f32) -> Self {
        self.spread = Some(max_width);
        self
    }

    /// Adds it to `ui`.
    pub fn show(self, ui: &mut Ui) -> Response {
        ui.add(self)
    }

    fn colors(&self, theme: &Theme, response: &Response) -> (Color32, Stroke, Color32) {
        let lift = if response.is_pointer_button_down_on() {
            0.14
        } else if response.hovered() {
            0.07
        } else {
            0.0
        };
        let filled =
            |ground: Color32| ground.lerp_to_gamma(if theme.dark { Color32::WHITE } else { Color32::BLACK }, lift);
        let edge = |color: Color32| Stroke::new(1.0, color.lerp_to_gamma(theme.text, lift));
        match self.look {
            Look::Primary => (filled(theme.accent), Stroke::NONE, theme.on_accent),
            Look::DangerPrimary => {
                (filled(theme.bad), Stroke::NONE, if theme.dark { theme.window } else { Color32::WHITE })
            }
            Look::Secondary if self.selected => (theme.selected, edge(theme.accent), theme.text),
            Look::Secondary => (filled(theme.raised), edge(theme.edge), theme.text),
            Look::Danger => (filled(theme.raised), edge(theme.edge), theme.bad),
            Look::Bare if lift > 0.0 => (filled(theme.hover), Stroke::NONE, theme.text),
            Look::Bare => (Color32::TRANSPARENT, Stroke::NONE, theme.quiet),
        }
    }
}

impl Widget for Button<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let theme = theme::of(ui);
        let font = match self.look {
            Look::Primary | Look::DangerPrimary => fonts::semibold(13.0),
            _ => fonts::body(),
        };
        let heavy = fonts::needs_weight(&font, self.text);
        let signs = self.icon.iter().chain(&self.icon_after).count() as f32 * (ICON + GAP);
        let arrow = if self.opens { ARROW } else { 0.0 };
        let room = self.spread.map_or(f32::INFINITY, |width| width - 2.0 * PADDING - arrow - signs);
        let words = labels::one_line(ui, self.text, font, Color32::PLACEHOLDER, room);
        let elided = words.elided;
        let cap =
            self.keys.map(|keys| ui.painter().layout_no_wrap(keys.to_owned(), fonts::data(), Color32::PLACEHOLDER));
        let mut width = words.size().x + 2.0 * PADDING;
        width += if self.icon.is_some() { ICON + if self.text.is_empty() { 0.0 } else { GAP } } else { 0.0 };
        width += cap.as_ref().map_or(0.0, |cap| cap.size().x + 10.0 + GAP);
        width += if self.icon_after.is_some() { GAP + ICON } else { 0.0 };
        width += arrow;
        let size = Vec2::new(width.max(self.min_width).ceil(), CONTROL);
        let (rect, mut response) = allocate(ui, size, self.enabled);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled() && self.enabled, self.text));
        if ui.is_rect_visible(rect) {
            let (ground, edge, mut color) = self.colors(theme, &response);
            let (ground, edge) = if self.enabled {
                (ground, edge)
            } else {
                color = if self.look == Look::Bare { theme.faint } else { theme.dimmed(theme.quiet) };
                (theme.hover, if self.look == Look::Bare { Stroke::NONE } else { theme.rule() })
            };
            let painter = ui.painter();
            painter.rect(rect, CornerRadius::same(RADIUS), ground, edge, StrokeKind::Inside);
            focus_ring(ui, &response, rect);
            let mut x = match self.spread {
                Some(_) => rect.left() + PADDING,
                None => rect.center().x - (width - 2.0 * PADDING) / 2.0,
            };
            let y = rect.center().y;
            if let Some(icon) = self.icon {
                icon.paint(painter, egui::pos2(x + ICON / 2.0, y), ICON, color);
                x += ICON + GAP;
            }
            let words_width = words.size().x;
            let at = egui::pos2(x, y - words.size().y / 2.0);
            if heavy {
                fonts::paint_weighty(painter, at, words, color);
            } else {
                painter.galley(at, words, color);
            }
            x += words_width;
            if let Some(cap) = cap {
                let coloured = matches!(self.look, Look::Primary | Look::DangerPrimary);
                let cap_color = if coloured { color } else { theme.quiet };
                let cap_rect = Rect::from_min_size(egui::pos2(x + GAP, y - 8.5), Vec2::new(cap.size().x + 10.0, 17.0));
                let cap_edge = if coloured { color.gamma_multiply(0.5) } else { theme.edge };
                painter.rect_stroke(cap_rect, 4.0, Stroke::new(1.0, cap_edge), StrokeKind::Inside);
                painter.galley(cap_rect.center() - cap.size() / 2.0, cap, cap_color);
                x = cap_rect.right();
            }
            if self.spread.is_some() {
                x = rect.right() - PADDING - ARROW + 2.0;
            }
            if let Some(icon) = self.icon_after {
                let at = if self.spread.is_some() { rect.right() - PADDING - ICON } else { x + GAP };
                icon.paint(painter, egui::pos2(at + ICON / 2.0, y), ICON, color);
            }
            if self.opens {
                icon::CHEVRON_DOWN.paint(painter, egui::pos2(x + 10.0, y), 15.0, color);
            }
        }
        if self.enabled {
            response = response.on_hover_cursor(CursorIcon::PointingHand);
            if elided {
                response = response.on_hover_text(self.text);
            }
        } else if let Some(why) = self.why {
            response = response.on_disabled_hover_text(why).on_hover_text(why);
        }
        response
    }
}

/// Space for a control that may be disabled; a disabled one still tells why on hover.
fn allocate(ui: &mut Ui, size: Vec2, enabled: bool) -> (Rect, Response) {
    if enabled {
        ui.allocate_exact_size(size, Sense::click())
    } else {
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        (rect, response)
    }
}

/// The ring around what the keyboard is on.
pub fn focus_ring(ui: &Ui, response: &Response, rect: Rect) {
    if response.has_focus() {
        let stroke = Stroke::new(1.5, theme::of(ui).accent);
        ui.painter().rect_stroke(rect.expand(2.0), CornerRadius::same(RADIUS + 2), stroke, StrokeKind::Inside);
    }
}

/// The one thing to do on this screen.
pub fn primary(ui: &mut Ui, text: &str) -> Response {
    ui.add(Button::primary(text))
}

pub fn secondary(ui: &mut Ui, text: &str) -> Response {
    ui.add(Button::secondary(text))
}

/// Red words: leads to a question before anything is lost.
pub fn danger(ui: &mut Ui, text: &str) -> Response {
    ui.add(Button::danger(text))
}

/// A square button with an icon; `name` is its tooltip and its accessible name.
pub fn icon_button(ui: &mut Ui, icon: Icon, name: &str) -> Response {
    icon_button_enabled(ui, icon, name, true)
}

/// Same, perhaps disabled.
pub fn icon_button_enabled(ui: &mut Ui, icon: Icon, name: &str, enabled: bool) -> Response {
    let theme = theme::of(ui);
    let (rect, response) = allocate(ui, Vec2::splat(CONTROL), enabled);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled() && enabled, name));
    if response.hovered() && enabled {
        let ground = if response.is_pointer_button_down_on() { theme.selected } else { theme.hover };
        ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), ground);
    }
    focus_ring(ui, &response, rect);
    let color = if !enabled {
        theme.dimmed(theme.quiet)
    } else if response.hovered() {
        theme.text
    } else {
        theme.quiet
    };
    icon.paint(ui.painter(), rect.center(), ICON, color);
    if name.is_empty() { response } else { response.on_hover_text(name) }
}

/// Words in the accent colour that lead somewhere.
pub fn link(ui: &mut Ui, text: &str) -> Response {
    let theme = theme::of(ui);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), fonts::body(), theme.accent);
    let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Link, ui.is_enabled(), text));
    ui.painter().galley(rect.min, galley, theme.accent);
    if response.hovered() || response.has_focus() {
        ui.painter().hline(rect.x_range(), rect.bottom() - 1.0, Stroke::new(1.0, theme.accent));
    }
    response.on_hover_cursor(CursorIcon::PointingHand)
}

/// One part of the way to a screen: quiet until the pointer is over it.
pub(super) fn crumb(ui: &mut Ui, text: &str) -> Response {
    let theme = theme::of(ui);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), fonts::body(), Color32::PLACEHOLDER);
    let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Link, ui.is_enabled(), text));
    let color = if response.hovered() || response.has_focus() { theme.accent } else { theme.quiet };
    ui.painter().galley(rect.min, galley, color);
    response.on_hover_cursor(CursorIcon::PointingHand)
}
