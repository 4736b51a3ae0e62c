//! What every page has around its content.

use std::fmt::Write as _;

use super::escape::Escaped;

/// The head of a page and the beginning of its body.
///
/// Everything comes from files beside the page: no page asks the network for anything, and all of it works under a policy
/// that allows neither inline scripts nor inline styles, as Jenkins has it.
pub(super) fn open(title: &str, kind: &str, previous: &str, next: &str, has_extra_css: bool) -> String {
    let mut html = String::with_capacity(4096);
    write!(
        html,
        "<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n\
        <meta name=viewport content=\"width=device-width,initial-scale=1\">\n\
        <title>{}</title>\n<link rel=icon href=\"data:,\">\n<link rel=stylesheet href=style.css>\n{}\
        <script src=script.js></script>\n<body class={kind} data-previous=\"{previous}\" data-next=\"{next}\">\n",
        Escaped(title),
        if has_extra_css { "<link rel=stylesheet href=extra.css>\n" } else { "" },
    )
    .expect("a string takes everything");
    html
}

/// The end of a page.
pub(super) fn close(html: &mut String) {
    write!(html, "<footer>cov-report {}</footer>\n</html>\n", env!("CARGO_PKG_VERSION"))
        .expect("a string takes everything");
}

/// A warning that nobody overlooks.
pub(super) fn warn(text: &str, html: &mut String) {
    writeln!(html, "<p class=warning><b>Warning:</b> {text}</p>").expect("a string takes everything");
}
