//! The same tests once more, over sockets.

use crate::reach::over_tcp as reach;

#[path = "client.rs"]
mod client;
#[path = "transfer.rs"]
mod transfer;
