//! Tests of browse.
