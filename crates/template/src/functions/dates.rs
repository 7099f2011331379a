//! Dates. Nothing here knows what time it is: that comes as a value, if at all.

use super::{Answer, Arguments, Misuse};
use crate::value::print;
use jiff::{
    Span, Timestamp, Zoned,
    civil::{Date, DateTime},
    fmt::strtime,
    tz::TimeZone,
};
use serde_json::Value;

/// What can be added to a date.
pub(super) const UNITS: [&str; 7] = ["years", "months", "weeks", "days", "hours", "minutes", "seconds"];

/// The longest format in bytes.
const MAX_FORMAT: usize = 200;

/// A date of RFC 3339, with or without time and time zone (UTC then), or milliseconds since 1970.
fn read(value: &Value) -> Result<Zoned, Misuse> {
    let wrong =
        || Misuse(format!("`{}` is no date such as `2026-01-31` or `2026-01-31T12:00:00Z`", print(value)));
    if let Some(number) = value.as_f64() {
        #[expect(clippy::cast_possible_truncation, reason = "it saturates, and is refused then")]
        let moment = Timestamp::from_millisecond(number as i64).map_err(|_| wrong())?;
        return Ok(moment.to_zoned(TimeZone::UTC));
    }
    let text = print(value);
    let text = text.trim();
    if let Ok(zoned) = text.parse::<Zoned>() {
        return Ok(zoned);
    }
    // An offset is kept: it is part of what was written.
    if let Ok(moment) = text.parse::<Timestamp>() {
        let offset =
            jiff::fmt::temporal::Pieces::parse(text).ok().and_then(|pieces| pieces.to_numeric_offset());
        return Ok(moment.to_zoned(offset.map_or(TimeZone::UTC, TimeZone::fixed)));
    }
    let civil = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(DateTime::from));
    civil.and_then(|civil| civil.to_zoned(TimeZone::UTC)).map_err(|_| wrong())
}

/// In the words of `strftime`; without a format as RFC 3339.
pub(super) fn date(it: &Arguments<'_>) -> Answer {
    let mut zoned = read(it.args[0])?;
    if let Some(name) = it.named("timezone").map(print) {
        let zone = TimeZone::get(&name).map_err(|_| Misuse(format!("there is no time zone `{name}`")))?;
        zoned = zoned.with_time_zone(zone);
    }
    let format = it.named("format").map_or_else(|| "%Y-%m-%d".to_owned(), print);
    if format.len() > MAX_FORMAT {
        return Err(Misuse(format!("the format is longer than {MAX_FORMAT} bytes")));
    }
    let text = strtime::format(&format, &zoned);
    text.map(Value::from).map_err(|error| Misuse(format!("the format `{format}` cannot be used: {error}")))
}

/// As it would be written: a date stays a date where only days and longer were added.
pub(super) fn add(it: &Arguments<'_>) -> Answer {
    let zoned = read(it.args[0])?;
    let mut span = Span::new();
    for (name, value) in &it.named {
        let wrong = || Misuse(format!("`{name}` must be a whole number, got `{}`", print(value)));
        let number = value.as_i64().ok_or_else(wrong)?;
        let added = match *name {
            "years" => span.try_years(number),
            "months" => span.try_months(number),
            "weeks" => span.try_weeks(number),
            "days" => span.try_days(number),
            "hours" => span.try_hours(number),
            "minutes" => span.try_minutes(number),
            _ => span.try_seconds(number),
        };
        span = added.map_err(|_| Misuse(format!("{number} `{name}` are too many")))?;
    }
    let then = zoned.checked_add(span).map_err(|_| Misuse("the date is out of range".to_owned()))?;
    let is_day = print(it.args[0]).trim().parse::<Date>().is_ok() && !print(it.args[0]).contains([':', 'T']);
    let stays = is_day && it.named.iter().all(|(name, _)| !matches!(*name, "hours" | "minutes" | "seconds"));
    Ok(if stays { then.date().to_string() } else { rfc3339(&then) }.into())
}

fn rfc3339(zoned: &Zoned) -> String {
    if zoned.time_zone() == &TimeZone::UTC {
        return zoned.timestamp().to_string();
    }
    format!("{}", zoned.timestamp().display_with_offset(zoned.offset()))
}

/// How many whole units lie between two dates; negative where the first is the earlier.
pub(super) fn difference(it: &Arguments<'_>) -> Answer {
    let (later, earlier) = (read(it.args[0])?, read(it.args[1])?);
    let unit = it.named("unit").map_or_else(|| "days".to_owned(), print);
    let seconds = later.timestamp().duration_since(earlier.timestamp()).as_secs();
    let whole = match unit.as_str() {
        "seconds" => seconds,
        "minutes" => seconds / 60,
        "hours" => seconds / 3600,
        "days" => seconds / 86_400,
        "weeks" => seconds / (7 * 86_400),
        _ => {
            let message = format!("`unit` must be seconds, minutes, hours, days or weeks, got `{unit}`");
            return Err(Misuse(message));
        }
    };
    Ok(whole.into())
}
