//! The egui style made from the tokens, so that what egui draws itself (menus, text fields, scroll bars) fits in.

use std::collections::BTreeMap;

use egui::{
    Color32, CornerRadius, Margin, Shadow, Stroke, Style, TextStyle, Vec2,
    style::{ScrollStyle, WidgetVisuals},
};

use super::{CONTROL, DARK, LIGHT, RADIUS, RADIUS_CARD, Theme, fonts};

/// Gives both themes of the context our style. `calm` takes all motion out.
pub fn apply(ctx: &egui::Context, calm: bool) {
    for (which, theme) in [(egui::Theme::Dark, &DARK), (egui::Theme::Light, &LIGHT)] {
        let mut style = (*ctx.style_of(which)).clone();
        restyle(&mut style, theme, calm);
        ctx.set_style_of(which, style);
    }
}

fn restyle(style: &mut Style, theme: &Theme, calm: bool) {
    style.text_styles = BTreeMap::from([
        (TextStyle::Small, fonts::caption()),
        (TextStyle::Body, fonts::body()),
        (TextStyle::Button, fonts::body()),
        (TextStyle::Monospace, fonts::data()),
        (TextStyle::Heading, fonts::title()),
    ]);
    style.animation_time = if calm { 0.0 } else { 0.14 };
    if calm {
        style.scroll_animation = egui::style::ScrollAnimation::none();
    }
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;
    style.compact_menu_style = false;

    let spacing = &mut style.spacing;
    spacing.item_spacing = Vec2::new(8.0, 8.0);
    spacing.button_padding = Vec2::new(12.0, 4.0);
    spacing.menu_margin = Margin::same(4);
    spacing.window_margin = Margin::same(16);
    spacing.interact_size = Vec2::new(28.0, CONTROL);
    spacing.text_edit_width = 220.0;
    spacing.tooltip_width = 360.0;
    spacing.icon_width = 16.0;
    spacing.icon_width_inner = 9.0;
    spacing.icon_spacing = 8.0;
    spacing.scroll = ScrollStyle {
        bar_width: 8.0,
        floating_width: 5.0,
        dormant_handle_opacity: 0.12,
        active_handle_opacity: 0.22,
        interact_handle_opacity: 0.45,
        active_background_opacity: 0.0,
        interact_background_opacity: 0.0,
        ..ScrollStyle::floating()
    };
    spacing.scroll.fade.strength = 0.0;

    visuals(&mut style.visuals, theme);
}

fn visuals(visuals: &mut egui::Visuals, theme: &Theme) {
    visuals.dark_mode = theme.dark;
    visuals.weak_text_color = Some(theme.quiet);
    visuals.hyperlink_color = theme.accent;
    visuals.faint_bg_color = theme.hover;
    visuals.extreme_bg_color = theme.window;
    visuals.text_edit_bg_color = Some(if theme.dark { theme.window } else { theme.panel });
    visuals.code_bg_color = theme.hover;
    visuals.warn_fg_color = theme.care;
    visuals.error_fg_color = theme.bad;
    visuals.panel_fill = theme.window;
    visuals.window_fill = theme.raised;
    visuals.window_stroke = Stroke::new(1.0, theme.edge);
    visuals.window_corner_radius = CornerRadius::same(RADIUS_CARD);
    visuals.menu_corner_radius = CornerRadius::same(RADIUS_CARD);
    visuals.window_shadow = shadow(theme, 24);
    visuals.popup_shadow = shadow(theme, 16);
    visuals.selection.bg_fill = theme.accent.gamma_multiply(if theme.dark { 0.35 } else { 0.22 });
    visuals.selection.stroke = Stroke::new(1.0, theme.text);
    visuals.text_cursor.stroke = Stroke::new(1.5, theme.accent);
    visuals.slider_trailing_fill = true;
    visuals.striped = false;
    visuals.indent_has_left_vline = false;
    visuals.button_frame = true;
    visuals.disabled_alpha = 0.5;

    let widget = |fill: Color32, edge: Color32, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, edge),
        corner_radius: CornerRadius::same(RADIUS),
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    let pressed = theme.raised.lerp_to_gamma(theme.text, 0.10);
    let hovered = theme.raised.lerp_to_gamma(theme.text, 0.05);
    visuals.widgets.noninteractive = widget(theme.panel, theme.hairline, theme.text);
    visuals.widgets.inactive = widget(theme.raised, theme.edge, theme.text);
    visuals.widgets.hovered = widget(hovered, theme.edge.lerp_to_gamma(theme.text, 0.15), theme.text);
    visuals.widgets.active = widget(pressed, theme.accent, theme.text);
    visuals.widgets.open = widget(hovered, theme.edge, theme.text);
}

fn shadow(theme: &Theme, blur: u8) -> Shadow {
    Shadow { offset: [0, 6], blur, spread: 0, color: Color32::from_black_alpha(if theme.dark { 110 } else { 34 }) }
}
