//! The names of the pages: readable, unique on any file system, and no longer than it can take.

use std::collections::HashMap;

use cov_model::Digest;

/// A page's name is at most this long, so that the path to it is no problem either.
const LONGEST: usize = 100;

/// Names that are taken, or that Windows keeps for itself whatever their ending is.
const RESERVED: [&str; 6] = ["", "index", "con", "prn", "aux", "nul"];

/// The names of the pages of `paths`: `analysis/parse.py` becomes `analysis_parse_py.html`.
///
/// Where that would not do, a part of the path's digest makes the name unique: it depends on nothing else, so that links
/// to a page last.
pub(super) fn page_names<'a>(paths: impl Iterator<Item = &'a str> + Clone) -> Vec<String> {
    let mut claims: HashMap<String, usize> = HashMap::new();
    for path in paths.clone() {
        // Two names that differ in case are one file on many systems.
        *claims.entry(readable(path).to_lowercase()).or_default() += 1;
    }
    let name = |path| {
        let name = readable(path);
        let lower = name.to_lowercase();
        if claims[&lower] == 1 && name.len() <= LONGEST && !RESERVED.contains(&&*lower) {
            return format!("{name}.html");
        }
        let digest = Digest::of(path.as_bytes()).to_string();
        let hex = digest.rsplit(':').next().unwrap_or_default();
        // The end of a path says more than its beginning.
        let end = &name[name.len().saturating_sub(LONGEST)..];
        format!("{end}-{}.html", &hex[..12])
    };
    paths.map(name).collect()
}

/// `path` with everything but letters and digits of ASCII made `_`.
fn readable(path: &str) -> String {
    let kept = |character: char| if character.is_ascii_alphanumeric() { character } else { '_' };
    path.chars().map(kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_readable() {
        let paths = ["analysis/parse.py", "src/naïve.go", "./a-b.c"];
        assert_eq!(
            page_names(paths.into_iter()),
            ["analysis_parse_py.html", "src_na_ve_go.html", "__a_b_c.html"]
        );
    }

    #[test]
    fn names_are_unique_and_short() {
        let long = "d/".repeat(3000) + "a.py";
        let paths = ["a/b.py", "a_b.py", "A/b.py", "index", "CON", "", "/", &long];
        let names = page_names(paths.into_iter());
        let mut lower: Vec<_> = names.iter().map(|name| name.to_lowercase()).collect();
        lower.sort();
        lower.dedup();
        assert_eq!(lower.len(), paths.len(), "{names:?}");
        assert!(names.iter().all(|name| name.len() <= 120 && !name.starts_with('.')), "{names:?}");
        assert!(!lower.contains(&"index.html".to_owned()) && !lower.contains(&"con.html".to_owned()));
    }
}
