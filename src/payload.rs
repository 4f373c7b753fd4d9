//! The room `payload`.
