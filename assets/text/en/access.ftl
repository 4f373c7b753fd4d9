nav-access = Access
command-go-access = Show who may do what
access-about = Who may do what, and how much of it
access-tab-rules = Rules
access-tab-users = Users
access-tab-quotas = Quotas

## Rules (access control lists)

acl-loading = Asking for the rules
acl-add = Add rule…
acl-producer = Let a program write…
acl-consumer = Let a program read…
acl-no-authorizer = This cluster asks nobody what they may do
acl-disabled = This cluster has no authorizer: whoever gets in may do everything, and rules would mean nothing. { $why }
acl-none = There are no rules. Only super users may do anything, unless the cluster allows what no rule is about.
acl-find = Find a user, topic or operation
acl-found = { $shown } of { $total }
acl-none-found = No rule has “{ $find }”.
acl-principal = Principal
acl-principal-help = User: and the name; User:* is everybody
acl-principal-fault = Write User: and a name
acl-permission = Permission
acl-allow = Allow
acl-deny = Deny
acl-unknown = unknown
acl-operation = Operation
acl-resource = Resource
acl-name = Name
acl-name-help = * is every one
acl-name-missing = Give the name of the resource, or *
acl-topic = Topic
acl-topic-missing = Give the topic, or *
acl-group = Group
acl-group-missing = Give the group, or *
acl-transactional-id = Transactional id
acl-transactional-id-none = none: it writes without transactions
acl-host = From address
acl-host-help = * is from everywhere
acl-host-missing = Give an address, or *
acl-literal = Exactly these names
acl-prefixed-choice = All names that begin so
acl-prefixed = and what begins so
acl-prefixed-about = The rule is for every name that begins with this.
acl-will-add = Will be added
acl-add-title = Add a rule
acl-producer-title = Let a program write to a topic
acl-consumer-title = Let a program read a topic
acl-add-verb = { $n ->
    [one] Add rule
   *[other] Add { $n } rules
}
acl-copy = Copy as text
acl-delete = Delete…
acl-delete-found = { $n ->
    [one] Delete what was found…
   *[other] Delete these { $n }…
}
acl-delete-title = { $n ->
    [one] Delete a rule?
   *[other] Delete { $n } rules?
}
acl-delete-more = and { $n } more
acl-delete-loss = Programs feel it at once: what only an allow let them do is refused, what a deny forbade may be open.
acl-delete-verb = { $n ->
    [one] Delete rule
   *[other] Delete { $n } rules
}
problem-acls = The rules could not be read
job-add-acls = { $count ->
    [one] Add a rule
   *[other] Add { $count } rules
}
done-add-acls = { $count ->
    [one] Added a rule
   *[other] Added { $count } rules
}
job-delete-acls = { $count ->
    [one] Delete a rule
   *[other] Delete { $count } rules
}
done-delete-acls = { $count ->
    [0] There were no such rules any more
    [one] Deleted a rule
   *[other] Deleted { $count } rules
}

## Quotas

quota-loading = Asking for the quotas
quota-none = There are no quotas: nobody is slowed down.
quota-add = Set quota…
quota-for = For
quota-key = Quota
quota-value = At most
quota-user = user { $name }
quota-user-default = every other user
quota-client = client id { $name }
quota-client-default = every other client id
quota-ip = address { $name }
quota-ip-default = every other address
quota-bytes = { $size } a second
quota-percent = { $number } %
quota-per-second = { $number } a second
quota-whom-user = User
quota-whom-client = Client id
quota-whom-both = User and client id
quota-whom-ip = Address
quota-everybody-else = empty: everybody who has none of their own
quota-value-bytes = Bytes a second, on each broker
quota-value-percent = Percent of a thread’s time, on each broker
quota-value-rate = How many a second
quota-value-fault = A number above 0 is needed
quota-title = Set a quota
quota-verb = Set quota
quota-edit = Change…
quota-remove = Remove…
quota-remove-title = Remove the quota { $quota } of { $entity }?
quota-remove-loss = Then they may take as much as the brokers give, or as a quota for everybody else says.
quota-remove-verb = Remove quota
problem-quotas = The quotas could not be read
job-change-quotas = Change the quotas of { $entity }
done-change-quotas = Changed the quotas of { $entity }
