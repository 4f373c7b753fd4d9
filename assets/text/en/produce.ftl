### Texts of: produce

produce-mode-one = One record
produce-mode-lines = JSON Lines
produce-mode-generate = Generator
produce-key = Key
produce-key-null = Null key
produce-value = Value
produce-value-null = Null value
produce-value-null-about = A tombstone: in a compacted topic it deletes the key
produce-value-text = text
produce-value-broken = no JSON
produce-value-broken-about = It can be produced all the same, as text
produce-value-unchecked = too long to check
produce-json-fault = line { $line }, column { $column }: { $why }
produce-format = Format
produce-compact = Compact
produce-bytes-kept = { $size } that are no text, kept as they are
produce-headers-kept = { $count ->
    [one] 1 header that is no text is kept as it is
   *[other] { $count } headers that are no text are kept as they are
}
produce-kept-drop = Drop
produce-headers = Headers
produce-header-key = Key of header { $n }
produce-header-key-hint = key
produce-header-value = Value of header { $n }
produce-header-value-hint = value
produce-header-add = Add header
produce-header-remove = Remove header { $n }
produce-headers-full = No more headers can be entered by hand
produce-partition = Partition
produce-partition-automatic = automatic: by key
produce-time = Timestamp
produce-time-now = now
produce-time-explicit = at a time
produce-time-about = Epoch milliseconds, or a time such as 2026-01-31T12:00:00Z
produce-time-fault = not a time
produce-more = More
produce-less = Less
produce-acks = Acknowledgement
produce-acks-all-about = Answered once it is synced to disk: survives a loss of power.
produce-acks-one-about = Answered once it is in the write-ahead log: survives a kill of Millpond, not a loss of power.
produce-acks-none-about = Never answered: nothing is promised, and the offset is not known.
produce-compression = Compression
produce-verb = Produce
produce-sending = sending…
produce-done = Produced to { $topic }, partition { $partition }, offset { $offset }
produce-done-unknown = Sent to { $topic }, partition { $partition }; nobody tells the offset with acks=0
produce-done-many = Produced { $count } records to { $topic }, { $partitions ->
    [one] 1 partition
   *[other] { $partitions } partitions
}
produce-show = Show
produce-failed = Could not produce to { $topic }
produce-failed-after = Could not produce all to { $topic }, { $count } are stored
produce-last = Produced last
produce-last-empty = Each record that you produce here is listed with its partition and offset.
produce-count = { $count } records
produce-fill-again = Fill in again

# Pasted lines
produce-lines = Lines
produce-lines-form = Each line is
produce-lines-record = a record with key, value, headers
produce-lines-value = a value
produce-lines-bad = { $count ->
    [one] 1 line is no record
   *[other] { $count } lines are no records
}
produce-lines-number = line { $n }
produce-lines-none = There is no record to produce yet
produce-lines-verb = { $good ->
    [0] Produce
    [one] Produce 1 record
   *[other] Produce { $good } records
}
produce-lines-verb-skip = { $good ->
    [one] Produce 1 record
   *[other] Produce { $good } records
}, skip { $bad ->
    [one] 1 line
   *[other] { $bad } lines
}
produce-lines-too-long = Longer than { $size }; import it as a file instead
produce-lines-too-many = More than { $max } records; import it as a file instead

# The generator
generator-begin-with = Begin with
generator-example-orders = Orders
generator-example-sensors = Sensors
generator-example-clicks = Clicks
generator-preview = The first records
generator-preview-none = No record yet: mend the template first
generator-others = Show others
generator-rate = Records a second
generator-rate-unit = a second
generator-for = for a time
generator-count = so many
generator-until-stopped = until stopped
generator-minutes = minutes
generator-records = records
generator-seed = Seed
generator-seed-hint = by chance
generator-seed-about = The same number brings the same records again, times apart
generator-seed-fault = a whole number
generator-start = Start generator
generator-sum = { $count ->
    [one] 1 record
   *[other] { $count } records
} in { $time }
generator-sum-stopped = runs until you cancel it
generator-why-template = Mend the template first
generator-why-rate = Choose a rate from above 0 to 100,000 a second
generator-why-end = Choose when it ends
generator-fault-line = line { $line }: { $what }
generator-fault-syntax = this cannot be read
generator-fault-name = there is no placeholder of that name
generator-fault-arguments = the placeholder cannot use what stands in its brackets
generator-fault-too-much = too much for one record
generator-fault-other = this does not work
generator-job = Generate into { $topic }
generator-done = Generated { $count } records into { $topic }
generator-left-out = { $count } records left out while it was held up
generator-failed = Could not generate into { $topic }
generator-placeholders = Placeholders
generator-placeholders-key = A click inserts into the key.
generator-placeholders-value = A click inserts into the value.
placeholders-counting = Counting
placeholders-numbers = Numbers
placeholders-choices = Choices
placeholders-times = Times
placeholders-identity = Identities
placeholders-people = People
placeholders-places = Places
placeholders-text = Text

# What each placeholder gives
placeholder-n = number of the record, from 1
placeholder-counter = counts up; each name by itself; also step
placeholder-key = the key just made, in the value
placeholder-int = whole number from … to, both included
placeholder-float = number from … to, with that many decimals
placeholder-normal = bell curve: mean, deviation, decimals
placeholder-exponential = waiting time around a mean
placeholder-walk = drifts by at most a step from record to record, like a sensor
placeholder-bool = true with that probability
placeholder-choice = one of these, all alike
placeholder-weighted = one of these, by weight
placeholder-now = now, in epoch milliseconds
placeholder-iso = a time in ISO 8601, UTC
placeholder-time = a time after a strftime pattern, UTC
placeholder-ago = a time within the last so many seconds
placeholder-uuid = random UUID
placeholder-hex = so many hexadecimal digits
placeholder-ip = IPv4 address
placeholder-name = first and last name
placeholder-name-zh = a Chinese name
placeholder-first-name = first name
placeholder-last-name = last name
placeholder-user-name = user name
placeholder-email = address at an example domain
placeholder-phone = phone number
placeholder-company = company
placeholder-city = city
placeholder-street = street
placeholder-country = country
placeholder-country-code = country code of two letters
placeholder-latitude = latitude, spread evenly over the globe
placeholder-longitude = longitude
placeholder-word = a word of Latin
placeholder-words = so many words of Latin
placeholder-tojson = as JSON, with quotes
placeholder-if = something else in every tenth record

# What is wrong with a JSON text
json-ended = { $said }
json-unexpected = { $said }
json-open-string = { $said }
json-control-character = { $said }
json-escape = { $said }
json-lone-surrogate = { $said }
json-number = { $said }
json-too-deep = { $said }
json-too-long = { $said }
json-object = { $said }
json-array = { $said }
