//! What a plan says, as phrases of the catalogue; the command line says the same in the plan's own words.

use super::{Differs, PlanNote, Refusal};
use crate::session::Phrase;
use crate::transfer::copy::CopyFault;

/// What is worth knowing before a copy.
pub fn note_phrase(note: &PlanNote) -> Phrase {
    match note {
        PlanNote::Resumes { records } => Phrase::new("copy-note-resumes").with("count", *records),
        PlanNote::OffsetsAppended { records } => Phrase::new("copy-note-appended").with("count", *records),
        PlanNote::OffsetsShifted { by } => Phrase::new("copy-note-shifted").with("offset", by.unsigned_abs()),
        PlanNote::OffsetsCompacted => Phrase::new("copy-note-compacted"),
        PlanNote::TimestampsReplaced => Phrase::new("copy-note-times"),
        PlanNote::SettingNotKept { name, value } => {
            Phrase::new("copy-note-setting-lost").with("name", name.as_str()).with("value", value.as_str())
        }
        PlanNote::SettingDiffers { name, source, target } => Phrase::new("copy-note-setting-differs")
            .with("name", name.as_str())
            .with("here", source.as_str())
            .with("there", target.as_str()),
        PlanNote::SettingsHidden { at_source: true } => Phrase::new("copy-note-settings-hidden-here"),
        PlanNote::SettingsHidden { at_source: false } => Phrase::new("copy-note-settings-hidden-there"),
        PlanNote::MorePartitions { source, target } => {
            Phrase::new("copy-note-more-partitions").with("here", *source as u64).with("there", *target as u64)
        }
        PlanNote::OpenTransaction { partition, offsets } => Phrase::new("copy-note-open-transaction")
            .with("partition", u64::from(partition.unsigned_abs()))
            .with("count", *offsets),
    }
}

/// Why a topic cannot be copied.
pub fn refusal_phrase(refusal: &Refusal) -> Phrase {
    match refusal {
        Refusal::NoTopic => Phrase::new("copy-refusal-no-topic"),
        Refusal::Internal => Phrase::new("copy-refusal-internal"),
        Refusal::SameTopic => Phrase::new("copy-refusal-same-topic"),
        Refusal::HasRecords { records } => Phrase::new("copy-refusal-has-records").with("count", *records),
        Refusal::CopiedBefore { records } => Phrase::new("copy-refusal-copied-before").with("count", *records),
        Refusal::NoMark { partition } => {
            Phrase::new("copy-refusal-no-mark").with("partition", u64::from(partition.unsigned_abs()))
        }
        Refusal::OtherSlice => Phrase::new("copy-refusal-other-slice"),
        Refusal::OtherTopic => Phrase::new("copy-refusal-other-topic"),
        Refusal::NotMade { why } => Phrase::new("copy-refusal-not-made").with("why", why.as_str()),
    }
}

/// What differs between two records.
pub fn differs_word(what: Differs) -> Phrase {
    Phrase::new(match what {
        Differs::Key => "copy-differs-key",
        Differs::Value => "copy-differs-value",
        Differs::Headers => "copy-differs-headers",
        Differs::Timestamp => "copy-differs-timestamp",
        Differs::Missing => "copy-differs-missing",
        Differs::Extra => "copy-differs-extra",
    })
}

/// Why a copy stopped, and what to do.
pub(in crate::session) fn fault_phrases(fault: &CopyFault) -> (Phrase, Option<Phrase>) {
    let next = |id| Some(Phrase::new(id));
    match fault {
        CopyFault::ForeignRecords { partition, end, group } => {
            let why = Phrase::new("copy-fault-foreign").with("partition", partition.to_string());
            let group = Phrase::new("copy-fault-foreign-next").with("group", group.as_str());
            (why.with("offset", end.unsigned_abs()), Some(group))
        }
        CopyFault::SourceChanged { partition, group, .. } => {
            let group = Phrase::new("copy-fault-foreign-next").with("group", group.as_str());
            (Phrase::new("copy-fault-source").with("partition", partition.to_string()), Some(group))
        }
        CopyFault::OutOfPatience { partition, seconds, .. } => {
            let why = Phrase::new("copy-fault-patience").with("partition", partition.to_string());
            (why.with("seconds", *seconds), next("copy-fault-patience-next"))
        }
        CopyFault::Refused { topic, .. } => (Phrase::new("copy-refused").with("topic", topic.as_str()), None),
    }
}
