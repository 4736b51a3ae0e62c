//! What every page has around its content.

use std::fmt::{self, Write as _};

use super::escape::Escaped;

/// Where a page stands among the others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Neighbours<'a> {
    /// The page before it, or the index.
    pub(super) previous: &'a str,
    /// The page behind it, or the index.
    pub(super) next: &'a str,
}

/// The head of a page and the beginning of its body.
///
/// Everything comes from files beside the page: no page asks the network for anything, and all of it works under a policy
/// that allows neither inline scripts nor inline styles, as Jenkins has it.
pub(super) fn open(
    title: &str,
    kind: &str,
    neighbours: Neighbours<'_>,
    has_extra_css: bool,
    html: &mut String,
) -> fmt::Result {
    let Neighbours { previous, next } = neighbours;
    write!(
        html,
        "<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n\
        <meta name=viewport content=\"width=device-width,initial-scale=1\">\n\
        <title>{}</title>\n<link rel=icon href=\"data:,\">\n<link rel=stylesheet href=style.css>\n{}\
        <script src=script.js></script>\n<body class={kind} data-previous=\"{previous}\" data-next=\"{next}\">\n",
        Escaped(title),
        if has_extra_css { "<link rel=stylesheet href=extra.css>\n" } else { "" },
    )
}

/// The end of a page.
pub(super) fn close(html: &mut String) -> fmt::Result {
    write!(html, "<footer>cov-report {}</footer>\n</html>\n", env!("CARGO_PKG_VERSION"))
}

/// A warning that nobody overlooks.
pub(super) fn warn(text: &str, html: &mut String) -> fmt::Result {
    writeln!(html, "<p class=warning><b>Warning:</b> {text}</p>")
}
