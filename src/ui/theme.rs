//! The look in one place: colour tokens, sizes, and the egui style made from them.
//!
//! Widgets ask [`of`] for the tokens of the surface they are drawn on and [`fonts`] for the type. Nothing else in `ui`
//! names a colour.

pub mod fonts;
mod style;

use egui::Color32;

use crate::session::connections::ProfileColour;

pub use fonts::{body, caption, data, figure, install as install_fonts, medium, section, semibold, title};
pub use style::apply;

/// Colours kept for series; see [`Theme::series`].
pub const SERIES: usize = 8;

/// Height of buttons, fields and other controls, in points.
pub const CONTROL: f32 = 28.0;
/// Height of a table row, in points.
pub const ROW: f32 = 28.0;
/// Height of a row in compact tables, in points.
pub const ROW_COMPACT: f32 = 22.0;
/// Corner radius of controls, in points.
pub const RADIUS: u8 = 6;
/// Corner radius of cards and dialogs, in points.
pub const RADIUS_CARD: u8 = 8;
/// Side of an icon, in points.
pub const ICON: f32 = 16.0;
/// Space inside a control, in points; further steps of the grid below.
pub const INSIDE: f32 = 8.0;
pub const BETWEEN: f32 = 12.0;
pub const AROUND: f32 = 16.0;
pub const GROUPS: f32 = 24.0;

/// The colour tokens of one surface.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Theme {
    pub dark: bool,
    /// Behind everything.
    pub window: Color32,
    /// Side, details, cards.
    pub panel: Color32,
    /// Menus, dialogs, buttons, hover.
    pub raised: Color32,
    /// Separators, table rules.
    pub hairline: Color32,
    /// Edges of controls: stronger than a hairline, as a control must be found.
    pub edge: Color32,
    pub text: Color32,
    /// Labels, units, secondary text.
    pub quiet: Color32,
    /// Hints and what is disabled.
    pub faint: Color32,
    /// Selection, links, the primary button.
    pub accent: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// Stable, committed, connected.
    pub good: Color32,
    /// Rebalancing, lag rising, retry.
    pub care: Color32,
    /// Failed, lost, archived.
    pub bad: Color32,
    /// Information, empty group.
    pub note: Color32,
    /// Ground of the selected row or entry.
    pub selected: Color32,
    /// Ground of what the pointer is over.
    pub hover: Color32,
    series: [Color32; SERIES],
    /// Of clusters, in the order of [`ProfileColour::ALL`].
    profiles: [Color32; 8],
    /// Share of a colour in the ground of its chip.
    tint: f32,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// For dark surroundings.
pub static DARK: Theme = Theme {
    dark: true,
    window: rgb(0x0E1417),
    panel: rgb(0x141C20),
    raised: rgb(0x1B252A),
    hairline: rgb(0x253238),
    edge: rgb(0x2C3A41),
    text: rgb(0xE7EEF0),
    quiet: rgb(0x9DB0B8),
    faint: rgb(0x7F939C),
    accent: rgb(0x35B8C9),
    on_accent: rgb(0x06191D),
    good: rgb(0x4CC38A),
    care: rgb(0xE3A540),
    bad: rgb(0xF0736C),
    note: rgb(0x79A9F2),
    selected: rgb(0x16303A),
    hover: rgb(0x1B262B),
    // Okabe and Ito's eight, black lightened to grey for a dark surface.
    series: [
        rgb(0x56B4E9),
        rgb(0xE69F00),
        rgb(0x2DB88A),
        rgb(0xD688B0),
        rgb(0xF0E442),
        rgb(0xE8743B),
        rgb(0x7C9CF0),
        rgb(0xA9B7BD),
    ],
    profiles: [
        rgb(0x79A9F2),
        rgb(0x35B8C9),
        rgb(0x4CC38A),
        rgb(0xE0CB4F),
        rgb(0xEE9A4D),
        rgb(0xF0736C),
        rgb(0xE38DBE),
        rgb(0xB29DF3),
    ],
    tint: 0.20,
};

/// For light surroundings.
pub static LIGHT: Theme = Theme {
    dark: false,
    window: rgb(0xF4F7F8),
    panel: rgb(0xFFFFFF),
    raised: rgb(0xFFFFFF),
    hairline: rgb(0xDCE4E7),
    edge: rgb(0xD3DDE1),
    text: rgb(0x14232A),
    quiet: rgb(0x50636C),
    faint: rgb(0x61747D),
    accent: rgb(0x0A7A8C),
    on_accent: rgb(0xFFFFFF),
    good: rgb(0x1B7F50),
    care: rgb(0x946000),
    bad: rgb(0xC2342C),
    note: rgb(0x2563BE),
    selected: rgb(0xDDF0F4),
    hover: rgb(0xEDF2F4),
    // Okabe and Ito's eight, darkened until a line stands out on white.
    series: [
        rgb(0x1F77B4),
        rgb(0xB8730A),
        rgb(0x00805E),
        rgb(0xB04C86),
        rgb(0x8A7B00),
        rgb(0xC2500F),
        rgb(0x4358C4),
        rgb(0x5E6B72),
    ],
    profiles: [
        rgb(0x2563BE),
        rgb(0x0A7A8C),
        rgb(0x1B7F50),
        rgb(0x7F6A00),
        rgb(0xB4540A),
        rgb(0xC2342C),
        rgb(0xB03A7E),
        rgb(0x6B4FC4),
    ],
    tint: 0.13,
};

/// The tokens of the surface that `ui` draws on.
pub fn of(ui: &egui::Ui) -> &'static Theme {
    Theme::of_dark(ui.visuals().dark_mode)
}

impl Theme {
    /// Dark or light.
    pub fn of_dark(dark: bool) -> &'static Self {
        if dark { &DARK } else { &LIGHT }
    }

    /// Colour of the series with that stable index (partition number, place of a group in the sorted list): never by
    /// order of appearance, or the colour of a thing would change. Repeats after [`SERIES`]; add a letter or shape.
    pub fn series(&self, index: usize) -> Color32 {
        self.series[index % SERIES]
    }

    /// A cluster's colour.
    pub fn profile(&self, colour: ProfileColour) -> Color32 {
        self.profiles[colour as usize % self.profiles.len()]
    }

    /// Text on a cluster's colour.
    pub fn on_profile(&self) -> Color32 {
        if self.dark { self.window } else { self.panel }
    }

    /// Ground of a chip or a marked row in that colour, opaque, for use on a panel.
    pub fn tinted(&self, color: Color32) -> Color32 {
        self.panel.lerp_to_gamma(color, self.tint)
    }

    /// Text of a chip on its [`Self::tinted`] ground: the colour, moved towards the text where it would be too weak.
    pub fn chip_text(&self, color: Color32) -> Color32 {
        color.lerp_to_gamma(self.text, 0.12)
    }

    /// Same, for the ground of a whole row.
    pub fn washed(&self, color: Color32) -> Color32 {
        self.panel.lerp_to_gamma(color, self.tint * 0.5)
    }

    /// Between `color` and the panel: for what is disabled or not the matter right now.
    pub fn dimmed(&self, color: Color32) -> Color32 {
        self.panel.lerp_to_gamma(color, 0.5)
    }

    /// One hairline.
    pub fn rule(&self) -> egui::Stroke {
        egui::Stroke::new(1.0, self.hairline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG 2.2, relative luminance and contrast ratio.
    fn contrast(a: Color32, b: Color32) -> f64 {
        let luminance = |c: Color32| {
            let channel = |v: u8| {
                let v = f64::from(v) / 255.0;
                if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * channel(c.r()) + 0.7152 * channel(c.g()) + 0.0722 * channel(c.b())
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[track_caller]
    fn at_least(ratio: f64, what: &str, front: Color32, back: Color32) {
        let found = contrast(front, back);
        assert!(found >= ratio, "{what}: {found:.2} on {back:?}, wanted {ratio}");
    }

    #[test]
    fn text_stands_out_at_least_four_and_a_half_to_one() {
        for theme in [&DARK, &LIGHT] {
            for surface in [theme.window, theme.panel, theme.raised, theme.hover, theme.selected] {
                at_least(4.5, "text", theme.text, surface);
                at_least(4.5, "quiet", theme.quiet, surface);
            }
            for surface in [theme.window, theme.panel] {
                at_least(4.5, "faint", theme.faint, surface);
                for (name, color) in theme.meanings() {
                    at_least(4.5, name, color, surface);
                }
            }
            at_least(4.5, "on accent", theme.on_accent, theme.accent);
            for (name, color) in theme.meanings() {
                at_least(4.5, &format!("chip {name}"), theme.chip_text(color), theme.tinted(color));
            }
        }
    }

    #[test]
    fn the_colours_of_clusters_carry_words() {
        for theme in [&DARK, &LIGHT] {
            for colour in ProfileColour::ALL {
                let found = theme.profile(colour);
                at_least(4.5, &format!("on {colour:?}"), theme.on_profile(), found);
                at_least(4.5, &format!("chip {colour:?}"), theme.chip_text(found), theme.tinted(found));
                at_least(3.0, &format!("edge {colour:?}"), found, theme.window);
                at_least(4.5, &format!("quiet on {colour:?}"), theme.quiet, theme.washed(found));
            }
        }
    }

    #[test]
    fn lines_and_icons_stand_out_at_least_three_to_one() {
        for theme in [&DARK, &LIGHT] {
            for surface in [theme.window, theme.panel, theme.raised] {
                for index in 0..SERIES {
                    at_least(3.0, &format!("series {index}"), theme.series(index), surface);
                }
                at_least(3.0, "faint icon", theme.faint, surface);
            }
        }
    }

    impl Theme {
        fn meanings(&self) -> [(&'static str, Color32); 5] {
            [("accent", self.accent), ("good", self.good), ("care", self.care), ("bad", self.bad), ("note", self.note)]
        }
    }
}
