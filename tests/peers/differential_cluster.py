"""Cases about the cluster: versions, metadata, the coordinator, settings, log folders, quotas, access, telemetry."""
import batch
import bed
from differential_case import Steps, coordinators, each, ends

NOBODY = "00000000-0000-0000-0000-00000000abcd"


def cases(d):
    yield from versions(d)
    yield from metadata(d)
    yield from configs(d)
    yield from administration(d)
    yield from security(d)


def versions(d):
    def served(side, version):
        """The ranges are compared by kafka-broker-api-versions; here what surrounds them."""
        return {"ClientSoftwareName": "differential", "ClientSoftwareVersion": "1.0"}

    yield from each(d, "ApiVersions", "what is served", served)
    for name, version in (("", "1"), ("name with spaces", "1"), ("ok", ""), ("-leading", "1"), ("ok", "v1.2-é")):
        yield from each(d, "ApiVersions", f"software named {name!r} {version!r}",
                        lambda s, v, n=name, w=version: {"ClientSoftwareName": n, "ClientSoftwareVersion": w}, low=3)

    def again(side, call):
        call("ApiVersions", 3, {"ClientSoftwareName": "a", "ClientSoftwareVersion": "1"})
        call("Metadata", 9, {"Topics": []})
        call("ApiVersions", 0, {})

    yield Steps("ApiVersions: twice on one connection", again)


def metadata(d):
    def made(side):
        side.topic("seen", 3)

    def asked(*topics, **more):
        return lambda side, version: {"Topics": [dict(t) if isinstance(t, dict) else {"Name": t} for t in topics],
                                      "AllowAutoTopicCreation": False, **more}

    yield from each(d, "Metadata", "a topic by name", asked("seen"), before=made)
    yield from each(d, "Metadata", "no topic", asked(), low=1)
    yield from ends(d, "Metadata", "an unknown topic", asked("unseen"), low=4)
    yield from ends(d, "Metadata", "a name that is not allowed", asked("not allowed"), low=4)
    yield from ends(d, "Metadata", "an empty name", asked(""), low=4)
    yield from ends(d, "Metadata", "a topic twice", asked("seen", "seen"), low=4, before=made)
    yield from each(d, "Metadata", "with allowed operations",
                    asked("seen", IncludeClusterAuthorizedOperations=True, IncludeTopicAuthorizedOperations=True), low=8, before=made)
    yield from each(d, "Metadata", "a topic by id", lambda side, v: {"Topics": [{"TopicId": side.ids["seen"], "Name": None}]},
                    low=12, before=made)
    def made_by_asking(side, call):
        asked = {"Topics": [{"Name": "wanted"}], "AllowAutoTopicCreation": False}
        call("Metadata", 9, asked, "not to be made")
        call("Metadata", 9, {**asked, "AllowAutoTopicCreation": True}, "to be made")
        # Apache Kafka answers before it is there.
        bed.until(lambda: side.call("Metadata", 9, asked)["Topics"][0]["ErrorCode"] == 0, "the topic wanted")
        call("Metadata", 9, asked, "made")
        call("Metadata", 9, {"Topics": [{"Name": "not allowed"}, {"Name": ""}], "AllowAutoTopicCreation": True}, "names that are not allowed")

    yield Steps("Metadata: a topic that is made by asking for it", made_by_asking)
    yield from each(d, "Metadata", "an unknown id", lambda side, v: {"Topics": [{"TopicId": NOBODY, "Name": None}]}, low=12)
    yield from each(d, "Metadata", "a name and an id that is ignored before version 12",
                    lambda side, v: {"Topics": [{"TopicId": side.ids["seen"], "Name": "seen"}]}, low=10, high=11, before=made)
    yield from each(d, "Metadata", "null as a name without an id", lambda side, v: {"Topics": [{"Name": None}]}, low=10)
    yield from each(d, "DescribeTopicPartitions", "one topic", lambda side, v: {"Topics": [{"Name": "seen"}],
                    "ResponsePartitionLimit": 100}, before=made)
    yield from each(d, "DescribeTopicPartitions", "fewer partitions than there are",
                    lambda side, v: {"Topics": [{"Name": "seen"}], "ResponsePartitionLimit": 2}, before=made)
    yield from each(d, "DescribeTopicPartitions", "from a cursor on", lambda side, v: {"Topics": [{"Name": "seen"}],
                    "ResponsePartitionLimit": 100, "Cursor": {"TopicName": "seen", "PartitionIndex": 1}}, before=made)
    yield from each(d, "DescribeTopicPartitions", "an unknown topic", lambda side, v: {"Topics": [{"Name": "unseen"}],
                    "ResponsePartitionLimit": 100})
    yield from each(d, "DescribeCluster", "brokers", lambda side, v: {})
    for title, asked in (("the log of the cluster", [("__cluster_metadata", 0)]), ("another partition", [("__cluster_metadata", 1)]),
                         ("another topic", [("seen", 0)]), ("two topics", [("__cluster_metadata", 0), ("seen", 0)]), ("none", [])):
        topics = [{"TopicName": name, "Partitions": [{"PartitionIndex": partition}]} for name, partition in asked]
        yield from each(d, "DescribeQuorum", title, lambda side, v, topics=topics: {"Topics": topics})
    yield from each(d, "DescribeCluster", "with allowed operations", lambda side, v: {"IncludeClusterAuthorizedOperations": True})
    yield from each(d, "DescribeCluster", "controllers, which a broker does not tell", lambda side, v: {"EndpointType": 2}, low=1)
    yield from each(d, "DescribeCluster", "an endpoint type that is none", lambda side, v: {"EndpointType": 9}, low=1)
    yield from each(d, "DescribeCluster", "with fenced brokers", lambda side, v: {"IncludeFencedBrokers": True}, low=2)
    for kind, key in ((0, "some group"), (1, "some transaction"), (9, "nothing"), (0, "")):
        yield from each(d, "FindCoordinator", f"of kind {kind} for {key!r}",
                        lambda side, v, k=kind, n=key: {"KeyType": k, "Key": n, "CoordinatorKeys": [n, n + "2"]}, before=coordinators)


def configs(d):
    def made(side):
        side.topic("configured", 1, retention_ms=3600000, max_message_bytes=2000000)

    def described(kind, name, keys, **more):
        one = {"ResourceType": kind, "ResourceName": name, "ConfigurationKeys": keys}
        return lambda side, version: {"Resources": [one], **more}

    some = ["retention.ms", "cleanup.policy", "segment.bytes", "max.message.bytes", "no.such.key"]
    yield from each(d, "DescribeConfigs", "some keys of a topic", described(2, "configured", some), before=made)
    yield from each(d, "DescribeConfigs", "some keys of a topic with synonyms",
                    described(2, "configured", some, IncludeSynonyms=True, IncludeDocumentation=True), before=made)
    yield from ends(d, "DescribeConfigs", "every key of a topic", described(2, "configured", None, IncludeSynonyms=True), before=made)
    yield from ends(d, "DescribeConfigs", "no key of a topic", described(2, "configured", []), before=made)
    yield from ends(d, "DescribeConfigs", "an unknown topic", described(2, "unseen", None))
    yield from ends(d, "DescribeConfigs", "a name that is not allowed", described(2, "not allowed", None))
    yield from ends(d, "DescribeConfigs", "some keys of the broker",
                    described(4, "1", ["num.partitions", "auto.create.topics.enable", "message.max.bytes", "broker.id", "node.id"]))
    yield from ends(d, "DescribeConfigs", "a broker that is not there", described(4, "77", None))
    yield from ends(d, "DescribeConfigs", "a broker with no number", described(4, "first", None))
    yield from ends(d, "DescribeConfigs", "the defaults of all brokers", described(4, "", ["num.partitions"]))
    yield from ends(d, "DescribeConfigs", "a kind that is none", described(77, "x", None))
    yield from ends(d, "DescribeConfigs", "a group", described(32, "some-group", ["consumer.session.timeout.ms", "consumer.heartbeat.interval.ms"]))

    def altered(topic, *changes, **more):
        values = [{"Name": k, "ConfigOperation": o, "Value": v} for k, o, v in changes]
        one = {"ResourceType": 2, "ResourceName": topic, "Configs": values}
        return lambda side, version: {"Resources": [one], **more}

    for title, *changes in (
        ("set", ("retention.ms", 0, "7200000")), ("delete", ("retention.ms", 1, None)),
        ("append", ("cleanup.policy", 2, "delete")), ("subtract", ("cleanup.policy", 3, "delete")),
        ("append to what is no list", ("retention.ms", 2, "1")), ("an unknown key", ("no.such.key", 0, "1")),
        ("a value that is no number", ("retention.ms", 0, "soon")), ("a value out of range", ("segment.bytes", 0, "1")),
        ("null as the value", ("retention.ms", 0, None)), ("an operation that is none", ("retention.ms", 9, "1")),
        ("a policy that is none", ("cleanup.policy", 0, "burn")), ("the same key twice", ("retention.ms", 0, "1"), ("retention.ms", 0, "2")),
        ("a list with spaces and a word twice", ("cleanup.policy", 0, " compact , delete,compact")), ("no word to append", ("cleanup.policy", 2, "")),
        ("an empty list", ("cleanup.policy", 0, "")), ("a list that ends with a comma", ("cleanup.policy", 0, "delete,")),
        ("a list as it was", ("cleanup.policy", 0, "compact, delete")),
        ("a compression that is none", ("compression.type", 0, "rar")), ("nothing",),
    ):
        yield from each(d, "IncrementalAlterConfigs", title, altered("configured", *changes), before=made)
    yield from each(d, "IncrementalAlterConfigs", "only checked", altered("configured", ("retention.ms", 0, "5"), ValidateOnly=True), before=made)
    yield from each(d, "IncrementalAlterConfigs", "an unknown topic", altered("unseen", ("retention.ms", 0, "5")))
    for title, name, values in (("whole replacement", "configured", {"retention.ms": "9000000"}), ("unknown key", "configured", {"no.such.key": "1"}),
                                ("wrong value", "configured", {"retention.ms": "x"}), ("unknown topic", "unseen", {"retention.ms": "1"})):
        yield from each(d, "AlterConfigs", title, lambda side, v, n=name, w=values: {"Resources": [
            {"ResourceType": 2, "ResourceName": n, "Configs": [{"Name": k, "Value": x} for k, x in w.items()]}]}, before=made)
    yield from each(d, "DescribeConfigs", "after the replacement", described(2, "configured", some), before=made)
    def changed(kind, name, key, value):
        return lambda side, version: {"Resources": [{"ResourceType": kind, "ResourceName": name, "Configs": [
            {"Name": key, "ConfigOperation": 0, "Value": value}]}]}

    for title, build in (
        ("of a group", changed(32, "some-group", "consumer.session.timeout.ms", "50000")), ("of a group, too low", changed(32, "some-group", "consumer.session.timeout.ms", "5")),
        ("of the broker", changed(4, "1", "log.retention.ms", "500000")), ("of the broker, fixed", changed(4, "1", "node.id", "5")),
        ("of the broker, unknown", changed(4, "1", "foo.bar", "5")), ("of no topic", changed(2, "", "retention.ms", "5000")),
        ("of a topic twice", lambda side, v: {"Resources": changed(2, "configured", "retention.ms", "5000")(side, v)["Resources"] * 2}),
    ):
        yield from each(d, "IncrementalAlterConfigs", title, build, before=made)
    yield from each(d, "DescribeConfigs", "a limit of transactions", described(4, "1", ["transaction.max.timeout.ms", "offsets.retention.minutes"]))
    yield from each(d, "ListConfigResources", "groups and client metrics", lambda side, v: {"ResourceTypes": [32, 16]}, low=1)
    yield from each(d, "ListConfigResources", "brokers", lambda side, v: {"ResourceTypes": [4]}, low=1)
    yield from each(d, "ListConfigResources", "a kind that is none", lambda side, v: {"ResourceTypes": [99]}, low=1)


def administration(d):
    def made(side):
        side.topic("held", 2)
        side.write("held", batch.batch([(b"k", b"v")]))

    yield from each(d, "DescribeLogDirs", "one topic", lambda side, v: {"Topics": [{"Topic": "held", "Partitions": [0, 1]}]}, before=made)
    yield from ends(d, "DescribeLogDirs", "an unknown topic", lambda side, v: {"Topics": [{"Topic": "unseen", "Partitions": [0]}]})
    one = [{"Topic": "held", "Partitions": [0]}]
    yield from each(d, "ElectLeaders", "a leader that is elected already", lambda side, v: {"TopicPartitions": one, "TimeoutMs": 5000}, before=made)
    yield from each(d, "ElectLeaders", "everywhere", lambda side, v: {"TopicPartitions": None, "TimeoutMs": 5000}, before=made)
    yield from each(d, "ElectLeaders", "an unknown topic", lambda side, v: {"TopicPartitions": [{"Topic": "unseen", "Partitions": [0]}], "TimeoutMs": 5000})
    yield from each(d, "ElectLeaders", "an unknown partition", lambda side, v: {"TopicPartitions": [{"Topic": "held", "Partitions": [9]}], "TimeoutMs": 5000}, before=made)
    yield from each(d, "ElectLeaders", "unclean", lambda side, v: {"ElectionType": 1, "TopicPartitions": one, "TimeoutMs": 5000}, low=1, before=made)

    def moved(replicas, topic="held", partition=0):
        what = [{"Name": topic, "Partitions": [{"PartitionIndex": partition, "Replicas": replicas}]}]
        return lambda side, version: {"Topics": what, "TimeoutMs": 5000}

    for title, build in (("to the broker it is on", moved([1])), ("to an unknown broker", moved([7])), ("to nobody", moved([])),
                         ("cancelled", moved(None)), ("of an unknown topic", moved([1], "unseen")), ("of an unknown partition", moved([1], "held", 9)),
                         ("to one broker twice", moved([1, 1]))):
        yield from each(d, "AlterPartitionReassignments", title, build, before=made)
    yield from each(d, "ListPartitionReassignments", "all", lambda side, v: {"Topics": None})
    yield from each(d, "ListPartitionReassignments", "of one topic", lambda side, v: {"Topics": [{"Name": "held", "PartitionIndexes": [0]}]}, before=made)
    yield from each(d, "DescribeClientQuotas", "all", lambda side, v: {"Components": []})
    yield from each(d, "DescribeClientQuotas", "of a user", lambda side, v: {"Components": [{"EntityType": "user", "MatchType": 0, "Match": "u"}]})
    yield from each(d, "DescribeClientQuotas", "of a kind that is none", lambda side, v: {"Components": [{"EntityType": "cat", "MatchType": 0, "Match": "u"}]})
    for title, key, remove in (("a rate", "producer_byte_rate", False), ("a key that is none", "cats", False), ("taken away", "producer_byte_rate", True)):
        yield from each(d, "AlterClientQuotas", title, lambda side, v, k=key, r=remove: {"Entries": [
            {"Entity": [{"EntityType": "user", "EntityName": "u"}], "Ops": [{"Key": k, "Value": 0.0 if r else 1000.0, "Remove": r}]}], "ValidateOnly": False})
    yield from each(d, "AlterReplicaLogDirs", "to a folder that is not there", lambda side, v: {"Dirs": [
        {"Path": "/no/such/folder", "Topics": [{"Name": "held", "Partitions": [0]}]}]}, before=made)
    yield from each(d, "UpdateFeatures", "only checked, to what it is", lambda side, v: {"ValidateOnly": True, "timeoutMs": 5000, "FeatureUpdates": [
        {"Feature": "group.version", "MaxVersionLevel": 1, "UpgradeType": 1}]}, low=1)
    yield from each(d, "UpdateFeatures", "only checked, an unknown one", lambda side, v: {"ValidateOnly": True, "timeoutMs": 5000, "FeatureUpdates": [
        {"Feature": "cats.version", "MaxVersionLevel": 1, "UpgradeType": 1}]}, low=1)


def security(d):
    anything = {"ResourceTypeFilter": 1, "PatternTypeFilter": 1, "Operation": 1, "PermissionType": 1}
    rule = {"ResourceType": 2, "ResourceName": "t", "ResourcePatternType": 3, "Principal": "User:u", "Host": "*", "Operation": 3, "PermissionType": 3}
    yield from each(d, "DescribeAcls", "all", lambda side, v: anything)
    yield from each(d, "CreateAcls", "one", lambda side, v: {"Creations": [rule]})
    yield from each(d, "DeleteAcls", "all", lambda side, v: {"Filters": [anything]})
    yield from each(d, "DescribeUserScramCredentials", "all", lambda side, v: {"Users": None})
    yield from each(d, "DescribeUserScramCredentials", "a user that is not there", lambda side, v: {"Users": [{"Name": "nobody"}]})
    yield from each(d, "AlterUserScramCredentials", "deletion of what is not there", lambda side, v: {"Deletions": [{"Name": "nobody", "Mechanism": 1}]})
    yield from each(d, "SaslHandshake", "on a listener without it", lambda side, v: {"Mechanism": "PLAIN"})
    yield from each(d, "SaslAuthenticate", "on a listener without it", lambda side, v: {"AuthBytes": b"x"})
