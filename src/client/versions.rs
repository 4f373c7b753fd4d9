//! The version of each API that is asked in.
