//! Labs: files that a teacher writes, and the stage that plays them.

mod file;
mod guide;
mod lessons;
mod play;
mod stage;
