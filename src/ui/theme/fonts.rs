//! The fonts inside the program and the sizes of type.
//!
//! Inter for text, JetBrains Mono for data, a Noto Sans SC subset behind both so that no Chinese text is ever a box; the
//! system's fonts come after these (eframe finds them on demand) for payloads in any script.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily, FontId};

const FILES: [(&str, &[u8]); 6] = [
    ("inter", include_bytes!("../../../assets/fonts/Inter-Regular.otf")),
    ("inter-medium", include_bytes!("../../../assets/fonts/Inter-Medium.otf")),
    ("inter-semibold", include_bytes!("../../../assets/fonts/Inter-SemiBold.otf")),
    ("mono", include_bytes!("../../../assets/fonts/JetBrainsMono-Regular.ttf")),
    ("mono-bold", include_bytes!("../../../assets/fonts/JetBrainsMono-Bold.ttf")),
    ("noto-sc", include_bytes!("../../../assets/fonts/NotoSansSC-GB2312.otf")),
];

const MEDIUM: &str = "medium";
const SEMIBOLD: &str = "semibold";
const DATA_BOLD: &str = "data-bold";

/// Gives the context our fonts, and only ours.
pub fn install(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::empty();
    for (name, bytes) in FILES {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    // Mono behind Inter: arrows and box drawing. Inter behind mono: letters that the mono face lacks.
    for (family, faces) in [
        (FontFamily::Proportional, ["inter", "noto-sc", "mono"]),
        (named(MEDIUM), ["inter-medium", "noto-sc", "mono"]),
        (named(SEMIBOLD), ["inter-semibold", "noto-sc", "mono-bold"]),
        (FontFamily::Monospace, ["mono", "noto-sc", "inter"]),
        (named(DATA_BOLD), ["mono-bold", "noto-sc", "inter-semibold"]),
    ] {
        fonts.families.insert(family, faces.iter().map(|face| (*face).to_owned()).collect());
    }
    ctx.set_fonts(fonts);
    egui_material_icons::initialize(ctx);
}

/// 13 regular.
pub fn body() -> FontId {
    FontId::new(13.0, FontFamily::Proportional)
}

/// 11.5 regular, for labels and units.
pub fn caption() -> FontId {
    FontId::new(11.5, FontFamily::Proportional)
}

/// 12.5 monospaced, for data and figures in tables.
pub fn data() -> FontId {
    FontId::new(12.5, FontFamily::Monospace)
}

/// 12.5 monospaced bold.
pub fn data_bold() -> FontId {
    FontId::new(12.5, named(DATA_BOLD))
}

/// 15 semibold, for the head of a section or card.
pub fn section() -> FontId {
    semibold(15.0)
}

/// 20 semibold, for the head of a screen.
pub fn title() -> FontId {
    semibold(20.0)
}

/// 28 semibold, for the one figure of a card.
pub fn figure() -> FontId {
    semibold(28.0)
}

/// Inter Medium.
pub fn medium(size: f32) -> FontId {
    FontId::new(size, named(MEDIUM))
}

/// Inter SemiBold.
pub fn semibold(size: f32) -> FontId {
    FontId::new(size, named(SEMIBOLD))
}

/// Whether text in that font has letters for which only one weight is embedded.
pub fn needs_weight(font: &FontId, text: &str) -> bool {
    /// Smaller than this the second stroke only blurs, in points.
    const SIZE_MIN: f32 = 14.0;
    font.size >= SIZE_MIN && font.family == named(SEMIBOLD) && text.chars().any(|letter| letter >= '\u{2e80}')
}

/// Paints a line twice, a fraction of a point apart: a heavier weight where the face has none.
pub fn paint_weighty(painter: &egui::Painter, at: egui::Pos2, galley: Arc<egui::Galley>, color: egui::Color32) {
    let step = (galley.size().y * 0.022).clamp(0.3, 0.7);
    painter.galley(at + egui::vec2(step, 0.0), Arc::clone(&galley), color);
    painter.galley(at, galley, color);
}

fn named(name: &'static str) -> FontFamily {
    FontFamily::Name(name.into())
}
