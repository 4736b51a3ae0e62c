//! Percentages as numbers, bars and colours.

use std::fmt::{self, Write as _};

use cov_model::{Percent, Ratio};

/// What counts as high and as medium, and how percentages are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gauge {
    /// From here on coverage is high: what the project asks of itself, or 90 %.
    pub(super) high: Percent,
    /// From here on it is medium: 75 %, or what is high if that is less.
    pub(super) medium: Percent,
    /// Digits behind the point.
    pub(super) precision: u8,
}

impl Gauge {
    /// The gauge of a project that fails below `fail_under`.
    pub(super) fn new(fail_under: Option<Percent>, precision: u8) -> Self {
        let percent = |text: &str| text.parse::<Percent>().expect("it is a percentage");
        let high = fail_under.unwrap_or_else(|| percent("90"));
        let usual = percent("75");
        Self { high, medium: if high.to_f64() < usual.to_f64() { high } else { usual }, precision }
    }

    /// The class of a ratio: `hi`, `me` or `lo`.
    pub(super) fn class(&self, ratio: Ratio) -> &'static str {
        if self.high.is_reached_by(ratio) {
            "hi"
        } else if self.medium.is_reached_by(ratio) {
            "me"
        } else {
            "lo"
        }
    }

    /// A bar. Of nothing at all there is none.
    pub(super) fn bar(&self, ratio: Ratio, html: &mut String) -> fmt::Result {
        let Ratio { covered, total } = ratio;
        if total == 0 {
            return Ok(());
        }
        let class = self.class(ratio);
        write!(html, "<meter class={class} max={total} value={covered}>{covered}/{total}</meter>")
    }

    /// A percentage with its sign.
    pub(super) fn percent(&self, ratio: Ratio) -> String {
        format!("{}%", ratio.rounded(self.precision))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_decides_what_is_high() {
        let classes = |fail_under: Option<&str>| {
            let gauge = Gauge::new(fail_under.map(|text| text.parse().unwrap()), 0);
            [100, 95, 94, 90, 80, 75, 74, 0].map(|covered| gauge.class(Ratio::new(covered, 100)))
        };
        assert_eq!(classes(None), ["hi", "hi", "hi", "hi", "me", "me", "lo", "lo"]);
        assert_eq!(classes(Some("95")), ["hi", "hi", "me", "me", "me", "me", "lo", "lo"]);
        assert_eq!(classes(Some("75")), ["hi", "hi", "hi", "hi", "hi", "hi", "lo", "lo"]);
    }
}
