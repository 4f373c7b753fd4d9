//! The listener through real sockets: bytes in, bytes out.

mod limits;
mod mutations;
mod raw;
mod requests;
mod start;
