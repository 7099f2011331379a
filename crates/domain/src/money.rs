//! Money as whole nano-dollars, so that sums are exact.

use crate::id::text_serde;
use std::{fmt, iter::Sum, ops::Add, str::FromStr};

/// An amount in nano-dollars (10⁻⁹ USD), never negative. A decimal string in dollars on the wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct NanoUsd(u64);

impl NanoUsd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// More than any call costs: a million dollars. What a server or a file claims beyond that is not believed, so that
    /// sums over thousands of such calls still fit into what the store keeps.
    pub const MOST_OF_A_CALL: Self = Self(1_000_000_000_000_000);

    /// This many nano-dollars.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nano-dollars, as the store keeps them.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }
}

impl NanoUsd {
    /// What is left of it without `other`; nothing where that is more.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// So many times as much.
    #[must_use]
    pub const fn times(self, many: u64) -> Self {
        Self(self.0.saturating_mul(many))
    }
}

impl Add for NanoUsd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for NanoUsd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for NanoUsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (dollars, nanos) = (self.0 / 1_000_000_000, self.0 % 1_000_000_000);
        if nanos == 0 {
            return write!(f, "{dollars}");
        }
        let digits = format!("{nanos:09}");
        write!(f, "{dollars}.{}", digits.trim_end_matches('0'))
    }
}

impl fmt::Debug for NanoUsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${self}")
    }
}

/// Why a text is no amount of money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an amount in dollars: use digits and at most nine decimals, such as `0.25`")]
pub struct InvalidAmount(String);

impl FromStr for NanoUsd {
    type Err = InvalidAmount;

    fn from_str(text: &str) -> Result<Self, InvalidAmount> {
        let (dollars, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(dollars) || !digits(decimals) || decimals.len() > 9 {
            return Err(InvalidAmount(text.to_owned()));
        }
        let dollars = dollars.parse::<u64>().ok().and_then(|dollars| dollars.checked_mul(1_000_000_000));
        let nanos = format!("{decimals:0<9}").parse::<u64>().ok();
        match dollars.zip(nanos).and_then(|(dollars, nanos)| dollars.checked_add(nanos)) {
            Some(total) => Ok(Self(total)),
            None => Err(InvalidAmount(text.to_owned())),
        }
    }
}

text_serde!(NanoUsd, r"^[0-9]+(\.[0-9]{1,9})?$");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_amount_is_written_in_dollars_without_needless_zeros() {
        for (nanos, text) in [(0, "0"), (9_100_000, "0.0091"), (1, "0.000000001"), (2_000_000_000, "2")] {
            assert_eq!(NanoUsd::from_nanos(nanos).to_string(), text);
        }
        for bad in ["", ".", "1.", "-1", "1e3", "0.0000000001", "99999999999999999999"] {
            assert!(bad.parse::<NanoUsd>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_amount_is_read_back(nanos: u64) {
            let amount = NanoUsd::from_nanos(nanos);
            prop_assert_eq!(amount.to_string().parse::<NanoUsd>().unwrap(), amount);
        }
    }
}
