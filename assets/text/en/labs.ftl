### The labs: the list of lessons, a lesson, its picture, free play, Watch

labs-done = { $done } of { $all } done
labs-start = Start lesson { $number }
labs-continue = Go on with lesson { $number }
labs-open = Open a lab file…
labs-open-about = A lab file holds a stage, or a lesson that a teacher has written. It plays on a broker of its own; nothing in this workspace is touched.
labs-open-field = Lab file
labs-open-confirm = Open
labs-open-failed = { $path } could not be read
labs-open-fault = Line { $line }: { $sentence }
labs-about = Each lesson has a real broker of its own, with a clock that you can stop. Real producers and consumers move the dots, and nothing here touches your topics. In the lessons a record is called a message; it is the same thing.
labs-free = Free play
labs-free-about = An empty stage: put topics, producers, consumers and services on it, and see what happens. Save it to a file that you can mail.
labs-minutes = { $n ->
    [one] 1 minute
   *[other] { $n } minutes
}
labs-card-done = done
labs-card-steps = { $done } of { $all } steps

lab-way = { $n } of { $all }
lab-step = Step
lab-pause = Pause
lab-run = Run
lab-speed = Speed
lab-seed = seed { $seed }
lab-seed-about = The seed decides everything that is left to chance. The same seed tells the same story again.
lab-seed-field = Seed
lab-seed-start = Start over with this seed
lab-start-over = Start over
lab-more = More
lab-calm = Calm: no motion
lab-pause-for-surprises = Pause when something surprising happens
lab-problem = That did not work: { $why }

lab-step-of = Step { $n } of { $all }
lab-step-before = The step before
lab-step-after = The step after
lab-step-next = Next step
lab-task-done = Done
lab-task-open = To do
lab-question-later = Then answer a question
lab-task-under-way = Under way: watch the picture. It is ticked off by itself.
lab-task-by-hand = Do this with your own program. It is ticked off by itself.
lab-task-paused = The stage is paused. Press Run, or Space.
lab-answer-right = Right
lab-answer-wrong = Not quite. Try again
lab-finished = Lesson finished
lab-next-lesson = Next: { $title }
lab-all-lessons = Show all lessons
lab-what-if = What if…
lab-try = Try it
lab-behind = Behind this slider
lab-behind-none = No setting of Kafka: how the program itself works
lab-per-second = { $rate } /s

lab-happened = What happened
lab-happened-nothing = Nothing yet
lab-owners = Who owned what in { $group }
lab-owners-rebalance = last rebalance { $took }, stood still { $stood } in all
lab-owners-stood = stood still { $stood } in all
lab-owners-said = Who owned which partition over the last minute
lab-table = Table of { $name }
lab-table-empty = No row yet

lab-surprise-paused = paused once, so that you can look
lab-surprise-go-on = Go on
lab-surprise-never = Don't pause for these
lab-surprise-idle-consumer = A consumer without work
lab-surprise-idle-consumer-why = A partition is read by one member of a group at a time, so that its order is kept. With more members than partitions, the ones left over wait in case another fails.
lab-surprise-duplicate = The same message twice
lab-surprise-duplicate-why = The message was processed, and before that was committed somebody else took over and began at the last commit. This is at least once: nothing is lost, and the work must bear to be done twice.
lab-surprise-lost-lock = A lock ran out
lab-surprise-lost-lock-why = The queue lends a message for a limited time, so that one whose consumer died is not lost. Who works longer than the lock holds shares the message with the next one.
lab-surprise-out-of-order = A younger message was done first
lab-surprise-out-of-order-why = A queue hands messages to whoever is free, and one that is given back comes again later. Order is what that costs; where it matters, use partitions and keys.

lab-stage-empty = Nothing stands on the stage yet
lab-picture = The stage
lab-strip-said = { $topic }, partition { $partition }: offsets { $start } to { $end }
lab-cell-title = Message { $offset }
lab-cell-click = Click to see its life
lab-cell-free = The next message comes here
lab-cell-between = { $n } more in between
lab-cell-stored = stored
lab-cell-gone = gone
lab-cell-gone-short = gone
lab-cell-waiting = waits for a consumer
lab-cell-acquired = being worked on
lab-cell-acknowledged = accepted
lab-cell-archived = given up
lab-cell-compacted = removed: a younger message has its key
lab-cell-open = in an open transaction
lab-cell-aborted = of an aborted transaction
lab-cell-commit-marker = end of a transaction: committed
lab-cell-abort-marker = end of a transaction: aborted
lab-watermark = High watermark { $offset }: consumers see what is before it
lab-mark-behind = { $name }, { $n } behind
lab-topic-queue = a queue: { $waiting } waiting, { $held } being worked on
lab-topic-kept = { $n ->
    [0] empty
    [one] 1 message is kept
   *[other] { $n } messages are kept
}
lab-calls = calls, and waits
lab-people = people

lab-record-gone = This message is no longer in the log. Only its number is left: offsets are never given twice.
lab-record-far = This message is in the log, but too far back for this picture.
lab-record-delivered = { $n ->
    [one] delivered once
   *[other] delivered { $n } times
}
lab-record-held = { $name } works on it; the lock holds for { $left }.
lab-record-key = Key
lab-record-value = Value
lab-record-read = { $name } has read it
lab-record-unread = { $name } has not: { $n ->
    [0] it is next
   *[other] { $n } before it
}
lab-record-life = Its life so far

lab-actor-stopped = stopped
lab-actor-paused = paused
lab-actor-crashed = crashed
lab-actor-idle = idle, no partition
lab-actor-waits = waits for a partition
lab-actor-writes = writes
lab-actor-reads = { $n ->
    [one] reads 1 partition
   *[other] reads { $n } partitions
}
lab-actor-reads-queue = takes from the queue
lab-actor-works-on = works on { $offset }
lab-actor-has-read = has read to { $offset }
lab-actor-rate = { $rate } a second
lab-actor-sent = { $n } sent
lab-actor-received = { $n } received
lab-actor-answered = { $n } answered
lab-actor-answers-in = answers in { $took }
lab-actor-rows = { $n } rows
lab-about-producer = A producer writes messages to a topic. It does not know who reads them.
lab-about-consumer = A consumer reads messages at its own pace, and tells the broker how far it has come.
lab-about-service = A service answers people and writes a row to its own database.
lab-about-program = A program of your own, connected to the broker.
lab-about-group = Member of the group { $group }
lab-about-owns = Reads { $partitions }
lab-about-owns-none = Owns no partition now. It is given one when the member that has it leaves, or is given up after a crash.
lab-count-sent = { $n } sent
lab-count-received = { $n } received
lab-count-processed = { $n } processed
lab-count-failed = { $n } failed
lab-count-duplicates = { $n } seen twice
lab-do-start = Start
lab-do-stop = Stop
lab-do-crash = Crash
lab-do-restart = Restart
lab-do-pause = Pause
lab-do-resume = Go on
lab-do-edit = Edit…
lab-do-remove = Remove

lab-series-arrivals = arrive
lab-series-done = done
lab-series-failed = fail
lab-series-backlog = backlog
lab-series-lag = lag
lab-series-lag-seconds = seconds behind
lab-series-response = response
lab-series-rows = rows

lab-field-rate = Messages a second
lab-field-processing-ms = Work on each message
lab-field-failure-percent = Failures
lab-field-batch = Messages at a time
lab-field-capacity = Requests at the same time
lab-field-timeout-ms = People wait at most
lab-field-database-ms = Writing the row
lab-field-message-ms = Sending the message
lab-field-session-timeout-ms = Session timeout
lab-field-lost-answers-percent = Lost answers
lab-field-shape = How it sends

lab-kind-producer = Producer
lab-kind-consumer = Consumer
lab-kind-service = Service
lab-free-title = Put something on the stage
lab-free-about = Start with a topic, then a producer that writes to it and consumers that read it. Click an actor to pause it, crash it or change it.
lab-free-empty = Nothing is on the stage yet. Add a topic at the right, or begin with something that moves.
lab-free-example = Put on a small shop
lab-free-add-topic = Topic
lab-free-add-producer = Producer
lab-free-add-consumer = Consumer
lab-free-add-service = Service
lab-free-topic-first = A topic comes first
lab-free-full = The stage is full
lab-free-send = Send one message to { $topic }
lab-free-actors-hint = Click an actor in the picture for its settings.
lab-free-nothing = Nothing is on the stage yet
lab-free-save = Save…
lab-free-put = Put on the stage
lab-free-change = Change
lab-free-name = Name
lab-free-no-name = A name is missing
lab-free-name-fault = A topic's name is free, not empty, and made of letters, digits, dots, dashes and underscores
lab-free-partitions = Partitions
lab-free-partitions-fault = A number from 1 to { $max }
lab-free-classic-queue = A classic queue: delete what was consumed
lab-free-number-fault = { $field }: a number is needed here, and not too large a one
lab-free-keys = Keys
lab-free-keys-about = Divided by commas, used in turn. None: messages go to any partition.
lab-free-idempotent = Recognise repeated sends (idempotent)
lab-free-group = Group
lab-free-topic = Topic
lab-shape-steady = Steady
lab-shape-bursty = In bursts
lab-shape-hand = By hand
lab-protocol-classic = Classic group
lab-protocol-consumer = New protocol
lab-protocol-share = Queue
lab-ack-accept = Accepts
lab-ack-release = Gives back
lab-ack-reject = Rejects
lab-ack-none = Says nothing
lab-commit-before = Commits before the work
lab-commit-after = Commits after it
lab-commit-never = Never commits
lab-from-earliest = From the oldest
lab-from-latest = Only new ones
lab-mode-sequence = In sequence
lab-mode-queue = Through a queue

watch-title = Watch
watch-menu = Watch it move
watch-about = Your own programs on your own topic: who writes at the left, the partitions in the middle, the members of each group at the right. The marks show what each group has committed.
watch-nobody = No program writes to this topic or reads it now
watch-produce = Produce…
watch-failed = { $topic } could not be watched
