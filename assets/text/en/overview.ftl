### Overview: what the workspace holds; what to do first in an empty one

first-title = A broker is running on this computer
first-with-address = It speaks the Kafka protocol at { $address } and keeps its partitions as SQLite files in { $folder }.
first-without-address = It speaks the Kafka protocol to this window and keeps its partitions as SQLite files in { $folder }.
first-sample-title = Watch a real stream
first-sample = One week of earthquakes, 1,707 events from seismic stations around the world. Load them at once, or replay the week in two minutes.
first-sample-replay = Replay
first-sample-replay-about = Produces the week in two minutes, as if it happened now
first-labs-title = Learn by doing
first-labs = Queue or publish/subscribe? Partitions, groups, offsets, lag: 14 short lessons on the real engine, five minutes each.
first-labs-start = Start lesson 1
first-labs-all = All lessons

acks-title = What an acknowledgement means here
acks-all = on disk, survives loss of power
acks-one = survives a crash of Millpond
acks-none = nothing promised

overview-kept-in = kept in { $path }
overview-import = Import…
overview-sample = Sample stream
overview-records = Records
overview-in-topics = in { $topics ->
    [one] 1 topic
   *[other] { $topics } topics
}, { $partitions ->
    [one] 1 partition
   *[other] { $partitions } partitions
}
overview-in = Produced
overview-out = Consumed
overview-a-second = a second
overview-bytes = { $size } a second
overview-disk = Size on disk
overview-disk-about = of all partitions
overview-rates = Records in and out
overview-rates-unit = a second
overview-in-line = produced
overview-out-line = consumed
overview-busiest = Most traffic
overview-all-topics = Show all { $n } topics
overview-at = clients connect to { $address } · { $kept }
