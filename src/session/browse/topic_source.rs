//! The [`Source`] that asks a cluster through the client.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use kafka_protocol::ResponseError;

use super::BrowseError;
use super::source::{Bounds, Piece, PieceOptions, Source};
use crate::client::{BatchState, Client, ClientError, FetchOptions, OffsetSpec};
use crate::model::{Offset, PartitionId, TimestampMillis, TopicPartition};

/// One topic of a cluster.
pub struct TopicSource {
    client: Client,
    topic: Arc<str>,
}

impl TopicSource {
    pub fn new(client: Client, topic: Arc<str>) -> Self {
        Self { client, topic }
    }

    fn tp(&self, partition: PartitionId) -> TopicPartition {
        TopicPartition::new(Arc::clone(&self.topic), partition)
    }

    /// One kind of offset for each partition, in their order.
    async fn listed(
        &self,
        partitions: &[PartitionId],
        spec: OffsetSpec,
    ) -> Result<Vec<Result<(Option<Offset>, TimestampMillis), BrowseError>>, BrowseError> {
        let asked: Vec<_> = partitions.iter().map(|p| (self.tp(*p), spec)).collect();
        let answers = self.client.offsets(asked).await.map_err(|error| self.told(error))?;
        let told = |answer: Result<_, ClientError>| answer.map_err(|error| self.told(error));
        Ok(answers
            .into_iter()
            .map(|(_, answer)| told(answer).map(|listed| (listed.offset, listed.timestamp)))
            .collect())
    }

    /// The timestamps of one kind of offset, of the partitions that have one. A partition that cannot answer does not
    /// keep the others from being shown.
    async fn times(&self, partitions: &[PartitionId], spec: OffsetSpec) -> Result<Vec<TimestampMillis>, BrowseError> {
        let listed = self.listed(partitions, spec).await?;
        Ok(listed.into_iter().flatten().filter(|(offset, _)| offset.is_some()).map(|(_, time)| time).collect())
    }

    fn told(&self, error: ClientError) -> BrowseError {
        match error.code() {
            Some(ResponseError::UnknownTopicOrPartition | ResponseError::UnknownTopicId) => {
                BrowseError::NoTopic { topic: self.topic.to_string() }
            }
            _ => BrowseError::Client(error),
        }
    }
}

impl Source for TopicSource {
    fn partitions(&self) -> BoxFuture<'_, Result<Vec<PartitionId>, BrowseError>> {
        async move {
            let topic = self.client.topic(&self.topic).await.map_err(|error| self.told(error))?;
            match topic.error {
                Some(error) if topic.partitions.is_empty() => Err(self.told(error)),
                _ => Ok(topic.partitions.iter().map(|p| p.id).collect()),
            }
        }
        .boxed()
    }

    fn bounds<'a>(
        &'a self,
        partitions: &'a [PartitionId],
    ) -> BoxFuture<'a, Result<Vec<Result<Bounds, BrowseError>>, BrowseError>> {
        async move {
            let starts = self.listed(partitions, OffsetSpec::Earliest).await?;
            let ends = self.listed(partitions, OffsetSpec::Latest).await?;
            let both = starts.into_iter().zip(ends).map(|(start, end)| {
                let (start, end) = (start?.0.unwrap_or(0), end?.0.unwrap_or(0));
                Ok(Bounds { start, end: end.max(start) })
            });
            Ok(both.collect())
        }
        .boxed()
    }

    fn offsets_at<'a>(
        &'a self,
        time: TimestampMillis,
        partitions: &'a [PartitionId],
    ) -> BoxFuture<'a, Result<Vec<Option<Offset>>, BrowseError>> {
        async move {
            let listed = self.listed(partitions, OffsetSpec::At(time)).await?;
            listed.into_iter().map(|answer| answer.map(|(offset, _)| offset)).collect()
        }
        .boxed()
    }

    fn earliest_time<'a>(
        &'a self,
        partitions: &'a [PartitionId],
    ) -> BoxFuture<'a, Result<Option<TimestampMillis>, BrowseError>> {
        async move { Ok(self.times(partitions, OffsetSpec::At(0)).await?.into_iter().min()) }.boxed()
    }

    fn latest_time<'a>(
        &'a self,
        partitions: &'a [PartitionId],
    ) -> BoxFuture<'a, Result<Option<TimestampMillis>, BrowseError>> {
        async move { Ok(self.times(partitions, OffsetSpec::MaxTimestamp).await?.into_iter().max()) }.boxed()
    }

    fn piece(
        &self,
        partition: PartitionId,
        offset: Offset,
        options: PieceOptions,
    ) -> BoxFuture<'_, Result<Piece, BrowseError>> {
        async move {
            let fetch = FetchOptions {
                max_bytes: options.bytes_max,
                max_wait_ms: options.wait_millis,
                ..FetchOptions::default()
            };
            match self.client.fetch_with_states(&self.tp(partition), offset, fetch).await {
                Ok((fetched, states)) => {
                    Ok(Piece { batches: fetched.batches, fates: states.into_iter().map(BatchState::fate).collect() })
                }
                Err(error) if error.code() == Some(ResponseError::OffsetOutOfRange) => {
                    Err(BrowseError::OutOfRange { partition, offset })
                }
                Err(error) => Err(self.told(error)),
            }
        }
        .boxed()
    }
}
