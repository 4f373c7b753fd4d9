# The test of a connection: its steps, what they found, why they failed, what to change.
walk-stage-name = Name
walk-stage-tcp = TCP
walk-stage-tls = TLS
walk-stage-versions = Versions
walk-stage-authentication = Authentication
walk-stage-metadata = Metadata
walk-stage-advertised-listeners = Advertised listeners

walk-found-name = { $addresses }
walk-found-name-some = { $addresses }; no address for { $nameless }
walk-found-tcp = { $address } listens
walk-found-tls = { $version }, certificate trusted
walk-skipped-tls = Not encrypted
walk-found-versions = { $count } APIs
walk-found-login = { $user } logged in by { $mechanism }
walk-found-token = Token accepted by { $mechanism }
walk-skipped-authentication = Nobody logs in
walk-found-cluster = { $count ->
    [one] 1 broker, cluster id { $id }
   *[other] { $count } brokers, cluster id { $id }
}
walk-found-nodes = { $count ->
    [one] The broker is reached where the cluster says that it is
   *[other] All { $count } brokers are reached where the cluster says that they are
}

walk-failed-name = The name of the broker could not be resolved
walk-failed-tcp = The broker could not be connected to
walk-failed-tls = The connection could not be encrypted
walk-failed-versions = What answers is no broker that Millpond can talk to
walk-failed-authentication = The login failed
walk-failed-metadata = The cluster does not tell about itself
walk-failed-advertised-listeners = Brokers cannot be reached at the addresses that the cluster tells

walk-why-no-address = { $said }
walk-next-no-address = Check the name “{ $host }” for slips; if it is right, this machine's name service (DNS, hosts file, VPN) must know it
walk-why-refused = { $said }
walk-next-refused = Check the port, and that the broker is running; Kafka's listeners are in its setting “listeners”
walk-why-unreachable = { $said }
walk-next-unreachable = Check the network between here and { $host }: VPN, firewall, proxy
walk-why-too-slow = { $said }
walk-next-too-slow = Check the network between here and { $host } (VPN, firewall); if it is slow by nature, raise the connect time-out of this connection
walk-why-bad-server-name = { $said }
walk-next-bad-server-name = Connect by a host name or an IP address
walk-why-wants-tls = { $said }
walk-next-wants-tls = Turn on TLS for this connection (security.protocol SSL, or SASL_SSL where users log in)
walk-why-not-tls = { $address } does not speak TLS
walk-next-not-tls = Turn off TLS for this connection (security.protocol PLAINTEXT, or SASL_PLAINTEXT where users log in), or connect to the port that speaks TLS
walk-why-closed-in-handshake = { $said }
walk-next-closed-in-handshake = Check that this port speaks TLS; if it does, it may want a client certificate: look at the broker's log
walk-why-unknown-authority = { $said }
walk-next-unknown-authority = Choose the file with the certificate of its authority (ssl.ca.location), or of the broker itself where it has signed its own
walk-why-other-name = { $said }
walk-next-other-name = Connect by a name that the certificate is for, have { $host } added to the certificate, or, with an authority of your own, turn off the check of the host name
walk-why-expired = { $said }
walk-next-expired = Have a new certificate made for the broker; if it should still be valid, check the clock of this machine
walk-why-not-valid-yet = { $said }
walk-next-not-valid-yet = Check the clocks of this machine and of the broker's
walk-why-bad-certificate = { $said }
walk-next-bad-certificate = Have a new certificate made for the broker
walk-why-client-certificate = { $said }
walk-next-client-certificate = Choose a client certificate that the broker trusts, and its key (ssl.keystore.location)
walk-why-no-client-certificate = { $said }
walk-next-no-client-certificate = Choose a client certificate that the broker trusts, and its key (ssl.keystore.location)
walk-why-no-common-tls = { $said }
walk-next-no-common-tls = Let the broker speak TLS 1.2 or 1.3 (ssl.enabled.protocols)
walk-why-tls = { $said }
walk-next-tls = Look at the broker's log for the reason
walk-why-closed-unanswered = { $address } closed the connection without an answer
walk-next-closed-unanswered = Check that this is the port of a Kafka broker, and not of something else
walk-why-closed-instead-of-login = { $address } closed the connection instead of a login
walk-next-closed-instead-of-login = Check that users log in to this listener, and look at the broker's log
walk-why-lost = { $said }
walk-next-lost = Try again; if it stays so, look at the broker's log
walk-why-not-kafka = { $said }
walk-next-not-kafka = Check that this is the port of a Kafka broker, and not of something else
walk-why-other-mechanism = { $said }
walk-next-other-mechanism = Choose one of the mechanisms that it offers: { $offered }
walk-why-nobody-logs-in = { $said }
walk-next-nobody-logs-in = Turn off the login for this connection (security.protocol PLAINTEXT or SSL), or connect to the port where users log in
walk-why-wants-login = Users must log in to { $address }, and this connection names none
walk-next-wants-login = Name a user for this connection (security.protocol SASL_PLAINTEXT or SASL_SSL); the mechanisms are { $offered }
walk-why-wrong-password = { $said }
walk-next-wrong-password = Check the user name and the password, and that { $user } has a password for { $mechanism }
walk-why-token-refused = { $said }
walk-next-token-refused = { $said }
walk-why-kafka = { $said }
walk-next-kafka = { $said }
walk-why-client = { $said }
walk-next-client = { $said }
walk-why-profile = { $said }
walk-next-profile = Change the connection, then test it again
walk-why-no-nodes = { $address } answers and lists no broker
walk-next-no-nodes = Wait until the cluster has started; if it stays so, look at the broker's log

walk-why-advertised-name = { $count ->
    [one] The cluster says that broker { $node } is at { $address }, and this machine knows no address for { $host }
   *[other] { $count } of { $of } brokers are at addresses that this machine does not know: broker { $node } at { $address }, also { $others }
}
walk-next-advertised-name = Set advertised.listeners of broker { $node } to a name that this machine knows, such as { $reached }:{ $port } (a container's own name is known in its network only), or add { $host } to the hosts file here
walk-why-advertised-loopback = { $count ->
    [one] The cluster says that broker { $node } is at { $address }, which is this very machine and not the broker's
   *[other] { $count } of { $of } brokers say that they are on this very machine: broker { $node } at { $address }, also { $others }
}
walk-next-advertised-loopback = Set advertised.listeners of broker { $node } to an address that clients reach it by, such as { $reached }:{ $port }
walk-why-advertised-refused = { $count ->
    [one] The cluster says that broker { $node } is at { $address }, and there it cannot be reached: { $cause }
   *[other] { $count } of { $of } brokers cannot be reached where the cluster says that they are: broker { $node } at { $address } ({ $cause }), also { $others }
}
walk-next-advertised-refused = Check that broker { $node } is running; then set its advertised.listeners to an address and port that this machine reaches ({ $bootstrap } was reached), and let the firewall pass { $address }
walk-why-advertised-tls = { $count ->
    [one] The cluster says that broker { $node } is at { $address }, and there the connection cannot be encrypted: { $cause }
   *[other] { $count } of { $of } brokers cannot be reached safely where the cluster says that they are: broker { $node } at { $address } ({ $cause }), also { $others }
}
walk-next-advertised-tls = Set advertised.listeners of broker { $node } to a name that its certificate is for, of a listener that is secured like { $bootstrap }
walk-why-advertised-other = { $count ->
    [one] The cluster says that broker { $node } is at { $address }, and there something is wrong: { $cause }
   *[other] { $count } of { $of } brokers cannot be used where the cluster says that they are: broker { $node } at { $address } ({ $cause }), also { $others }
}
walk-next-advertised-other = Check advertised.listeners of broker { $node }: { $address } must be its own listener for clients, secured like { $bootstrap }
