//! The building blocks of every screen, so that the same thing looks and behaves the same everywhere.
//!
//! Plain functions take `ui` first and read their colours with [`super::theme::of`]; builders ([`Button`], [`Table`],
//! [`Chart`]) are for what has options. Nothing here knows what a topic is.

mod button;
mod card;
pub mod chart;
mod chip;
mod dialog;
mod empty;
mod fields;
mod keys;
mod labels;
mod menu;
mod page;
mod problem;
mod progress;
mod select;
mod sparkline;
pub mod table;
mod tabs;

pub use button::{Button, danger, focus_ring, icon_button, icon_button_enabled, link, primary, secondary};
pub use card::{FigureLine, card, card_fill, card_header, figure};
pub use chart::{Chart, Line, Mark};
pub use chip::{chip, chip_filled, chip_plain, group_kind, group_kind_word, group_state, group_state_word};
pub use dialog::{Dialog, DialogEnd};
pub use empty::{empty, waiting};
pub use fields::{Field, check, multiline, plain_field, search, switch, text_field};
pub use keys::key_cap;
pub use labels::{
    body, caption, clickable, data, data_quiet, elided, faint, named, one_line, paragraph, quiet, rich, section,
    strong, title,
};
pub use menu::{item, item_danger, item_why, menu, more, note, rule};
pub use page::{columns, page, page_header, page_scroll, panel_right, toolbar};
pub use problem::{problem, problem_page};
pub use progress::{bar, job_figures, job_row};
pub use select::{segmented, select};
pub use sparkline::sparkline;
pub use table::{Column, Rows, Table, TableResponse, TableState};
pub use tabs::tabs;
