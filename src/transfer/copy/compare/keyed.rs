//! The latest record of each key: what a compacted partition promises to keep, whenever compaction runs.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::{Difference, Differs, add, hex};
use crate::model::{NewRecord, Offset};

/// Keys of one side of one partition that are compared; of those beyond, all that is compared is that they are as many.
/// One takes about 100 bytes.
const KEYS_MAX: usize = 2_000_000;

/// Half of a SHA-256: two of some millions are the same by chance once in 10^25.
type Short = [u8; 16];

/// What is known of one side.
#[derive(Default)]
pub(super) struct Latest {
    keys: BTreeMap<Short, (Short, Offset)>,
    beyond: u64,
}

impl Latest {
    /// A record is newer than all before it; one with a null value deletes its key.
    pub fn keep(&mut self, offset: Offset, record: &NewRecord, without_times: bool) {
        let key = short(|digest| digest.update(record.key.as_deref().unwrap_or_default()));
        if record.value.is_none() {
            // A tombstone may have gone from one side already.
            self.keys.remove(&key);
            return;
        }
        if self.keys.len() >= KEYS_MAX && !self.keys.contains_key(&key) {
            self.beyond += 1;
            return;
        }
        let mut shown = record.clone();
        if without_times {
            shown.timestamp = None;
        }
        self.keys.insert(key, (short(|digest| add(digest, &shown)), offset));
    }

    /// The first difference, by the source's offset.
    pub fn differ(&self, target: &Self) -> Option<Difference> {
        let here = self.keys.iter().filter_map(|(key, (record, offset))| match target.keys.get(key) {
            Some((other, _)) if other == record => None,
            Some((_, at)) => Some(Difference { source: Some(*offset), target: Some(*at), what: Differs::Value }),
            None => Some(Difference { source: Some(*offset), target: None, what: Differs::Missing }),
        });
        let there = target.keys.iter().filter(|(key, _)| !self.keys.contains_key(*key));
        let extra = there
            .map(|(_, (_, offset))| Difference { source: None, target: Some(*offset), what: Differs::Extra })
            .min_by_key(|difference| difference.target);
        here.min_by_key(|difference| difference.source).or(extra)
    }

    /// Over all keys and their records.
    pub fn digest(&self) -> String {
        let mut digest = Sha256::new();
        for (key, (record, _)) in &self.keys {
            digest.update(key);
            digest.update(record);
        }
        digest.update(self.beyond.to_be_bytes());
        hex(&digest.finalize())
    }
}

fn short(fill: impl FnOnce(&mut Sha256)) -> Short {
    let mut digest = Sha256::new();
    fill(&mut digest);
    let mut short = Short::default();
    short.iter_mut().zip(digest.finalize()).for_each(|(to, from)| *to = from);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(records: &[(&'static str, Option<&'static str>)]) -> Latest {
        let mut latest = Latest::default();
        for ((key, value), offset) in records.iter().zip(0..) {
            let (key, value) = (Some((*key).into()), value.map(Into::into));
            latest.keep(offset, &NewRecord { key, value, ..NewRecord::default() }, false);
        }
        latest
    }

    #[test]
    fn only_what_compaction_must_keep_counts() {
        let long = side(&[("a", Some("1")), ("b", Some("1")), ("a", Some("2")), ("b", None), ("c", Some("3"))]);
        let short = side(&[("a", Some("2")), ("c", Some("3"))]);
        assert_eq!(long.differ(&short), None);
        assert_eq!(long.digest(), short.digest());
        let other = side(&[("a", Some("9")), ("d", Some("3"))]);
        assert_eq!(long.differ(&other).unwrap().what, Differs::Value);
        assert_eq!(side(&[]).differ(&other).unwrap().what, Differs::Extra);
        assert_eq!(other.differ(&side(&[("a", Some("9"))])).unwrap().what, Differs::Missing);
    }
}
