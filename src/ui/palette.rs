//! The palette: finds commands, topics and groups by a few letters; works with the keyboard alone.
