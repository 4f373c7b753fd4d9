//! The listener through real sockets: bytes in, bytes out.

mod limits;
mod login;
mod mutations;
mod raw;
mod requests;
mod roles;
mod start;
mod tls;
