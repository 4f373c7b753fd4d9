"""Administration through librdkafka: topics, partitions, settings, offsets, groups, records, the cluster."""
from confluent_kafka import ConsumerGroupState, ConsumerGroupTopicPartitions, ConsumerGroupType, IsolationLevel
from confluent_kafka import ElectionType, KafkaError, TopicCollection, TopicPartition
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ConfigSource
from confluent_kafka.admin import NewPartitions, NewTopic, OffsetSpec, ResourceType

from confluent_common import admin, consumer, fails, name, partition_count, producer, read, read_to_end, send, topic


def only(futures):
    """The result of the one future in a table of them."""
    (future,) = futures.values()
    return future.result(20)


def topics(address):
    a = admin(address)
    made = topic(address, partitions=3)
    seen = a.list_topics(timeout=10).topics
    assert len(seen[made].partitions) == 3, seen[made]
    fails(KafkaError.TOPIC_ALREADY_EXISTS, lambda: only(a.create_topics([NewTopic(made, 1, 1)])))
    fails(KafkaError.TOPIC_EXCEPTION, lambda: only(a.create_topics([NewTopic("no spaces", 1, 1)])))
    fails(KafkaError.INVALID_PARTITIONS, lambda: only(a.create_topics([NewTopic(name("none"), 0, 1)])))
    fails(KafkaError.INVALID_REPLICATION_FACTOR, lambda: only(a.create_topics([NewTopic(name("many"), 1, 3)])))
    dry = name("dry")
    only(a.create_topics([NewTopic(dry, 1, 1)], validate_only=True))
    assert dry not in a.list_topics(timeout=10).topics
    only(a.delete_topics([made]))
    partition_count(address, made, 0)
    fails(KafkaError.UNKNOWN_TOPIC_OR_PART, lambda: only(a.delete_topics([made])))
    defaults = name("defaults")
    only(a.create_topics([NewTopic(defaults, -1, -1)]))
    partition_count(address, defaults, 4)


def describe_topics(address):
    made = topic(address, partitions=2)
    (described,) = [f.result(20) for f in admin(address).describe_topics(TopicCollection([made])).values()]
    assert described.name == made and not described.is_internal
    assert [p.id for p in described.partitions] == [0, 1]
    leader = described.partitions[0].leader
    assert leader.host == address.split(":")[0] and leader.port == int(address.split(":")[1]), leader
    assert [n.id for n in described.partitions[1].isr] == [leader.id]
    missing = name("missing")
    fails(KafkaError.UNKNOWN_TOPIC_OR_PART, lambda: only(admin(address).describe_topics(TopicCollection([missing]))))


def partitions(address):
    a, made = admin(address), topic(address, partitions=2)
    fails(KafkaError.INVALID_PARTITIONS, lambda: only(a.create_partitions([NewPartitions(made, 2)])))
    fails(KafkaError.INVALID_PARTITIONS, lambda: only(a.create_partitions([NewPartitions(made, 1)])))
    only(a.create_partitions([NewPartitions(made, 4)], validate_only=True))
    assert len(a.list_topics(made, 10).topics[made].partitions) == 2
    only(a.create_partitions([NewPartitions(made, 4)]))
    partition_count(address, made, 4)
    done = send(producer(address), made, [b"new"], partition=3)
    assert done == [(3, 0)], done


def topic_configs(address):
    a, made = admin(address), topic(address, retention_ms=3600000)
    resource = ConfigResource(ResourceType.TOPIC, made)
    described = only(a.describe_configs([resource]))
    own, default = described["retention.ms"], described["retention.bytes"]
    assert own.value == "3600000" and own.source == ConfigSource.DYNAMIC_TOPIC_CONFIG.value and not own.is_default, own
    assert default.value == "-1" and default.source == ConfigSource.DEFAULT_CONFIG.value and default.is_default, default
    for key in ("cleanup.policy", "max.message.bytes", "segment.bytes", "compression.type", "min.insync.replicas"):
        assert key in described, sorted(described)

    def change(key, operation, value=None):
        entry = ConfigEntry(key, value, incremental_operation=operation)
        only(a.incremental_alter_configs([ConfigResource(ResourceType.TOPIC, made, incremental_configs=[entry])]))
        return only(a.describe_configs([resource]))[key]

    assert change("retention.ms", AlterConfigOpType.SET, "7200000").value == "7200000"
    assert change("retention.ms", AlterConfigOpType.DELETE).value == "604800000"
    assert change("cleanup.policy", AlterConfigOpType.APPEND, "compact").value == "delete,compact"
    assert change("cleanup.policy", AlterConfigOpType.SUBTRACT, "delete").value == "compact"
    fails(KafkaError.INVALID_CONFIG, lambda: change("retention.ms", AlterConfigOpType.SET, "soon"))
    fails(KafkaError.INVALID_CONFIG, lambda: change("no.such.setting", AlterConfigOpType.SET, "1"))
    whole = ConfigResource(ResourceType.TOPIC, made, set_config={"segment.ms": "600000"})
    only(a.alter_configs([whole]))
    after = only(a.describe_configs([resource]))
    assert after["segment.ms"].value == "600000" and after["cleanup.policy"].value == "delete"
    ghost = ConfigResource(ResourceType.TOPIC, name("ghost"))
    fails(KafkaError.UNKNOWN_TOPIC_OR_PART, lambda: only(a.describe_configs([ghost])))


def broker_configs(address):
    a = admin(address)
    (number,) = a.list_topics(timeout=10).brokers
    described = only(a.describe_configs([ConfigResource(ResourceType.BROKER, str(number))]))
    for key in ("auto.create.topics.enable", "num.partitions", "message.max.bytes", "log.retention.ms"):
        assert key in described, f"{key} is not among {len(described)} settings"
    assert described["num.partitions"].value == "4"


def cluster(address):
    described = admin(address).describe_cluster(request_timeout=10).result(20)
    assert described.cluster_id and len(described.nodes) == 1, described
    node = described.nodes[0]
    assert f"{node.host}:{node.port}" == address, node
    assert described.controller.id == node.id


def delete_records(address):
    a, made = admin(address), topic(address)
    send(producer(address), made, [b"%d" % n for n in range(10)])
    done = only(a.delete_records([TopicPartition(made, 0, 4)]))
    assert done.low_watermark == 4
    assert [m.offset() for m in read_to_end(address, made)] == [4, 5, 6, 7, 8, 9]
    fails(KafkaError.OFFSET_OUT_OF_RANGE, lambda: only(a.delete_records([TopicPartition(made, 0, 11)])))
    assert only(a.delete_records([TopicPartition(made, 0, -1)])).low_watermark == 10


def list_offsets(address):
    a, made = admin(address), topic(address)
    stamps = [1000, 3000, 2000]
    send(producer(address, batch_num_messages=1), made, [b"x"] * 3, timestamp=lambda n: stamps[n])

    def offset(spec, isolation=IsolationLevel.READ_UNCOMMITTED):
        return only(a.list_offsets({TopicPartition(made, 0): spec}, isolation_level=isolation))

    assert offset(OffsetSpec.earliest()).offset == 0
    assert offset(OffsetSpec.latest()).offset == 3
    assert offset(OffsetSpec.latest(), IsolationLevel.READ_COMMITTED).offset == 3
    found = offset(OffsetSpec.max_timestamp())
    assert (found.offset, found.timestamp) == (1, 3000), (found.offset, found.timestamp)
    found = offset(OffsetSpec.for_timestamp(1500))
    assert (found.offset, found.timestamp) == (1, 3000), (found.offset, found.timestamp)
    assert offset(OffsetSpec.for_timestamp(9000)).offset == -1


def groups(address, protocol="classic"):
    a, made, group = admin(address), topic(address, partitions=2), name(f"described-{protocol}")
    send(producer(address), made, [b"%d" % n for n in range(10)], partition=0)
    c = consumer(address, group, group_protocol=protocol, client_id="reader")
    c.subscribe([made])
    read(c, 10)
    c.commit(asynchronous=False)
    described = only(a.describe_consumer_groups([group]))
    assert described.state == ConsumerGroupState.STABLE and not described.is_simple_consumer_group, described.state
    assert described.type == (ConsumerGroupType.CLASSIC if protocol == "classic" else ConsumerGroupType.CONSUMER)
    (member,) = described.members
    assert member.client_id == "reader", member.client_id
    assert sorted(p.partition for p in member.assignment.topic_partitions) == [0, 1]
    listed = a.list_consumer_groups().result(20)
    assert group in [g.group_id for g in listed.valid] and not listed.errors
    only_stable = a.list_consumer_groups(states={ConsumerGroupState.EMPTY}).result(20)
    assert group not in [g.group_id for g in only_stable.valid]
    committed = only(a.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)]))
    assert [(p.partition, p.offset) for p in committed.topic_partitions if p.offset >= 0] == [(0, 10)]
    target = ConsumerGroupTopicPartitions(group, [TopicPartition(made, 0, 3)])
    fails(KafkaError.NON_EMPTY_GROUP, lambda: only(a.delete_consumer_groups([group])))
    refused = only_partition(a.alter_consumer_group_offsets([target]))
    assert refused in (KafkaError.UNKNOWN_MEMBER_ID,), refused
    c.close()
    assert only(a.describe_consumer_groups([group])).state == ConsumerGroupState.EMPTY
    assert only_partition(a.alter_consumer_group_offsets([target])) is None
    committed = only(a.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)]))
    assert [(p.partition, p.offset) for p in committed.topic_partitions if p.offset >= 0] == [(0, 3)]
    only(a.delete_consumer_groups([group]))
    fails(KafkaError.GROUP_ID_NOT_FOUND, lambda: only(a.delete_consumer_groups([group])))


def only_partition(futures):
    """The error code of the one partition in the answer to altered offsets, None for success."""
    from confluent_kafka import KafkaException

    try:
        (partition,) = only(futures).topic_partitions
        return partition.error.code() if partition.error else None
    except KafkaException as fault:
        return fault.args[0].code()


def elect(address):
    made = topic(address)
    answer = admin(address).elect_leaders(ElectionType.PREFERRED, [TopicPartition(made, 0)]).result(20)
    (fault,) = answer.values()
    assert fault is None or fault.code() == KafkaError.ELECTION_NOT_NEEDED, fault


def acls_and_users(address):
    from confluent_kafka.admin import AclBinding, AclOperation, AclPermissionType, ResourcePatternType

    a = admin(address)
    rule = AclBinding(ResourceType.TOPIC, "t", ResourcePatternType.LITERAL, "User:u", "*", AclOperation.READ,
                      AclPermissionType.ALLOW)
    fails(KafkaError.SECURITY_DISABLED, lambda: only(a.create_acls([rule])))
    assert a.describe_user_scram_credentials().result(20) == {}
    fails(KafkaError.RESOURCE_NOT_FOUND, lambda: only(a.describe_user_scram_credentials(["nobody"])))


CASES = [
    ("create, list and delete topics", topics),
    ("describe topics", describe_topics),
    ("add partitions", partitions),
    ("settings of a topic", topic_configs),
    ("settings of the broker", broker_configs),
    ("describe the cluster", cluster),
    ("delete records", delete_records),
    ("list offsets by every kind", list_offsets),
    ("describe, list, alter and delete a classic group", groups),
    ("describe, list, alter and delete a group of the consumer protocol", lambda address: groups(address, "consumer")),
    ("elect leaders", elect),
    ("access control is off and nobody has a password", acls_and_users),
]
