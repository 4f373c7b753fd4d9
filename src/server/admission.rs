//! How many connections there are, and from where.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use parking_lot::Mutex;

use super::limits::{Limit, Limits};

/// Files that must stay free for partitions and everything else, of those that the system lets this process open.
const FILES_KEPT: usize = 256;

/// Counts connections.
#[derive(Debug)]
pub struct Admission {
    connections_max: usize,
    per_address_max: usize,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// A connection that is counted as long as this lives.
#[derive(Debug)]
pub struct Admitted {
    admission: Arc<Admission>,
    address: IpAddr,
}

impl Admission {
    pub fn new(limits: &Limits) -> Arc<Self> {
        let allowed = open_files_max().map_or(usize::MAX, connections_for_files);
        if allowed < limits.connections_max {
            tracing::info!(allowed, "the system allows few open files, and so fewer connections than the limit");
        }
        Arc::new(Self {
            connections_max: limits.connections_max.min(allowed),
            per_address_max: limits.connections_per_address_max,
            counts: Mutex::default(),
        })
    }

    /// Lets a connection in, or says which limit forbids it.
    pub fn admit(self: &Arc<Self>, address: IpAddr) -> Result<Admitted, Limit> {
        let mut counts = self.counts.lock();
        if counts.all >= self.connections_max {
            return Err(Limit::Connections);
        }
        let from_there = counts.by_address.entry(address).or_default();
        if *from_there >= self.per_address_max {
            return Err(Limit::ConnectionsPerAddress);
        }
        *from_there += 1;
        counts.all += 1;
        Ok(Admitted { admission: self.clone(), address })
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut counts = self.admission.counts.lock();
        counts.all -= 1;
        if let Some(count) = counts.by_address.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.by_address.remove(&self.address);
            }
        }
    }
}

/// Half of the files for connections, but on a system with few of them at least some for the partitions.
fn connections_for_files(files: usize) -> usize {
    files.saturating_sub(FILES_KEPT).max(files / 2).max(8)
}

/// How many files this process may have open, where the system tells.
fn open_files_max() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_given_back() {
        let limits = Limits { connections_max: 3, connections_per_address_max: 2, ..Limits::default() };
        let admission = Admission::new(&limits);
        let (a, b): (IpAddr, IpAddr) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
        let first = admission.admit(a).unwrap();
        let _second = admission.admit(a).unwrap();
        assert_eq!(admission.admit(a).unwrap_err(), Limit::ConnectionsPerAddress);
        let third = admission.admit(b).unwrap();
        assert_eq!(admission.admit(b).unwrap_err(), Limit::Connections);
        drop((first, third));
        assert!(admission.admit(a).is_ok());
        assert_eq!(connections_for_files(1024), 768);
    }
}
