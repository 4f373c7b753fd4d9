### Hand over and bring home: topics from one cluster to another, and what these jobs say

copy-hand-over = Hand over
copy-bring-home = Bring home
copy-hand-over-button = Hand over…
copy-bring-home-button = Bring home…
copy-hand-over-verb = Hand over { $count }
copy-bring-home-verb = Bring home { $count }
copy-workspace = this workspace

copy-step-where = 1 · Where
copy-step-topics = 2 · Topics
copy-step-records = 3 · Records
copy-step-how = 4 · How
copy-to = To
copy-from = From
copy-no-session = The workspace is still being opened
copy-no-other = Nothing else is open. Open a cluster in the list at the top left first
copy-no-topics = Choose at least one topic
copy-read-only = { $target } was opened read-only: nothing can be copied into it
copy-find = Find topics
copy-chosen = { $count ->
    [one] 1 chosen
   *[other] { $count } chosen
}
copy-topic = { $topic } · { $records }
copy-more-topics = … and { $count } more
copy-all = All
copy-last = Newest
copy-since = Since
copy-last-label = Offsets of each partition, counted from its end
copy-last-fault = A number above 0 is needed
copy-rules = Mask fields
copy-rules-hint = keep-last 4 $.card.number
copy-rules-help = One rule a line: drop $.a, replace $.a "text", keep-last 4 $.a, salt SECRET and hash $.a. Records that a rule cannot be applied to stay behind
copy-rules-fault = Line { $line } is no rule that can be used
copy-begin-new = Begin
copy-begin-resume = Go on
copy-begin-append = Append
copy-begin-new-about = Into topics that are made now or hold nothing yet.
copy-begin-resume-about = A copy that was stopped goes on where it was, and takes what came since.
copy-begin-append-about = Behind the records that are there already.
copy-groups = Carry the offsets of groups
copy-compare = Compare both sides at the end

copy-plan = What will happen
copy-looking = Looking at both sides
copy-no-plan = There is no plan yet
copy-plan-refused = Some of these topics cannot be copied: see why beside it
copy-plan-groups = { $count ->
    [one] 1 group has offsets in these topics: { $groups }
   *[other] { $count } groups have offsets in these topics: { $groups }
}
copy-make-nothing = It is there already. { $offsets } offsets to read.
copy-make-create = It will be made: partitions { $partitions }, replication factor { $replicas }. { $offsets } offsets to read.
copy-make-grow = It grows from { $from } to { $to } partitions. { $offsets } offsets to read.
copy-note-resumes = { $count ->
    [one] Goes on: 1 record is there
   *[other] Goes on: { $count } records are there
}
copy-note-appended = { $count ->
    [one] Offsets are not kept: 1 record is there before these
   *[other] Offsets are not kept: { $count } records are there before these
}
copy-note-shifted = Offsets are not kept: what is carried begins at offset { $offset }
copy-note-compacted = Offsets are not kept where compaction left holes
copy-note-times = Timestamps are not kept: the target stamps records as they arrive (LogAppendTime)
copy-note-setting-lost = { $name }={ $value } is not kept: not possible at the target
copy-note-setting-differs = { $name } is { $here } at the source and stays { $there } at the target
copy-note-more-partitions = { $here } partitions at the source, { $there } at the target: new keys go to other partitions
copy-note-settings-hidden-here = Its settings are not kept: this user may not read them at the source
copy-note-settings-hidden-there = Whether settings differ is not known: this user may not read them at the target
copy-note-open-transaction = Partition { $partition }: { $count } offsets stay until an open transaction ends. Go on then
copy-refusal-no-topic = The source has no such topic
copy-refusal-internal = It belongs to the cluster itself
copy-refusal-same-topic = Source and target are the same topic
copy-refusal-has-records = { $count ->
    [one] 1 record is there already: go on with the copy that brought it, or append
   *[other] { $count } records are there already: go on with the copy that brought them, or append
}
copy-refusal-copied-before = { $count ->
    [one] It was copied before, up to 1 record: go on with that copy
   *[other] It was copied before, up to { $count } records: go on with that copy
}
copy-refusal-no-mark = Partition { $partition } has records there, and nothing is known of a copy that brought them
copy-refusal-other-slice = The copy began with another choice of records or rules: take the same, or another topic
copy-refusal-other-topic = The topic was made anew since the copy began: delete it at the target and begin again
copy-refusal-not-made = The target does not make it: { $why }

job-copy = Copy { $topics } from { $source } to { $target }
done-copy = { $count ->
    [one] Copied 1 record of { $topics }
   *[other] Copied { $count } records of { $topics }
}
done-copy-compared = { $count ->
    [one] Copied 1 record of { $topics }: both sides are equal
   *[other] Copied { $count } records of { $topics }: both sides are equal
}
copy-refused = { $topic } cannot be copied
copy-problem = The copy stopped
copy-problem-plan = Could not look at both sides
copy-problem-differs = Both sides differ in { $topic }
copy-problem-differs-why = A record at the target is not what the source has
copy-problem-differs-next = If nothing else writes to the target, please report it
copy-note-groups = Carrying the offsets of groups
copy-note-compare = Comparing both sides
copy-resume = Go on
copy-resume-about = Without a duplicate or a gap
copy-taken-over = A later copy took over from here
copy-gone = { $count ->
    [one] 1 record was deleted at the source before it could be read
   *[other] { $count } records were deleted at the source before they could be read
}
copy-groups-carried = Groups: { $groups }, offsets carried exactly: { $count }
copy-groups-ahead = { $count ->
    [one] 1 offset is ahead of what is copied: go on with the copy
   *[other] { $count } offsets are ahead of what is copied: go on with the copy
}
copy-groups-unproved = { $count ->
    [one] 1 offset was not carried: the records there differ by compaction
   *[other] { $count } offsets were not carried: the records there differ by compaction
}
copy-groups-refused = { $count ->
    [one] 1 offset was refused, as members of the group are active there
   *[other] { $count } offsets were refused, as members of the group are active there
}
copy-equal = { $count ->
    [one] Both sides are equal: 1 record compared
   *[other] Both sides are equal: { $count } records compared
}
copy-differs = { $partition } differs first in: { $what }, at offset { $here }, there { $there }
copy-differs-key = key
copy-differs-value = value
copy-differs-headers = headers
copy-differs-timestamp = timestamp
copy-differs-missing = missing there
copy-differs-extra = not at the source
copy-fault-foreign = { $partition } ends at offset { $offset } at the target, where this copy did not bring it: something else has written to it, or it was made anew
copy-fault-foreign-next = Copy into another topic, or delete it there together with the group { $group } and begin again
copy-fault-source = { $partition }: the source does not have the records any more that were being sent when the copy stopped
copy-fault-patience = { $partition }: nothing could be stored for { $seconds } s
copy-fault-patience-next = What is stored is safe. Go on when the cluster works again

replay-button = Replay…
replay-title = Replay a topic
replay-about = Its records are produced into another topic with the gaps that they had, faster or slower.
replay-verb = Replay
replay-into = Into the topic
replay-speed = How many times faster, from 0.1 to 1000
replay-speed-fault = Use a number from 0.1 to 1000
replay-now = Give the records the time of sending
replay-itself = A topic cannot be replayed into itself
job-replay = Replay { $topic } into { $into } at { $speed } times its speed
done-replay = { $count ->
    [one] Replayed 1 record of { $topic } into { $into }
   *[other] Replayed { $count } records of { $topic } into { $into }
}
