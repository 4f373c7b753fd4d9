//! The room `log`.
