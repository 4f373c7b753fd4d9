//! The listener through real sockets: bytes in, bytes out.

mod limits;
mod raw;
mod requests;
mod start;
