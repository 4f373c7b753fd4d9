//! The room `labs`: lessons on the real engine. A *stage* owns a broker in a temporary folder, a clock that can be paused,
//! stepped and jumped, and actors that use the room `client` as any program would; a *lab file* says what stands on it.
//!
//! Reading order: [`file`] (what a teacher writes), [`view`] (what a drawing reads; the only thing it reads), [`stage`] (the
//! engine; [`Stage`] for a window, [`play`](play::play) without one), `actor`, `story` (what happened), `facts` (what checks
//! read), `lesson` (how far a learner is), [`lessons`] (those that come with Millpond), `picture` (what is drawn of a view),
//! `screen` (what a person sees around it), `progress` (what was done).

mod action;
mod actor;
mod facts;
pub mod file;
mod lesson;
pub mod lessons;
pub mod play;
mod seen;
mod series;
pub mod stage;
mod story;
pub mod view;

mod picture;
mod progress;
mod screen;

pub use self::{
    progress::Progress,
    screen::{FREE_PLAY, Screen},
    stage::{Order, Stage, StageError, StageOptions},
};
