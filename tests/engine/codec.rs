//! Record batches: what is written is read back, what is broken is refused, and hostile bytes do no harm.

use bytes::{Bytes, BytesMut};
use kafka_protocol::protocol::{Decodable, Encodable};
use millpond::codec::{
    self, BatchBuilder, BatchError, BatchHeader, DECOMPRESSED_BYTES_MAX_DEFAULT, DecodedBatch, HEADER_BYTES,
    ProducerStamp, apis, compress,
};
use millpond::model::{Compression, Header, NewRecord, Record, TimestampType};
use proptest::prelude::*;

const LIMIT: usize = 1 << 20;

fn bytes_up_to(max: usize) -> impl Strategy<Value = Bytes> {
    prop::collection::vec(any::<u8>(), 0..max).prop_map(Bytes::from)
}

fn any_header() -> impl Strategy<Value = Header> {
    // Few keys, so that the same key comes several times.
    let key = prop_oneof![Just(Bytes::from_static(b"trace")), Just(Bytes::new()), bytes_up_to(4)];
    (key, prop::option::of(bytes_up_to(20))).prop_map(|(key, value)| Header { key, value })
}

fn any_record() -> impl Strategy<Value = NewRecord> {
    let timestamp = prop_oneof![Just(None), any::<i64>().prop_map(Some), (0i64..2_000_000_000_000).prop_map(Some)];
    (
        timestamp,
        prop::option::of(bytes_up_to(30)),
        prop::option::of(bytes_up_to(300)),
        prop::collection::vec(any_header(), 0..5),
    )
        .prop_map(|(timestamp, key, value, headers)| NewRecord { partition: None, timestamp, key, value, headers })
}

fn any_compression() -> impl Strategy<Value = Compression> {
    prop::sample::select(&Compression::ALL[..])
}

fn build(records: &[NewRecord], compression: Compression) -> Bytes {
    let mut builder = BatchBuilder::new(compression, LIMIT);
    for record in records {
        assert!(builder.push(record, 77));
    }
    builder.build(ProducerStamp::NONE).unwrap()
}

fn decode(batch: &Bytes) -> Vec<Record> {
    codec::decode_records(batch, 3, LIMIT).unwrap().collect::<Result<_, _>>().unwrap()
}

fn assert_same(written: &NewRecord, read: &Record) {
    assert_eq!(read.timestamp, written.timestamp.unwrap_or(77));
    assert_eq!((&read.key, &read.value, &read.headers), (&written.key, &written.value, &written.headers));
    assert_eq!(read.partition, 3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_is_read_back(
        records in prop::collection::vec(any_record(), 1..20),
        compression in any_compression(),
        base in 0i64..i64::MAX / 2,
        epoch in any::<i32>(),
    ) {
        let mut batch = BytesMut::from(&build(&records, compression)[..]);
        codec::assign(&mut batch, base, epoch);
        let batch = batch.freeze();
        let header = codec::verify(&batch).unwrap();
        prop_assert_eq!(header.base_offset, base);
        prop_assert_eq!(header.leader_epoch, epoch);
        prop_assert_eq!(header.compression(), Ok(compression));
        prop_assert_eq!(header.max_timestamp, records.iter().map(|r| r.timestamp.unwrap_or(77)).max().unwrap());
        codec::check_records(&batch, LIMIT).unwrap();
        let read = decode(&batch);
        prop_assert_eq!(read.len(), records.len());
        for (index, (written, read)) in records.iter().zip(&read).enumerate() {
            assert_same(written, read);
            prop_assert_eq!(read.offset, base + index as i64);
        }
    }

    #[test]
    fn a_changed_byte_under_the_checksum_is_noticed(
        records in prop::collection::vec(any_record(), 1..5),
        compression in any_compression(),
        at in any::<prop::sample::Index>(),
        flip in 1u8..,
    ) {
        let mut batch = build(&records, compression).to_vec();
        let at = 21 + at.index(batch.len() - 21);
        batch[at] ^= flip;
        prop_assert!(codec::verify(&batch).is_err());
    }

    #[test]
    fn hostile_bytes_never_panic(
        records in prop::collection::vec(any_record(), 1..8),
        compression in any_compression(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut batch = build(&records, compression).to_vec();
        for (at, byte) in edits {
            let at = at.index(batch.len());
            batch[at] = byte;
        }
        for batch in [Bytes::from(batch[..cut.index(batch.len())].to_vec()), Bytes::from(batch)] {
            let _ = codec::verify(&batch);
            let _ = codec::check_records(&batch, LIMIT);
            let split = codec::split_batches(batch.clone()).collect::<Vec<_>>();
            prop_assert!(split.iter().rev().skip(1).all(Result::is_ok), "nothing follows an error");
            if let Ok(records) = codec::decode_records(&batch, 0, LIMIT) {
                prop_assert!(records.take(1000).count() <= 1000);
            }
        }
    }

    #[test]
    fn noise_never_panics(noise in prop::collection::vec(any::<u8>(), 0..400), compression in any_compression()) {
        let _ = compress::decompress(compression, &noise, LIMIT);
        let _ = BatchHeader::parse(&noise);
        // A header that is right in front of records that are noise.
        let mut batch = build(&[NewRecord::default()], Compression::None).to_vec();
        batch.truncate(HEADER_BYTES);
        batch.extend_from_slice(&noise);
        let length = (batch.len() - 12) as i32;
        batch[8..12].copy_from_slice(&length.to_be_bytes());
        batch[22] = compression as u8;
        let _ = codec::check_records(&batch.into(), LIMIT);
    }

    #[test]
    fn compressions_round_trip_and_keep_their_limit(
        data in prop::collection::vec(0u8..8, 0..100_000),
        compression in any_compression(),
    ) {
        let packed = compress::compress(compression, &data).unwrap();
        prop_assert_eq!(&compress::decompress(compression, &packed, data.len()).unwrap(), &data);
        if !data.is_empty() {
            let limit = data.len() - 1;
            prop_assert_eq!(compress::decompress(compression, &packed, limit), Err(BatchError::TooLarge { limit }));
        }
    }
}

#[test]
fn duplicate_headers_keep_their_order_and_nulls_stay_null() {
    let header = |key: &'static [u8], value: Option<&'static [u8]>| Header {
        key: Bytes::from_static(key),
        value: value.map(Bytes::from_static),
    };
    let headers = vec![header(b"k", Some(b"1")), header(b"\xff\xfe", None), header(b"k", Some(b"")), header(b"", None)];
    let record = NewRecord { headers: headers.clone(), ..NewRecord::default() };
    for compression in Compression::ALL {
        let read = decode(&build(std::slice::from_ref(&record), compression));
        assert_eq!(read[0].headers, headers);
        assert_eq!((&read[0].key, &read[0].value), (&None, &None));
    }
}

#[test]
fn a_bomb_is_refused_before_it_grows() {
    let record = NewRecord { value: Some(vec![0; 8 << 20].into()), ..NewRecord::default() };
    for compression in [Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd] {
        let batch = build(std::slice::from_ref(&record), compression);
        assert!(batch.len() < 1 << 20, "{compression:?} packs zeros");
        assert_eq!(DecodedBatch::new(&batch, LIMIT).unwrap_err(), BatchError::TooLarge { limit: LIMIT });
        assert!(DecodedBatch::new(&batch, DECOMPRESSED_BYTES_MAX_DEFAULT).is_ok());
    }
    // Raw snappy that announces 4 GiB.
    let announced = compress::decompress(Compression::Snappy, b"\xff\xff\xff\xff\x0f\x00", LIMIT);
    assert_eq!(announced, Err(BatchError::TooLarge { limit: LIMIT }));
}

#[test]
fn raw_snappy_is_read_too() {
    let packed = snap::raw::Encoder::new().compress_vec(b"one raw block, as librdkafka writes it").unwrap();
    let read = compress::decompress(Compression::Snappy, &packed, LIMIT).unwrap();
    assert_eq!(read, b"one raw block, as librdkafka writes it");
}

#[test]
fn log_append_time_counts_for_every_record() {
    let records: Vec<_> = (0..3).map(|i| NewRecord { timestamp: Some(i), ..NewRecord::default() }).collect();
    let mut batch = BytesMut::from(&build(&records, Compression::Zstd)[..]);
    codec::set_log_append_time(&mut batch, 9_000);
    let batch = batch.freeze();
    let header = codec::verify(&batch).unwrap();
    assert_eq!((header.timestamp_type(), header.max_timestamp), (TimestampType::LogAppendTime, 9_000));
    assert!(decode(&batch).iter().all(|r| r.timestamp == 9_000));
}

#[test]
fn a_records_field_is_cut_into_its_batches() {
    let one = build(&[NewRecord::default()], Compression::None);
    let two = build(&[NewRecord::default(), NewRecord::default()], Compression::Lz4);
    let both = Bytes::from([&one[..], &two[..]].concat());
    let cut: Vec<_> = codec::split_batches(both.clone()).map(|b| b.unwrap().1).collect();
    assert_eq!(cut, [one.clone(), two.clone()]);
    let ends_early: Vec<_> = codec::split_batches(both.slice(..both.len() - 1)).collect();
    let announced = BatchError::Truncated { needed: two.len(), have: two.len() - 1 };
    assert_eq!(ends_early[1], Err(announced));
    assert_eq!(ends_early.len(), 2);
}

#[test]
fn a_builder_is_bounded_but_takes_its_first_record() {
    let large = NewRecord { value: Some(vec![1; 500].into()), ..NewRecord::default() };
    let mut builder = BatchBuilder::new(Compression::None, 1200);
    assert!(builder.push(&large, 0) && builder.push(&large, 0));
    assert!(!builder.push(&large, 0));
    let bytes = builder.bytes();
    assert!(bytes <= 1200);
    assert_eq!(builder.build(ProducerStamp::NONE).unwrap().len(), bytes);
    let mut builder = BatchBuilder::new(Compression::None, 100);
    assert!(builder.push(&large, 0), "the broker says that it is too large, not the builder");
    assert!(!builder.push(&NewRecord::default(), 0));
}

#[test]
fn old_formats_and_broken_headers_are_named() {
    let batch = build(&[NewRecord::default()], Compression::None).to_vec();
    let with = |at: usize, bytes: &[u8]| {
        let mut changed = batch.clone();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        BatchHeader::parse(&changed).unwrap_err()
    };
    assert_eq!(with(16, &[1]), BatchError::Magic { magic: 1 });
    assert_eq!(with(8, &(-5i32).to_be_bytes()), BatchError::Header { field: "length", value: -5 });
    assert_eq!(with(57, &9i32.to_be_bytes()), BatchError::Header { field: "record count", value: 9 });
    // One record more than the largest offset allows.
    let mut two = build(&[NewRecord::default(), NewRecord::default()], Compression::None).to_vec();
    two[..8].copy_from_slice(&i64::MAX.to_be_bytes());
    assert_eq!(BatchHeader::parse(&two), Err(BatchError::Header { field: "last offset delta", value: 1 }));
}

/// kafka-protocol's own reader agrees with the writer.
#[test]
fn another_implementation_reads_what_is_written() {
    use kafka_protocol::records::RecordBatchDecoder;
    let records: Vec<_> = (0..50)
        .map(|i| NewRecord {
            timestamp: Some(1_500_000_000_000 + i),
            key: (i % 2 == 0).then(|| Bytes::from(format!("key {i}"))),
            value: (i % 3 != 0).then(|| Bytes::from(format!("value {i}"))),
            headers: vec![Header { key: Bytes::from_static(b"h"), value: None }],
            partition: None,
        })
        .collect();
    let mut batch = build(&records, Compression::None);
    let set = RecordBatchDecoder::decode(&mut batch).unwrap();
    assert_eq!(set.records.len(), 50);
    for (index, (written, read)) in records.iter().zip(&set.records).enumerate() {
        assert_eq!(read.offset, index as i64);
        assert_eq!((&read.key, &read.value, Some(read.timestamp)), (&written.key, &written.value, written.timestamp));
        assert_eq!(read.headers.len(), 1);
    }
}

/// Every version of the table can be encoded and decoded: none is only named.
#[test]
fn every_served_version_is_one_that_the_structs_carry() {
    use kafka_protocol::messages::ApiKey;
    for api in apis::SERVED {
        for version in api.min..=api.max {
            let header = api.key.request_header_version(version);
            assert!(header >= 1, "{:?} {version}", api.key);
            // What the structs do not have, the codec's own frames add; they have tests of their own.
            let carried = match api.key {
                ApiKey::ShareFetch | ApiKey::ShareAcknowledge => version.min(1),
                ApiKey::DescribeShareGroupOffsets => 0,
                _ => version,
            };
            check_version(api.key, carried);
        }
    }

    fn round_trip<T: Encodable + Decodable + Default + PartialEq + std::fmt::Debug>(key: ApiKey, version: i16) {
        let mut out = BytesMut::new();
        T::default().encode(&mut out, version).unwrap_or_else(|e| panic!("{key:?} {version}: {e}"));
        T::decode(&mut out.freeze(), version).unwrap_or_else(|e| panic!("{key:?} {version}: {e}"));
    }

    fn check_version(key: ApiKey, version: i16) {
        use kafka_protocol::messages::*;
        macro_rules! both {
            ($($name:ident: $request:ty, $response:ty;)*) => {
                match key {
                    $(ApiKey::$name => {
                        round_trip::<$request>(key, version);
                        round_trip::<$response>(key, version);
                        let _ = (RequestKind::$name as fn(_) -> _, ResponseKind::$name as fn(_) -> _);
                    })*
                    other => panic!("{other:?} is served but not tested"),
                }
            };
        }
        both! {
            Produce: ProduceRequest, ProduceResponse;
            Fetch: FetchRequest, FetchResponse;
            ListOffsets: ListOffsetsRequest, ListOffsetsResponse;
            Metadata: MetadataRequest, MetadataResponse;
            SaslHandshake: SaslHandshakeRequest, SaslHandshakeResponse;
            SaslAuthenticate: SaslAuthenticateRequest, SaslAuthenticateResponse;
            OffsetCommit: OffsetCommitRequest, OffsetCommitResponse;
            OffsetFetch: OffsetFetchRequest, OffsetFetchResponse;
            FindCoordinator: FindCoordinatorRequest, FindCoordinatorResponse;
            JoinGroup: JoinGroupRequest, JoinGroupResponse;
            Heartbeat: HeartbeatRequest, HeartbeatResponse;
            LeaveGroup: LeaveGroupRequest, LeaveGroupResponse;
            SyncGroup: SyncGroupRequest, SyncGroupResponse;
            DescribeGroups: DescribeGroupsRequest, DescribeGroupsResponse;
            ListGroups: ListGroupsRequest, ListGroupsResponse;
            ApiVersions: ApiVersionsRequest, ApiVersionsResponse;
            CreateTopics: CreateTopicsRequest, CreateTopicsResponse;
            DeleteTopics: DeleteTopicsRequest, DeleteTopicsResponse;
            DeleteRecords: DeleteRecordsRequest, DeleteRecordsResponse;
            DescribeConfigs: DescribeConfigsRequest, DescribeConfigsResponse;
            CreatePartitions: CreatePartitionsRequest, CreatePartitionsResponse;
            DeleteGroups: DeleteGroupsRequest, DeleteGroupsResponse;
            IncrementalAlterConfigs: IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse;
            OffsetDelete: OffsetDeleteRequest, OffsetDeleteResponse;
            AddPartitionsToTxn: AddPartitionsToTxnRequest, AddPartitionsToTxnResponse;
            AddOffsetsToTxn: AddOffsetsToTxnRequest, AddOffsetsToTxnResponse;
            EndTxn: EndTxnRequest, EndTxnResponse;
            WriteTxnMarkers: WriteTxnMarkersRequest, WriteTxnMarkersResponse;
            TxnOffsetCommit: TxnOffsetCommitRequest, TxnOffsetCommitResponse;
            DescribeProducers: DescribeProducersRequest, DescribeProducersResponse;
            DescribeTransactions: DescribeTransactionsRequest, DescribeTransactionsResponse;
            ListTransactions: ListTransactionsRequest, ListTransactionsResponse;
            ConsumerGroupHeartbeat: ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse;
            ConsumerGroupDescribe: ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse;
            ShareGroupHeartbeat: ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse;
            ShareGroupDescribe: ShareGroupDescribeRequest, ShareGroupDescribeResponse;
            ShareFetch: ShareFetchRequest, ShareFetchResponse;
            ShareAcknowledge: ShareAcknowledgeRequest, ShareAcknowledgeResponse;
            DescribeShareGroupOffsets: DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsResponse;
            AlterShareGroupOffsets: AlterShareGroupOffsetsRequest, AlterShareGroupOffsetsResponse;
            DeleteShareGroupOffsets: DeleteShareGroupOffsetsRequest, DeleteShareGroupOffsetsResponse;
            DescribeCluster: DescribeClusterRequest, DescribeClusterResponse;
            DescribeQuorum: DescribeQuorumRequest, DescribeQuorumResponse;
            InitProducerId: InitProducerIdRequest, InitProducerIdResponse;
            OffsetForLeaderEpoch: OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse;
            DescribeAcls: DescribeAclsRequest, DescribeAclsResponse;
            CreateAcls: CreateAclsRequest, CreateAclsResponse;
            DeleteAcls: DeleteAclsRequest, DeleteAclsResponse;
            AlterConfigs: AlterConfigsRequest, AlterConfigsResponse;
            AlterReplicaLogDirs: AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse;
            DescribeLogDirs: DescribeLogDirsRequest, DescribeLogDirsResponse;
            ElectLeaders: ElectLeadersRequest, ElectLeadersResponse;
            AlterPartitionReassignments: AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse;
            ListPartitionReassignments: ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse;
            DescribeClientQuotas: DescribeClientQuotasRequest, DescribeClientQuotasResponse;
            AlterClientQuotas: AlterClientQuotasRequest, AlterClientQuotasResponse;
            DescribeUserScramCredentials: DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse;
            AlterUserScramCredentials: AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse;
            UpdateFeatures: UpdateFeaturesRequest, UpdateFeaturesResponse;
            GetTelemetrySubscriptions: GetTelemetrySubscriptionsRequest, GetTelemetrySubscriptionsResponse;
            PushTelemetry: PushTelemetryRequest, PushTelemetryResponse;
            ListConfigResources: ListConfigResourcesRequest, ListConfigResourcesResponse;
            DescribeTopicPartitions: DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse;
        }
    }
}
