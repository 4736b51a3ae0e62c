//! Variables of the environment in the values of options.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::Environment;
use super::error::Problem;

static DOLLAR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x) \$ (?:
            (?<dollar> \$ ) |
            (?<plain> \w+ ) |
            \{ (?<braced> \w+ ) (?: (?<strict> \? ) | - (?<default> [^}]* ) )? \}
        )",
    )
    .expect("a literal that the tests compile")
});

/// Replaces `$NAME` and `${NAME}` by the variable, or by nothing if it is not set; `${NAME-text}` by the text if it is
/// not set; `${NAME?}` by the variable, which must be set; and `$$` by a dollar sign.
///
/// From `substitute_variables` in coverage.py's misc.py. Any other dollar sign stays.
pub(super) fn substitute(text: &str, environment: Environment<'_>) -> Result<String, Problem> {
    let mut result = String::with_capacity(text.len());
    let mut rest = 0;
    for found in DOLLAR.captures_iter(text) {
        let whole = found.get_match();
        result.push_str(&text[rest..whole.start()]);
        result.push_str(&replacement(&found, environment)?);
        rest = whole.end();
    }
    result.push_str(&text[rest..]);
    Ok(result)
}

fn replacement(found: &Captures<'_>, environment: Environment<'_>) -> Result<String, Problem> {
    let group = |name| found.name(name).map(|group| group.as_str());
    let Some(name) = group("plain").or(group("braced")) else { return Ok("$".to_owned()) };
    match environment(name) {
        Some(value) => Ok(value),
        None if group("strict").is_some() => Err(Problem::UndefinedVariable(name.to_owned())),
        None => Ok(group("default").unwrap_or_default().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let environment = |name: &str| (name == "SET").then(|| "value".to_owned());
        assert_eq!(substitute(text, &environment).unwrap(), expected, "{text}");
    }

    #[test]
    fn every_form_is_replaced() {
        check("$SET/${SET}/${SET?}/${SET-other}", "value/value/value/value");
        check("[$UNSET][${UNSET}][${UNSET-a b/c}][${UNSET-}]", "[][][a b/c][]");
        check("$$SET costs $$", "$SET costs $");
    }

    #[test]
    fn other_dollars_stay() {
        check("a$ $- ${} ${SET:-x} ${SET", "a$ $- ${} ${SET:-x} ${SET");
    }

    #[test]
    fn a_strict_variable_must_be_set() {
        let error = substitute("${UNSET?}", &|_| None).unwrap_err();
        assert_eq!(error.to_string(), "needs the environment variable UNSET, which is not set");
    }
}
