//! When a report was made, for the formats that demand a time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A moment, in Universal Time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(Duration);

impl Moment {
    /// What the environment variable `SOURCE_DATE_EPOCH` says, so that equal reports can be equal bytes; else now.
    pub fn of_report() -> Self {
        let said = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.trim().parse().ok());
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(said.map_or_else(now, Duration::from_secs))
    }

    /// Milliseconds since 1970.
    pub fn milliseconds(self) -> u128 {
        self.0.as_millis()
    }

    /// As `datetime.isoformat` of Python writes it: `2026-03-01T12:00:00.000123`.
    pub fn iso(self) -> String {
        let (days, second) = (self.0.as_secs() / 86400, self.0.as_secs() % 86400);
        let (year, month, day) = date(days);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        let whole = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
        match self.0.subsec_micros() {
            0 => whole,
            micros => format!("{whole}.{micros:06}"),
        }
    }
}

/// Year, month and day of the day that is so many `days` after 1970-01-01, in the Gregorian calendar.
fn date(days: u64) -> (u64, u64, u64) {
    // Years are counted from March, so that a leap day is the last one; 719,468 days lie between 0000-03-01 and 1970.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (400 * era + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, micros, expected) in [
            (0, 0, "1970-01-01T00:00:00"),
            (951_782_400, 0, "2000-02-29T00:00:00"),
            (951_868_799, 999_999, "2000-02-29T23:59:59.999999"),
            (951_868_800, 1, "2000-03-01T00:00:00.000001"),
            (1_735_689_599, 0, "2024-12-31T23:59:59"),
            (4_107_542_400, 0, "2100-03-01T00:00:00"),
        ] {
            assert_eq!(Moment(Duration::new(seconds, micros * 1000)).iso(), expected);
        }
    }
}
