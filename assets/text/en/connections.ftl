### Connections: clients, the log of requests, producers of a topic

nav-connections = Connections
connections-clients = Clients
connections-working = { $rate } requests a second not counting waits
connections-own-too = also Millpond's own
connections-none = No client is connected yet. Point any Kafka client at { $address } and it shows up here.
connections-no-listener = Other programs cannot reach this broker: the listener is off.
connections-how = Show me how
connections-remote = A remote cluster does not tell who is connected and what they ask. Only Millpond's own broker does.
clients-library = Library
clients-address = Address
clients-since = Since
clients-requests = Requests /s
clients-bytes = Bytes /s
clients-does = Does
clients-state = State
clients-no-id = (no client id)
clients-no-library = The client does not tell its library
clients-this-window = this window
clients-this-process = inside Millpond
clients-open = { $n ->
    [one] 1 connection
   *[other] { $n } connections
}
clients-writes = writes { $names }
clients-reads = reads { $names }
clients-in-group = group { $names }
clients-does-nothing = connected
clients-healthy = healthy
clients-idle = idle
clients-idle-about = No request within the last half minute
clients-erring = errors
clients-behind = falling behind
clients-behind-about = Group { $group } falls further behind: { $n } records are not read yet
clients-left = left
clients-details = Details
clients-open-topic = Open topic { $topic }
clients-open-group = Open group { $group }
clients-copy-id = Copy the client id
clients-copy-address = Copy the address
clients-close = Close the client's details
clients-user = User
clients-anonymous = anonymous
clients-logged-in = Logged in as { $user }
clients-transport = Transport
clients-tls = encrypted (TLS)
clients-plain = not encrypted
clients-total = In all
clients-totals = { $requests ->
    [one] 1 request
   *[other] { $requests } requests
} · sent { $sent } · received { $received }
clients-advice = Settings that deserve a second thought
clients-writes-to = Writes to
clients-reads-from = Reads from
clients-member = { $member } · generation { $generation } · { $n ->
    [one] 1 partition
   *[other] { $n } partitions
}
clients-producers = Producers
clients-errors = Errors among the newest requests
clients-times = { $n ->
    [one] once
   *[other] { $n } times
}
clients-connections = Connections of this client
clients-connection = { $n ->
    [one] 1 request
   *[other] { $n } requests
}
clients-connection-closed = ended { $ago }
clients-more-connections = { $n ->
    [one] and 1 more
   *[other] and { $n } more
}
advice-acks-none = acks=0: a record that is lost is never noticed. Use acks=all unless losing some is fine.
advice-acks-leader = acks=1: acknowledged before it is synced to disk, so a loss of power can take it. acks=all waits for the disk.
advice-not-idempotent = Not idempotent: a retry may store records twice. Set enable.idempotence=true.
advice-tiny-batches = { $records } records a batch, { $rate } batches a second: raise linger.ms to some milliseconds and far fewer requests do the same.
advice-not-compressed = Batches of { $size } are not compressed: compression.type=lz4 or zstd saves disk and network.
advice-commits-often = { $rate } commits a second: each is a synced write. Commit after a batch of records or every few seconds.
advice-busy-polling = { $rate } empty answers a second: fetch.min.bytes and fetch.max.wait.ms ({ $wait }) let it poll without a pause.
advice-short-session = session.timeout.ms is { $time }: a pause of the garbage collector costs a rebalance. 45 s is Kafka's default.
advice-classic = Group { $group } uses the classic protocol: with group.protocol=consumer a rebalance does not stop everybody.
advice-old-version = Speaks { $api } version { $version }; { $newest } is the newest here. A newer release of the library speaks it.
requests-title = Requests
requests-filter-hint = Filter: client:, api:, group:, topic:
requests-filter-about = Words that a request has to hold: client:billing, api:fetch, group:billing, topic:orders, or any of these without saying where
requests-api = API
requests-any-api = Any API
requests-errors-only = Errors only
requests-pause = Pause
requests-resume = Resume
requests-new = { $n } new
requests-kept = newest { $max } kept
requests-none = No request yet. What clients ask appears here as it comes.
requests-none-match = No request that is kept matches the filter.
requests-clear-filter = Show all requests
requests-time = Time
requests-client = Client
requests-api-column = API
requests-version = Version
requests-size = Size
requests-took = Took
requests-error = Error
requests-said = What it said
requests-size-about = request { $request }, answer { $response }
requests-size-none = inside the process nothing is encoded, so there is no size
requests-waited = waited { $time } on purpose
requests-one = Request { $id }
requests-close = Close the request
requests-loading = Loading the request
requests-gone = This request is no longer kept: newer ones took its place.
requests-api-version = { $api } version { $version } (key { $key })
requests-error-times = { $n } places of the answer hold an error; this is the first.
requests-see-records = See { $place } from { $offset } ({ $n ->
    [one] 1 record
   *[other] { $n } records
})
requests-copy = Copy as text
requests-tab-request = Request
requests-tab-response = Answer
requests-no-fields = The fields are no longer kept.
requests-fields-cut = There were too many fields; some are left out.
said-produce-one = { $place }: { $n ->
    [one] 1 record
   *[other] { $n } records
} at { $offset }
said-records = { $places }: { $n ->
    [one] 1 record
   *[other] { $n } records
}
said-fetch-nothing = nothing new
said-commit-one = { $place } at { $offset }
said-join = { $member } joins { $group }, generation { $generation }
said-join-new = a new member for { $group }
said-sync = { $member } gets { $places }
said-sync-nothing = { $member } gets nothing
said-heartbeat = { $member } in { $group }
said-heartbeat-new = { $member } in { $group }: { $n ->
    [one] 1 partition
   *[other] { $n } partitions
} now
said-leave = { $members } left { $group }
said-committed = { $group }: { $n ->
    [0] all partitions
    [one] 1 partition
   *[other] { $n } partitions
}
said-all-topics = all topics
said-producer = producer { $producer }, epoch { $epoch }{ $id }
said-transaction = { $id }: producer { $producer }, epoch { $epoch }
said-transaction-commit = { $id } committed (producer { $producer }, epoch { $epoch })
said-transaction-abort = { $id } aborted (producer { $producer }, epoch { $epoch })
said-and-more = { " " }and { $n } more
said-partitions = { $n ->
    [one] 1 partition
   *[other] { $n } partitions
}
topic-tab-producers = Producers
producers-remote = A remote cluster does not tell who produces. Only Millpond's own broker does.
producers-none = Nobody has produced to this topic since the broker was opened.
producers-about = Who produced here since the broker was opened, as their requests showed
producers-client = Client
producers-id = Producer id · epoch
producers-acks = acks
producers-compression = Compression
producers-batch = Batch
producers-records = Records
producers-partitions = Last sequence by partition
producers-last = Last sent
producers-not-idempotent = not idempotent
producers-idempotent = { $id } · epoch { $epoch }
producers-transactional = { $id } · epoch { $epoch } · transactional
producers-batch-of = { $records } records · { $size }
producers-sequence = sequence { $n }
producers-last-sent = last sent { $ago }
producers-open-client = Open the client
