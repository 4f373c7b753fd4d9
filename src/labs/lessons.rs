//! The lessons that come with Millpond: the files of `assets/labs`, in the order in which they are taken.

use std::sync::{Arc, LazyLock};

use super::file::LabFile;

/// Names and texts of the files, in order. A teacher's own file needs no place here: it is opened from the window, or played
/// with `millpond lab run FILE`.
pub const FILES: [(&str, &str); 14] = [
    ("01-event-stream.toml", include_str!("../../assets/labs/01-event-stream.toml")),
    ("02-sequence-or-queue.toml", include_str!("../../assets/labs/02-sequence-or-queue.toml")),
    ("03-rush.toml", include_str!("../../assets/labs/03-rush.toml")),
    ("04-one-part-fails.toml", include_str!("../../assets/labs/04-one-part-fails.toml")),
    ("05-modes.toml", include_str!("../../assets/labs/05-modes.toml")),
    ("06-architecture.toml", include_str!("../../assets/labs/06-architecture.toml")),
    ("07-partitions.toml", include_str!("../../assets/labs/07-partitions.toml")),
    ("08-groups.toml", include_str!("../../assets/labs/08-groups.toml")),
    ("09-offsets.toml", include_str!("../../assets/labs/09-offsets.toml")),
    ("10-lag.toml", include_str!("../../assets/labs/10-lag.toml")),
    ("11-queues.toml", include_str!("../../assets/labs/11-queues.toml")),
    ("12-exactly-once.toml", include_str!("../../assets/labs/12-exactly-once.toml")),
    ("13-retention.toml", include_str!("../../assets/labs/13-retention.toml")),
    ("14-your-program.toml", include_str!("../../assets/labs/14-your-program.toml")),
];

/// The lessons, in order; read once.
pub fn all() -> Arc<[Arc<LabFile>]> {
    static ALL: LazyLock<Arc<[Arc<LabFile>]>> = LazyLock::new(|| FILES.iter().filter_map(read).collect());
    Arc::clone(&ALL)
}

/// A test reads every file, so that none is left out in a release.
fn read((name, source): &(&str, &str)) -> Option<Arc<LabFile>> {
    match LabFile::parse(source) {
        Ok(file) => Some(Arc::new(file)),
        Err(problems) => {
            tracing::error!(name, problem = problems.first().map(ToString::to_string), "a lesson cannot be read");
            None
        }
    }
}
