//! The room `labs`: lessons on the real engine. A *stage* owns a broker in a temporary folder, a clock that can be paused,
//! stepped and jumped, and actors that use the room `client` as any program would; a *lab file* says what stands on it.
//!
//! Reading order: [`file`] (what a teacher writes), [`lessons`] (those that come with Millpond), [`view`] (what a drawing
//! reads; the only thing it reads).

pub mod file;
pub mod lessons;
pub mod view;
