### Connect your app

connect-title = Connect your app
connect-copy-address = Copy the address
connect-no-listener = Other programs cannot reach this broker: the listener is off.
connect-open-settings = Open the settings
connect-light-here = connected
connect-light-was = was here
connect-light-waiting = waiting
connect-install = Install
connect-program = Program
connect-run = Run
connect-about = It produces one record to the topic hello, which is made by itself, and reads on from the beginning until you stop it.
connect-waiting = Waiting for a { $language } client
connect-waiting-about = The light turns green as soon as one connects, and tells what it is and how it is set up.
connect-if-nothing = If nothing comes
connect-check-port = The address has to be the one above, with the port.
connect-check-host = From a container or another machine, 127.0.0.1 is not this computer: serve with --listen and --advertise.
connect-check-topic = A consumer that starts at latest sees only what comes after it.
connect-here = { $client } is here
connect-came = { $client } was here
connect-before = { $time }, before this page was opened
connect-no-advice = Nothing in its settings stands out so far.
connect-see-requests = See what it asks
first-connect-title = Connect your app
first-connect = Point any Kafka client here. Millpond shows what it sends, what it reads, and where it falls behind.
first-connect-show = Show me how
connect-switch-on = Switch the listener on
