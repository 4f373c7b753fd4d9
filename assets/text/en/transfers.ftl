### The Transfers screen, and what its jobs say

job-export = Export { $topic } to { $file }
done-export = { $count ->
    [one] Exported 1 record of { $topic } to { $file }
   *[other] Exported { $count } records of { $topic } to { $file }
}
job-import = Import { $file } into { $topic }
done-import = { $count ->
    [one] Imported 1 record into { $topic }
   *[other] Imported { $count } records into { $topic }
}
job-sample = Load the sample stream into { $topic }
done-sample = Loaded the sample stream into { $topic }: { $count } records
note-bad-lines = { $count ->
    [one] 1 line skipped so far
   *[other] { $count } lines skipped so far
}
problem-read-file = Could not look into { $path }

transfers-export = Export…
transfers-import = Import…
transfers-more = More ways to move records
transfers-empty = Exports and imports appear here, with their progress and what came of them.
transfers-running = Running
transfers-done = Done
transfers-failed = Failed
transfers-cancelled = Cancelled
transfers-took = in { $time }
transfers-copy-path = Copy the file’s path
transfers-open-topic = Open { $topic }
transfers-skipped = { $count ->
    [one] 1 line was skipped because it is no record
   *[other] { $count } lines were skipped because they are no records
}
transfers-show-lines = Show them
transfers-hide-lines = Hide them
transfers-more-lines = … and { $count } more
transfers-expires = Some of these records are older than what the topic keeps (retention.ms) and will be deleted soon. Raise it in the topic’s settings.
transfers-gone = { $count ->
    [one] 1 record was deleted from the topic before the export reached it
   *[other] { $count } records were deleted from the topic before the export reached them
}
transfers-stored-before = { $count ->
    [one] 1 record was stored before that and is in the topic
   *[other] { $count } records were stored before that and are in the topic
}
transfers-nothing-left = No file was left behind.

transfers-file = File
transfers-choose = Choose…
transfers-path-hint = Full path of the file
transfers-no-answer = No file was chosen. If no dialog opened, type the path.
transfers-path-missing = A path is needed
transfers-path-relative = Type the full path, from the root folder on

export-title = Export a topic
export-verb = Export
export-topic = Topic
export-no-topic = There is no topic to export yet
export-holds = { $records } records are in there now
export-format = Format
export-jsonl = JSON Lines
export-csv = CSV
export-jsonl-about = One JSON object a line. Nothing is lost: importing it again gives the same records, byte for byte.
export-csv-about = For spreadsheets, with one row a record. Bytes that are not text stand as base64, and a column says so.
export-search = Only records that match
export-search-hint = Text, or a comparison such as mag >= 4
export-match-case = Match capitals
export-partitions = Partitions
export-partitions-hint = all, or 0, 2, 5-7
export-partitions-fault = Use numbers such as 0, 2, 5-7
export-from = From ({ $zone })
export-to = Before ({ $zone })
export-time-hint = 2026-01-31 12:00
export-time-fault = Use a time such as 2026-01-31 12:00
export-replace = Replace the file if there is one

import-title = Import
import-verb = Import
import-holds = Holds
import-records = JSON Lines: records
import-values = JSON Lines: any JSON as values
import-csv = CSV
import-text = Lines of text
import-records-about = As Millpond exports them: key, value, headers, timestamp and partition of each record.
import-values-about = Each line becomes a value as it stands. Key and time can come from members of the object.
import-csv-about = Each row becomes a record. Choose which columns are key, value and time.
import-text-about = Each line becomes a value, as text.
import-key-member = Key from member
import-time-member = Time from member
import-member-hint = name, or empty for none
import-delimiter = Between columns
import-comma = Comma
import-semicolon = Semicolon
import-tab = Tab
import-header = First row names the columns
import-layout-export = These are the columns of an export from Millpond; everything is read back as it was.
import-key-column = Key
import-value-column = Value
import-time-column = Timestamp
import-none = None
import-now = Time of sending
import-whole-row = Whole row as JSON
import-into = Into topic
import-topic-hint = Name of a topic
import-topic-new = Will be made with { $count } partitions and keep its records whatever their age
import-topic-there = { $records } records are in there now
import-partitions = Partitions of the new topic
import-partitions-fault = Use a number from 1 to 10,000
import-looking = Looking into the file
import-bad-lines = Lines that are no records
import-stop = Stop at the first
import-skip = Skip and count
import-keep-partitions = Keep the partitions of the file
import-keep-times = Keep the timestamps of the file
import-preview = Preview
import-preview-first = the first { $count } lines, nothing is imported yet
import-preview-all = all { $count } lines, nothing is imported yet
import-preview-empty = Choose a file to see how its first lines will be read.
import-preview-none = The file has no lines.
import-preview-bad = { $count ->
    [one] 1 line is no record
   *[other] { $count } lines are no records
}
import-column-line = Line
import-column-partition = Partition
import-column-time = Timestamp
import-column-key = Key
import-column-value = Value
import-column-headers = Headers
import-null = null

transfer-failed = Failed: { $job }
transfer-stopped = It was stopped
transfer-disk-full = The disk is full
transfer-not-allowed = This user may not open the file
transfer-not-found = There is no such file or folder
transfer-is-folder = This is a folder, not a file
transfer-read-only = The disk is read-only
transfer-next-read = Check that the file exists and may be read
transfer-next-write = Nothing was left under this name. Free some space or choose another place
transfer-exists = There is a file of this name already: { $path }
transfer-next-exists = Choose another name, or let it be replaced
transfer-bad-line = Line { $line } is no record: { $text }
transfer-no-column = The file has no column { $column }
transfer-row-too-long = The row from line { $line } on does not end
transfer-next-row-too-long = Look for a quote that is not closed
transfer-no-partition = There is no partition { $partition }; the topic has { $count }, from 0 on
line-json = Not JSON, at column { $column }: { $detail }
line-json-shape = Not a JSON object
line-json-limit = Nested too deeply or too long to be read
line-not-utf8 = Not UTF-8 at byte { $byte }; bytes belong into key_base64 and value_base64
line-too-long = Longer than { $limit } bytes
line-no-value = No “value” and no “value_base64”: no record line. Import any JSON as values instead
line-twice = Both { $name } and { $name }_base64 are given; keep one
line-base64 = { $name } is not base64
line-type = { $name } has the wrong type: { $found }
line-partition = Partition { $partition } is not in the topic, which has { $count }
line-columns = { $found } columns where the first row has { $wanted }
line-column-missing = There is no column { $number } in this row
line-timestamp = “{ $found }” is neither epoch milliseconds nor a time such as 2026-01-31T12:00:00Z
line-encoding = “{ $found }” is none of text, base64 and null
line-refused = The broker refused it: { $why }
