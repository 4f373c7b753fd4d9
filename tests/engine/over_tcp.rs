//! The same tests once more, over sockets.

use crate::reach::over_tcp as reach;

#[path = "client.rs"]
mod client;
#[path = "operate.rs"]
mod operate;
#[path = "share_client.rs"]
mod share_client;
#[path = "transfer.rs"]
mod transfer;
