### Texts of: messages

messages-joins-no-group = Browsing joins no group and commits nothing
messages-from-newest = From newest
messages-from-oldest = From oldest
messages-from-offset = From offset { $offset }
messages-from-time = From { $time }
messages-start-newest = Newest first
messages-start-oldest = Oldest first
messages-start-offset = Offset…
messages-start-time = Time…
messages-partitions = Partitions
messages-all-partitions = All partitions
messages-partition = Partition { $id }
messages-some-partitions = { $n } partitions
messages-search-hint = Find text, or mag >= 4
messages-exact-case = Tell capital and small letters apart
messages-searched = { $hits } of { $searched } searched
messages-searching = Searching
messages-search-running = { $hits } found in { $searched } of { $total } records · { $rate } a second
messages-search-done = { $hits ->
    [one] 1 record matches
   *[other] { $hits } records match
} of { $searched } searched
messages-search-cancelled = Stopped after { $searched } of { $total } records · { $hits } found
messages-search-kept = the first { $kept } are listed
messages-no-hits = None of { $n } records holds this. A text is looked for in key, value and headers; a comparison such as mag >= 4 looks at that field of JSON values.
messages-clear-search = Clear the search
messages-live = Live
messages-live-about = Follow new records as they come ({ $keys })
messages-live-pause = Pause
messages-live-resume = Resume
messages-live-stop = Stop
messages-live-running = { $n ->
    [one] 1 record came
   *[other] { $n } records came
} · { $rate } a second
messages-live-paused = Paused · { $n ->
    [0] nothing new yet
    [one] 1 record waits
   *[other] { $n } records wait
}
messages-live-keeps = keeps the newest { $max } rows
messages-live-deleted = { $n } were deleted by retention before they could be shown
messages-live-waiting = Waiting for new records. They appear here as they come.
messages-loading = Loading records
messages-load-again = Load again
messages-histogram = Records over time
messages-histogram-hint = Drag to choose a range
messages-range = { $from } – { $to } · { $n ->
    [one] 1 record
   *[other] { $n } records
}
messages-range-clear = Show all times (Esc)
messages-none-in-range = No record was written in this range.
messages-show-all = Show all records
messages-empty = This topic has no records yet. What is produced to it is shown here.
messages-produce-first = Produce a record
messages-newest-first = newest first
messages-oldest-first = oldest first
messages-by-time = partitions merged by time
messages-rows = { $first } – { $last } of { $total }
messages-newer = { $n ->
    [one] 1 new record
   *[other] { $n } new records
}
messages-out-of-range = Offset { $offset } is not stored: offsets { $first } to { $last } are. The nearest records are shown.
messages-partition-broken = Partition { $id } is not shown: { $why }
messages-partition-damaged = Partition { $id } is damaged and left out, the others are complete: { $why }
messages-table = Records
messages-row = Offset { $offset }, partition { $partition }: { $value }
messages-row-loading = Loading
messages-gap = no record
messages-gap-about = No record stands at this offset: it was removed by compaction or retention, or the offset marks the end of a transaction.
messages-copy-text = Copy rows from here as text
messages-copy-csv = Copy rows from here as CSV
messages-copy-cut = This record is too large for its row. Open it to copy all of it

column-offset = Offset
column-partition = Part.
column-time = Time
column-key = Key
column-value = Value
column-headers = Headers
column-size = Size

jump-offset = Go to an offset
jump-time = Go to a time
jump-go = Go
jump-offset-label = Offset
jump-offset-fault = Type a whole number from 0
jump-stored = { $first } to { $last } are stored
jump-nothing-stored = Nothing is stored yet
jump-all-partitions = All partitions, from this offset
jump-in-partition = In partition { $id }
jump-time-label = Time
jump-time-help = Such as 2018-02-06 17:50, with a zone (Z or +08:00) if it is another one, or epoch seconds or milliseconds
jump-time-fault = Type a time such as 2018-02-06 17:50

record = Record
record-open = Open the details
record-close = Close the details (Esc)
record-choose = Choose a record in the list
record-loading = Loading the record
record-copy = Copy
record-produce-again = Produce again…
record-copy-value = Copy the value
record-copy-pretty = Copy the value as indented JSON
record-copy-value-hex = Copy the value in hex
record-copy-key = Copy the key
record-copy-headers = Copy the headers
record-copy-header = Copy this header's value
record-copy-line = Copy the record as a JSON line
record-copy-offset = Copy the offset
record-copy-timestamp = Copy the timestamp
record-copy-place = Copy topic, partition and offset
record-tab-value = Value
record-tab-key = Key
record-tab-headers = Headers
record-tab-batch = Batch
record-no-headers = This record has no headers
record-more-headers = and { $n } more

payload-null = null
payload-null-about = Null: there are no bytes at all, not even zero of them. In a compacted topic a record with a null value deletes its key.
payload-empty = empty
payload-empty-about = Empty: present, with 0 bytes. That is not the same as null.
payload-text = Text
payload-hex = Hex
payload-bytes = { $n ->
    [one] 1 byte
   *[other] { $n } bytes
}
payload-cut = The first { $shown } of { $total }
payload-show-all = Show all

json-fields = { $n ->
    [one] 1 field
   *[other] { $n } fields
}
json-items = { $n ->
    [one] 1 item
   *[other] { $n } items
}
json-open-all = Open all
json-close-all = Close all
json-cut = More follows; the text shows all of it
json-copy-value = Copy this value
json-copy-path = Copy its path

batch-of-record = The record
batch-of-batch = The batch it came in
batch-timestamp = Time
batch-timestamp-epoch = Timestamp
batch-timestamp-type = Set by
batch-create-time = the producer (CreateTime)
batch-append-time = the broker (LogAppendTime)
batch-payload = Key, value, headers
batch-base-offset = Base offset
batch-last-offset = Last offset
batch-records = Records
batch-size = Size as stored
batch-compression = Compression
batch-leader-epoch = Leader epoch
batch-producer-id = Producer id
batch-producer-epoch = Producer epoch
batch-base-sequence = Base sequence
batch-transactional = Transactional
yes = yes
no = no

browse-problem-no-topic = The topic { $topic } does not exist (any more)
browse-problem-no-topic-why = It may have been deleted here or by another program
browse-problem-read = The records could not be read
messages-transactions = Transactions
messages-read-uncommitted = read uncommitted
messages-read-committed = read committed
messages-markers = Show the markers that end transactions
messages-transactions-about = Read committed shows what a consumer with isolation.level=read_committed gets: it passes over aborted records and waits before open ones.
messages-passed-over = not given to readers of committed records
messages-txn-open = open
messages-txn-open-about = Its transaction goes on; readers of committed records wait before it
messages-txn-committed = committed
messages-txn-committed-about = Its transaction was committed
messages-txn-aborted = aborted
messages-txn-aborted-about = Its transaction was aborted; readers of committed records pass over it
messages-marker-commit = transaction committed (producer { $producer }, epoch { $epoch })
messages-marker-abort = transaction aborted (producer { $producer }, epoch { $epoch })
batch-fate = Transaction
