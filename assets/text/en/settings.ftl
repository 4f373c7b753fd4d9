### Settings

settings-looks = Looks and words
settings-theme = Theme
settings-system = As the system
settings-light = Light
settings-dark = Dark
settings-language = Language
settings-times = Times
settings-times-local = Local
settings-times-utc = UTC
settings-times-epoch = Epoch milliseconds
settings-motion = Motion
settings-calm = Calm: nothing moves by itself
settings-workspace = Workspace
settings-folder = Folder
settings-address = Address
settings-promises = Each partition is one SQLite file. A record is safe as soon as its producer is told: with acks=all it survives loss of power, with acks=1 a crash of Millpond.
settings-about = Versions and licences
settings-sample = Sample stream
settings-public-domain = public domain

settings-listener = Other programs
settings-listener-clients = Kafka clients
settings-listener-on = May connect to this broker
settings-listener-host = Host
settings-listener-port = Port
settings-listener-port-fault = 0 to 65535
settings-listener-advertised = Address that clients are told
settings-listener-advertised-hint = where it listens
settings-listener-advertised-fault = Write HOST:PORT
settings-listener-open = Other machines may connect without a password
settings-listener-open-about = Needed only for a host that others can reach. Anyone on the network can then read, change and delete everything here.
settings-listener-limits = Show what clients may take
settings-listener-limit-fault = { $min } to { $max }
settings-listener-hits = { $n ->
    [one] reached once since the listener started
   *[other] reached { $n } times since the listener started
}
settings-listener-apply = Apply
settings-listener-apply-about = Takes effect at once: the listener starts again, and clients that are connected connect anew.
listener-starting = The listener is starting.
listener-taken = { $taken } is taken by another program, so clients connect to the next free port: { $address }.
listener-of-owner = Another Millpond owns this workspace. This window works through its listener at { $address }, as any Kafka client does; what only the owner can know is not shown.
listener-failed = Other programs cannot connect
listener-failed-next = Change the address in Settings, under Other programs. Everything in this window works.
listener-failed-open = { $host } can be reached from other machines, and nobody is asked who he is.
listener-failed-no-users = Clients must say who they are, and there is no user yet: nobody could connect. Add a user first.
listener-failed-no-address = There is no address for the host { $host }.
listener-failed-taken = Every port that was tried on { $address } is taken by other programs.
limit-connections = Connections at the same time. Fewer where the system allows few open files.
limit-connections-per-address = Connections at the same time from one address.
limit-frame-bytes = Bytes of one request. A larger one ends the connection.
limit-buffered-bytes = Bytes of large requests and answers on their way, over all connections. Beyond, clients wait for each other; who is slow meanwhile is cut.
limit-in-flight = Produce requests of one connection that may be on their way to the disk. Further ones wait.
limit-first-request-ms = Milliseconds from connecting to the first request.
limit-authenticate-ms = Milliseconds from connecting to the end of authentication, where it is asked for.
limit-reauthenticate-ms = Milliseconds after which a client must authenticate again. 0 is never.
limit-idle-ms = Milliseconds that a connection may do nothing.
limit-frame-ms = Milliseconds from the first byte of a request to its last.
limit-write-ms = Milliseconds that a client may take nothing of an answer that waits for it.
