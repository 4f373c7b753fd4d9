//! The icons by what they mean here, and how they are drawn.

use egui::{Align2, Color32, FontFamily, FontId, Painter, Pos2, RichText};
use egui_material_icons::{MaterialIcon, icons};

use super::theme::ICON;

/// A glyph of the icon font.
#[derive(Debug, Clone, Copy)]
pub struct Icon(MaterialIcon);

macro_rules! icons {
    ($($(#[$doc:meta])* $name:ident = $glyph:ident,)*) => {
        $($(#[$doc])* pub const $name: Icon = Icon(icons::$glyph);)*
        /// Every icon, for tests.
        pub const ALL: &[(&str, Icon)] = &[$((stringify!($name), $name)),*];
    };
}

icons! {
    ADD = ICON_ADD,
    ADVICE = ICON_LIGHTBULB,
    BACK = ICON_ARROW_BACK,
    BLOCK = ICON_BLOCK,
    BROKERS = ICON_DNS,
    ACCESS = ICON_SHIELD,
    CALENDAR = ICON_CALENDAR_TODAY,
    CANCEL = ICON_CANCEL,
    CARE = ICON_WARNING,
    CHECK = ICON_CHECK,
    CHECK_CIRCLE = ICON_CHECK_CIRCLE,
    CHEVRON_DOWN = ICON_KEYBOARD_ARROW_DOWN,
    CHEVRON_RIGHT = ICON_CHEVRON_RIGHT,
    CHEVRON_UP = ICON_KEYBOARD_ARROW_UP,
    CIRCLE = ICON_RADIO_BUTTON_UNCHECKED,
    CLEAR = ICON_BACKSPACE,
    CLOSE = ICON_CLOSE,
    CONNECTIONS = ICON_SYNC_ALT,
    CONSUME = ICON_PLAY_ARROW,
    CLUSTERS = ICON_HUB,
    COPY = ICON_CONTENT_COPY,
    DELETE = ICON_DELETE,
    DOWN = ICON_ARROW_DOWNWARD,
    DROP = ICON_WATER_DROP,
    EDIT = ICON_EDIT,
    ERROR = ICON_ERROR,
    EXPORT = ICON_UPLOAD,
    EYE = ICON_VISIBILITY,
    FILTER = ICON_FILTER_LIST,
    FOLDER = ICON_FOLDER_OPEN,
    FORWARD = ICON_ARROW_FORWARD,
    GROUPS = ICON_GROUP,
    HELP = ICON_HELP,
    HISTORY = ICON_HISTORY,
    IMPORT = ICON_DOWNLOAD,
    INFO = ICON_INFO,
    KEYBOARD = ICON_KEYBOARD,
    KILL = ICON_BOLT,
    KEY = ICON_KEY,
    LABS = ICON_SCIENCE,
    LANGUAGE = ICON_TRANSLATE,
    LEFT = ICON_LOGOUT,
    LIFE = ICON_TIMELINE,
    LIGHT = ICON_LIGHT_MODE,
    LIVE = ICON_PLAY_ARROW,
    LOCK = ICON_LOCK,
    MORE = ICON_MORE_HORIZ,
    NIGHT = ICON_DARK_MODE,
    OPEN = ICON_OPEN_IN_NEW,
    OVERVIEW = ICON_HOME,
    PASTE = ICON_CONTENT_PASTE,
    PAUSE = ICON_PAUSE,
    POWER = ICON_POWER_SETTINGS_NEW,
    QUEUE = ICON_INBOX,
    REFRESH = ICON_REFRESH,
    REMOVE = ICON_REMOVE,
    RESET = ICON_RESTART_ALT,
    REBALANCE = ICON_SYNC,
    SEARCH = ICON_SEARCH,
    SEND = ICON_SEND,
    SETTINGS = ICON_SETTINGS,
    SQUARE = ICON_CROP_SQUARE,
    STEP = ICON_SKIP_NEXT,
    STOP = ICON_STOP,
    STORAGE = ICON_DATABASE,
    TABLE = ICON_VIEW_COLUMN,
    TIMER = ICON_TIMER,
    TIME = ICON_SCHEDULE,
    TOPICS = ICON_NOTES,
    TRANSFERS = ICON_SWAP_VERT,
    TREND_DOWN = ICON_TRENDING_DOWN,
    TREND_FLAT = ICON_TRENDING_FLAT,
    TREND_UP = ICON_TRENDING_UP,
    TUNE = ICON_TUNE,
    UNFOLD = ICON_UNFOLD_MORE,
    UP = ICON_ARROW_UPWARD,
    USER = ICON_PERSON,
}

impl Icon {
    /// The glyph, for a layout with [`Icon::font`].
    pub fn glyph(self) -> &'static str {
        self.0.codepoint
    }

    /// The icon font at that size in points.
    pub fn font(size: f32) -> FontId {
        FontId::new(size, FontFamily::Name(egui_material_icons::FONT_FAMILY_OUTLINED.into()))
    }

    /// As text of 16 points, to be coloured or sized further.
    pub fn text(self) -> RichText {
        RichText::new(self.0.codepoint).font(Self::font(ICON))
    }

    /// Paints it centred at `center`.
    pub fn paint(self, painter: &Painter, center: Pos2, size: f32, color: Color32) {
        painter.text(center, Align2::CENTER_CENTER, self.0.codepoint, Self::font(size), color);
    }
}

/// A label that is only an icon, with its words for who cannot see it.
pub fn show(ui: &mut egui::Ui, icon: Icon, color: Color32) -> egui::Response {
    let (rect, response) = ui.allocate_exact_size(egui::Vec2::splat(ICON), egui::Sense::hover());
    icon.paint(ui.painter(), rect.center(), ICON, color);
    response
}
