### Clusters: the switcher, the list, the form, the way to a cluster, secrets

nav-cluster = Cluster
nav-clusters = Clusters
palette-clusters = Clusters

command-go-clusters = Show the clusters
command-add-cluster = Add a cluster…
command-close-cluster = Close this cluster

clusters-count = { $n ->
    [0] none yet
    [one] 1 cluster
   *[other] { $n } clusters
}
clusters-none = Real Kafka clusters stand here, beside the workspace of this computer. Add one to browse and work on it in this window.
clusters-unread = The list of clusters could not be read
clusters-open-many = { $n } clusters are open already; close one first

cluster-show = Show { $cluster }
cluster-not-open = Known, not open
cluster-opening = opening
cluster-asks = secret needed
cluster-stale = out of reach
cluster-failed = not reached
cluster-closed = closed
cluster-is-open = open
cluster-read-only = read-only
cluster-address-more = { $address } and { $n } more

cluster-open = Open
cluster-show-it = Show
cluster-edit = Edit…
cluster-duplicate = Duplicate
cluster-copy-name = { $cluster } { $n }
cluster-reopen = Connect anew
cluster-close = Close { $cluster }
cluster-close-title = Close { $cluster }?
cluster-close-jobs = { $n ->
    [one] 1 job runs there. It is stopped where it is.
   *[other] { $n } jobs run there. They are stopped where they are.
}
cluster-remove = Remove…
cluster-remove-title = Remove { $cluster } from the list?
cluster-remove-verb = Remove { $cluster }
cluster-remove-about = Its settings, its kept secrets and its recorded lag go. Nothing changes on the cluster itself.
cluster-not-saved = { $cluster } could not be saved
cluster-not-removed = { $cluster } could not be removed

cluster-new = Add a cluster
cluster-save-open = Save and open
cluster-name = Name
cluster-standing = State
cluster-environment = Environment
cluster-environment-hint = production, staging, …
cluster-environment-usual = Often used
env-production = production
env-staging = staging
env-test = test
env-development = development
cluster-colour = Colour
colour-blue = Blue
colour-teal = Teal
colour-green = Green
colour-yellow = Yellow
colour-orange = Orange
colour-red = Red
colour-pink = Pink
colour-purple = Purple
cluster-read-only-switch = Read-only
cluster-read-only-about = Nothing on the cluster can be changed from here: no records, topics, settings, offsets. The client itself refuses.
read-only-why = This cluster is open read-only, so nothing on it can be changed. Switch that off in its settings under Clusters.

cluster-bootstrap = Brokers
cluster-bootstrap-about = HOST:PORT of one or more brokers, separated by commas. Any of them tells where the others are.
cluster-security = Security
cluster-encryption = Encryption
cluster-encryption-off = none
cluster-encryption-tls = TLS
cluster-authorities = Trusted authorities
cluster-authorities-system = of the system
cluster-authorities-own = own file
cluster-authorities-file = Certificates of the authorities (PEM)
cluster-identity = With a certificate of my own (mutual TLS)
cluster-certificate = My certificate (PEM)
cluster-key = Its private key (PEM, not encrypted)
cluster-verify-host = Check that the certificate is for the broker’s host
cluster-verify-host-off = Without this check another server can pass for the broker.
cluster-login = Login
cluster-login-nobody = none
cluster-login-password = user and password
cluster-login-token = token
cluster-login-oauth = OpenID client
cluster-mechanism = Mechanism
cluster-plain-open = PLAIN without TLS sends the password as it is: everybody on the way can read it.
cluster-user = User
cluster-token-in-file = The token stands in a file, where another program renews it
cluster-token-file = File of the token
cluster-endpoint = Token endpoint
cluster-endpoint-about = https://…/token of the OpenID provider (sasl.oauthbearer.token.endpoint.url)
cluster-oauth-client = Client id
cluster-scope = Scope (may be empty)
cluster-endpoint-authorities = Authorities of my own for the token endpoint
cluster-extensions = SASL extensions (may be empty)
cluster-extensions-about = name=value, separated by commas, such as logicalCluster=lkc-1
cluster-more = More: client.id and time-outs
timeout-socket-connection-setup-timeout-ms = For each step until a connection can be used
timeout-request-timeout-ms = For an answer
timeout-retry-backoff-ms = Before the second attempt
timeout-retry-backoff-max-ms = Before any later attempt
timeout-delivery-timeout-ms = Until a produced record counts as lost

cluster-fault-name = Give it a name
cluster-fault-bootstrap = Write each broker as HOST:PORT, such as kafka.example:9092
cluster-fault-no-bootstrap = Name at least one broker
cluster-fault-authorities = Choose the file with the authorities’ certificates
cluster-fault-identity = Choose the certificate and its private key
cluster-fault-user = Name the user who logs in
cluster-fault-token-file = Choose the file of the token
cluster-fault-endpoint = Write the token endpoint in full, from https:// on
cluster-fault-client = Give the client id that the OpenID provider knows
cluster-fault-extensions = Write the extensions as name=value, separated by commas
cluster-fault-millis = Milliseconds, more than 0

cluster-test = Test
cluster-test-runs = on the way
cluster-test-passed = everything works
cluster-test-failed = it stops here
cluster-test-secrets = Type the password (or token) first
cluster-test-locked = The encrypted file is locked: type the secret here, or open a cluster whose secret is in it
walk-state-waits = not yet
walk-state-running = on the way
walk-state-passed = passed
walk-state-skipped = not needed
walk-state-failed = failed

cluster-opening-page = Opening { $cluster }
cluster-opening-for = for { $n } s
cluster-open-failed = { $cluster } could not be opened
cluster-way = The way to it, step by step
cluster-asks-page = Open { $cluster }
cluster-stale-since = Not up to date since { $time }
cluster-look-again = Look again
status-brokers = { $n ->
    [one] 1 broker
   *[other] { $n } brokers
}
status-cluster-about = Where this cluster is entered; it tells where its other brokers are
status-reconnecting = reconnecting to broker { $broker } of { $of }
status-reconnecting-any = reconnecting: no broker answers
status-broker-absent = broker { $broker } is gone; { $of } were known
status-throttled = held back for { $time }
status-throttled-about = The cluster asked this client to slow down: a quota is used up
confirm-on = On the cluster
toast-elsewhere = { $cluster }: { $said }
shortcuts-clusters = Ctrl 1 to Ctrl 9 show what is open, the workspace first

secret-password = Password
secret-password-of = Password of { $user }
secret-token = Token
secret-client = Client secret
secret-client-of = Client secret of { $client }
secret-missing = Type it first
secret-unchanged = unchanged
secret-policy = Keep it in
secret-policy-store = the system’s key store
secret-policy-store-about = Keychain, Credential Manager or Secret Service. Its owner may be asked to unlock it.
secret-policy-file = an encrypted file
secret-policy-file-about = One file for all clusters beside the settings; one pass phrase opens it, once a start.
secret-policy-ask = nowhere
secret-policy-ask-about = It is typed each time, and forgotten when the window is closed.
secret-phrase = Pass phrase of the encrypted file
secret-phrase-about = It opens the file with the secrets of all clusters until the window is closed.
secret-phrase-new = New pass phrase for the encrypted file
secret-phrase-new-about = At least 8 characters. Who forgets it types the secrets anew.
secret-phrase-again = The same pass phrase again
secret-phrase-differs = The two pass phrases differ
secret-policy-choose = This system has no key store that can be used: choose where the secret is kept
secret-phrase-forgotten = Pass phrase forgotten?
vault-delete-title = Delete the encrypted file?
vault-delete-lost = { $n ->
    [0] No cluster has its secret in it.
    [one] The secret of { $names } is lost.
   *[other] The secrets of { $n } clusters are lost: { $names }.
}
vault-delete-then = Each is asked for when its cluster is opened next, and a new pass phrase makes a new file. Nobody can open the old one without its phrase.
vault-delete-verb = Delete the encrypted file
vault-none = There is no encrypted file: no cluster keeps its secrets in one
vault-phrase-change = Change the pass phrase…
vault-phrase-title = Change the pass phrase of the encrypted file
vault-phrase-about = The secrets of all clusters that are in the file are sealed anew. Other windows ask for the new pass phrase.
vault-phrase-before = Pass phrase until now
vault-phrase-verb = Change the pass phrase
vault-phrase-changing = The file is being sealed anew
vault-phrase-changed = The encrypted file has its new pass phrase
clusters-more = More for clusters
secret-asked-later = The secret of { $cluster } was not kept; it is asked for when the cluster is opened
secret-phrase-missing = Type the pass phrase first
secret-not-kept = The secret of { $cluster } could not be kept; it is remembered until the window is closed
secret-no-key-store = This system has no key store that can be used. Choose whether it is typed each time or kept in an encrypted file.
secret-store-locked = The system’s key store is locked, and nobody unlocked it. Unlock it and open the cluster again, or type the secret here and choose where it is kept.
secret-store-refused = The system’s key store refused. Type the secret here and choose where it is kept.
secret-wrong-phrase = That pass phrase does not open the file
secret-short-phrase = A new pass phrase has at least 8 characters
secret-locked = The encrypted file is locked
secret-trouble = The secrets could not be used

settings-of-workspace = Folder, listener and users belong to the workspace of this computer: show it (Ctrl 1) to change them.

cluster-export = Export…
cluster-export-title = Export { $cluster }
cluster-export-about = Addresses, security and time-outs go into a file that others can paste or choose where they add a cluster. No password, token or pass phrase is in it. It names the user who logs in, and where certificates lie on this computer; the certificates themselves stay here.
cluster-exported = { $cluster } is in { $path }; nothing secret is in it
cluster-not-exported = { $cluster } could not be exported
cluster-export-exists = { $path } is there already. Choose another name, or have it replaced.

paste-title = Fill in from settings
paste-about = Of a Java client (.properties) or of librdkafka, or a connection that was exported here.
paste-label = Settings
paste-file = Or a file with them
paste-unread = { $path } could not be read
paste-not-understood = These settings cannot be used
paste-read-as = Read as
paste-properties = settings of a Kafka client
paste-connection-file = a connection of Millpond
paste-no-brokers = none are named: type them in the form
paste-holds-secrets = It holds something secret, which goes into its own field. It still stands wherever you copied it from.
paste-security-unknown = { $n ->
    [one] About security, and not known here: { $names }. The form is without it; check that the connection is safe so.
   *[other] About security, and not known here: { $names }. The form is without them; check that the connection is safe so.
}
paste-unused = { $n ->
    [one] Left out, as it has nothing to do with the way to the cluster: { $names }
   *[other] Left out, as they have nothing to do with the way to the cluster: { $names }
}
paste-take = Fill in the form
