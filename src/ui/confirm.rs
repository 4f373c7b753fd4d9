//! The one path for what destroys something: a named verb, what is lost in numbers, and a typed name where it cannot
//! be undone.

use super::action::SessionWork;

/// A question before something is lost.
pub struct Confirm {
    /// The title as a question: "Delete 3 topics?"
    pub title: String,
    /// What will be lost, in numbers; one line each.
    pub losses: Vec<String>,
    /// The verb on the red button: "Delete 3 topics".
    pub verb: String,
    /// What must be typed first, for what cannot be undone.
    pub typed: Option<String>,
    /// What happens when confirmed.
    pub work: SessionWork,
}
