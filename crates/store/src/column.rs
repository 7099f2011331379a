//! How domain types stand in columns, both ways. A value that does not fit is an error with its column's
//! name, never a guess.

use formaops_domain::{
    ActorId, ApiKeyId, AttachmentHash, AttemptId, BudgetId, ChainHash, ContentHash, CostBasis, DatasetId,
    EgressId, ExecutionId, FileHash, Metrics, NanoUsd, PromptId, ProviderId, ProviderKeyId, Replayed,
    RequestHash, RunId, Span, StateHash, SuiteId, Timestamp, Usage, VersionId, WorkspaceId,
};
use serde::{
    Serialize,
    de::{DeserializeOwned, IntoDeserializer},
};
use sqlx::{
    Decode, Encode, Sqlite, Type,
    encode::IsNull,
    error::BoxDynError,
    sqlite::{SqliteArgumentsBuffer, SqliteTypeInfo, SqliteValueRef},
};
use std::{fmt::Display, str::FromStr};

/// Times, tokens and cost of a row that has the columns of them under these names.
macro_rules! metrics {
    ($row:expr) => {
        formaops_domain::Metrics {
            latency_ms: $row.latency.map(|span| span.0),
            first_token_ms: $row.first_token.map(|span| span.0),
            tokens_per_second: $row.tokens_per_second,
            token_usage: $row.usage.map(|usage| usage.0),
            cost_usd: $row.cost.map(|cost| cost.0),
            basis: $row.basis.0,
            replayed: $row.replayed.map(|replayed| replayed.0),
        }
    };
}
pub(crate) use metrics;

/// Times, tokens and cost as fields of a row of JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MetricsRow<'a> {
    latency: Option<i64>,
    first_token: Option<i64>,
    tokens_per_second: Option<f64>,
    usage: Option<&'a Usage>,
    cost: Option<i64>,
    basis: CostBasis,
    replayed: Option<&'a Replayed>,
}

impl<'a> From<&'a Metrics> for MetricsRow<'a> {
    fn from(metrics: &'a Metrics) -> Self {
        Self {
            latency: metrics.latency_ms.map(Whole::to_i64),
            first_token: metrics.first_token_ms.map(Whole::to_i64),
            tokens_per_second: metrics.tokens_per_second,
            usage: metrics.token_usage.as_ref(),
            cost: metrics.cost_usd.map(Whole::to_i64),
            basis: metrics.basis,
            replayed: metrics.replayed.as_ref(),
        }
    }
}

/// An id or hash as a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key<T>(pub(crate) T);

/// A unit variant of an enum as the word that the wire has for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word<T>(pub(crate) T);

/// A value as JSON text.
#[derive(Debug, Clone)]
pub(crate) struct Json<T>(pub(crate) T);

/// A value as the text that `Display` and `FromStr` agree on.
#[derive(Debug, Clone)]
pub(crate) struct Text<T>(pub(crate) T);

/// A value as an integer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Int<T>(pub(crate) T);

/// Types that are bytes of a fixed length.
pub(crate) trait Bytes: Copy {
    fn to_slice(&self) -> &[u8];
    fn from_slice(bytes: &[u8]) -> Option<Self>;
}

macro_rules! bytes {
    ($($type:ty)*) => {$(
        impl Bytes for $type {
            fn to_slice(&self) -> &[u8] {
                self.as_bytes()
            }

            fn from_slice(bytes: &[u8]) -> Option<Self> {
                Self::from_bytes(bytes)
            }
        }
    )*};
}

bytes! {
    ActorId ApiKeyId AttemptId BudgetId DatasetId EgressId ExecutionId PromptId ProviderId ProviderKeyId RunId
    SuiteId WorkspaceId
}
bytes! { AttachmentHash ChainHash ContentHash FileHash RequestHash StateHash VersionId }

impl Bytes for [u8; 32] {
    fn to_slice(&self) -> &[u8] {
        self
    }

    fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok()
    }
}

/// Types that are whole numbers. Sums too large for the column are kept as the largest that fits.
pub(crate) trait Whole: Copy {
    fn to_i64(self) -> i64;
    fn from_i64(value: i64) -> Option<Self>;
}

impl Whole for Timestamp {
    fn to_i64(self) -> i64 {
        self.as_micros()
    }

    fn from_i64(value: i64) -> Option<Self> {
        Some(Self::from_micros(value))
    }
}

impl Whole for u64 {
    fn to_i64(self) -> i64 {
        i64::try_from(self).unwrap_or(i64::MAX)
    }

    fn from_i64(value: i64) -> Option<Self> {
        Self::try_from(value).ok()
    }
}

impl Whole for Span {
    fn to_i64(self) -> i64 {
        self.as_micros().to_i64()
    }

    fn from_i64(value: i64) -> Option<Self> {
        u64::from_i64(value).map(Self::from_micros)
    }
}

impl Whole for NanoUsd {
    fn to_i64(self) -> i64 {
        self.as_nanos().to_i64()
    }

    fn from_i64(value: i64) -> Option<Self> {
        u64::from_i64(value).map(Self::from_nanos)
    }
}

type Encoded = Result<IsNull, BoxDynError>;

macro_rules! native {
    ($($wrapper:ident as $native:ty;)*) => {$(
        impl<T> Type<Sqlite> for $wrapper<T> {
            fn type_info() -> SqliteTypeInfo {
                <$native as Type<Sqlite>>::type_info()
            }

            fn compatible(info: &SqliteTypeInfo) -> bool {
                <$native as Type<Sqlite>>::compatible(info)
            }
        }
    )*};
}

native! {
    Key as [u8];
    Word as String;
    Json as String;
    Text as String;
    Int as i64;
}

impl<T: Bytes> Encode<'_, Sqlite> for Key<T> {
    fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Encoded {
        self.0.to_slice().encode(buffer)
    }
}

impl<'r, T: Bytes> Decode<'r, Sqlite> for Key<T> {
    fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
        let bytes = <&[u8]>::decode(value)?;
        T::from_slice(bytes)
            .map(Self)
            .ok_or_else(|| format!("{} bytes are no id or hash", bytes.len()).into())
    }
}

impl<T: Serialize> Encode<'_, Sqlite> for Word<T> {
    fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Encoded {
        match serde_json::to_value(&self.0)? {
            serde_json::Value::String(word) => word.encode(buffer),
            other => Err(format!("{other} is not a single word").into()),
        }
    }
}

impl<'r, T: DeserializeOwned> Decode<'r, Sqlite> for Word<T> {
    fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
        let word = <&str>::decode(value)?;
        Ok(Self(T::deserialize(word.into_deserializer()).map_err(|error: serde::de::value::Error| error)?))
    }
}

impl<T: Serialize> Encode<'_, Sqlite> for Json<T> {
    fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Encoded {
        serde_json::to_string(&self.0)?.encode(buffer)
    }
}

impl<'r, T: DeserializeOwned> Decode<'r, Sqlite> for Json<T> {
    fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self(serde_json::from_str(<&str>::decode(value)?)?))
    }
}

impl<T: Display> Encode<'_, Sqlite> for Text<T> {
    fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Encoded {
        self.0.to_string().encode(buffer)
    }
}

impl<'r, T: FromStr<Err: Into<BoxDynError>>> Decode<'r, Sqlite> for Text<T> {
    fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
        <&str>::decode(value)?.parse().map(Self).map_err(Into::into)
    }
}

impl<T: Whole> Encode<'_, Sqlite> for Int<T> {
    fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Encoded {
        self.0.to_i64().encode(buffer)
    }
}

impl<'r, T: Whole> Decode<'r, Sqlite> for Int<T> {
    fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
        let value = i64::decode(value)?;
        T::from_i64(value).map(Self).ok_or_else(|| format!("{value} is out of bounds").into())
    }
}

/// Bytes as statements that take many rows as one text of JSON are given them.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
