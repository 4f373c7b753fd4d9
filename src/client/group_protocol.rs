//! The bytes that members of a classic consumer group exchange: subscription and assignment.
