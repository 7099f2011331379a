//! Moments and spans. Nothing here asks what time it is: that is the port [`crate::ports::Clock`].

use crate::id::text_serde;
use std::{fmt, str::FromStr, time::Duration};

/// A moment: microseconds since 1970 in UTC. RFC 3339 on the wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment this many microseconds after (or before) the start of 1970.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the start of 1970, as the store keeps them.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The moment `span` later.
    #[must_use]
    pub const fn after(self, span: Span) -> Self {
        Self(self.0.saturating_add_unsigned(span.0))
    }

    /// Its day in UTC, `YYYY-MM-DD`; the first of 1970 for a moment that no calendar has.
    #[must_use]
    pub fn date(self) -> String {
        let moment = jiff::Timestamp::from_microsecond(self.0).unwrap_or_default();
        moment.to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
    }

    /// How long after `earlier` this is; zero where the clock stepped back.
    #[must_use]
    pub fn since(self, earlier: Self) -> Span {
        Span(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

/// A day of the calendar, `YYYY-MM-DD` on the wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Day(jiff::civil::Date);

impl Day {
    /// The first day of its month.
    #[must_use]
    pub fn first_of_month(self) -> Self {
        Self(self.0.first_of_month())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Why a text is no day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no day: write it as `2027-01-31`")]
pub struct InvalidDay(String);

impl FromStr for Day {
    type Err = InvalidDay;

    fn from_str(text: &str) -> Result<Self, InvalidDay> {
        // Other forms are read as days too, and would not be found as the key that they are kept under.
        let day = text.parse().ok().filter(|_| text.len() == "YYYY-MM-DD".len());
        day.map(Self).ok_or_else(|| InvalidDay(text.to_owned()))
    }
}

text_serde!(Day, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$");

/// Tells which day a moment belongs to, in one time zone.
#[derive(Debug, Clone)]
pub struct Calendar(jiff::tz::TimeZone);

impl Calendar {
    /// The calendar of a time zone of the IANA, such as `Europe/Berlin`; that of UTC where there is none of
    /// that name.
    #[must_use]
    pub fn of(zone: &str) -> Self {
        Self(jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC))
    }

    /// The day of a moment; the first of 1970 for one that no calendar has.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> Day {
        let moment = jiff::Timestamp::from_microsecond(at.0).unwrap_or_default();
        Day(moment.to_zoned(self.0.clone()).date())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(moment) => write!(f, "{moment:.6}"),
            Err(_) => write!(f, "{} µs", self.0),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        text.parse::<jiff::Timestamp>().map(|moment| Self(moment.as_microsecond()))
    }
}

text_serde!(Timestamp);

/// A span of time in whole microseconds. On the wire it is a number of milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(u64);

impl Span {
    /// A span of this many microseconds.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Microseconds, as the store keeps them.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Seconds, for rates.
    #[must_use]
    pub fn as_secs_f64(self) -> f64 {
        Duration::from_micros(self.0).as_secs_f64()
    }
}

impl From<Duration> for Span {
    fn from(duration: Duration) -> Self {
        Self(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX))
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&Duration::from_micros(self.0), f)
    }
}

impl serde::Serialize for Span {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(Duration::from_micros(self.0).as_secs_f64() * 1000.0)
    }
}

impl<'de> serde::Deserialize<'de> for Span {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let millis = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(millis / 1000.0).map(Self::from).map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Span {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Milliseconds".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "number", "minimum": 0, "description": "Milliseconds" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_with_microseconds_in_utc_and_read_with_any_offset() {
        let moment: Timestamp = "2026-11-21T05:00:00.25+01:00".parse().unwrap();
        assert_eq!(moment.to_string(), "2026-11-21T04:00:00.250000Z");
        assert_eq!(moment.date(), "2026-11-21");
    }

    #[test]
    fn a_day_begins_at_midnight_where_the_workspace_is() {
        let just_before_midnight: Timestamp = "2026-11-30T22:59:59Z".parse().unwrap();
        let second = Span::from_micros(1_000_000);
        let day = |zone, at| Calendar::of(zone).day(at).to_string();
        assert_eq!(day("Europe/Berlin", just_before_midnight), "2026-11-30");
        assert_eq!(day("Europe/Berlin", just_before_midnight.after(second)), "2026-12-01");
        assert_eq!(day("UTC", just_before_midnight.after(second)), "2026-11-30");
        assert_eq!(day("no/such/zone", just_before_midnight), "2026-11-30");
    }

    #[test]
    fn only_the_written_form_is_a_day() {
        assert_eq!("2026-11-30".parse::<Day>().unwrap().first_of_month().to_string(), "2026-11-01");
        for bad in ["", "2026-02-30", "20261130", "2026-11-30T10:00", "2026-11-3"] {
            assert!(bad.parse::<Day>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_clock_that_stepped_back_gives_a_span_of_zero() {
        let later = Timestamp::from_micros(10);
        assert_eq!(Timestamp::from_micros(3).since(later), Span::default());
        assert_eq!(later.since(Timestamp::from_micros(3)), Span::from_micros(7));
    }

    #[test]
    fn a_span_is_milliseconds_on_the_wire() {
        let span = Span::from_micros(412_345);
        let json = serde_json::to_string(&span).unwrap();
        assert_eq!(serde_json::from_str::<Span>(&json).unwrap(), span);
        assert_eq!(serde_json::to_string(&Span::from_micros(1_500)).unwrap(), "1.5");
        assert!(serde_json::from_str::<Span>("-1").is_err());
    }
}
