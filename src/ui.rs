//! What a person sees: theme, texts, widgets, commands, the frame of the window and its screens.
//!
//! Screens draw from [`Ctx`] (what the session knows, texts, settings) and push [`Action`]s; nothing here does disk or
//! network work. Start reading at [`shell`], then any file in [`screens`].

pub mod ctx;
pub mod place;

pub mod action;
pub mod clusters;
pub mod command;

pub mod theme;

pub mod text;

pub mod format;

pub mod icon;

pub mod widgets;

pub mod confirm;
pub mod palette;
pub mod time_input;
pub mod toasts;

pub mod shell;

pub mod screens;

pub use action::Action;
pub use command::Command;
pub use ctx::{Ctx, ViewSettings};
pub use place::{GroupTab, Place, TopicTab};
pub use text::Text;
pub use theme::Theme;
