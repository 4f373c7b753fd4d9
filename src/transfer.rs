//! The room `transfer`.
