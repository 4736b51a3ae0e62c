//! XML as it is written: elements, and what must not stand in them as it is.

use std::fmt::Write as _;

/// Appends an element with text.
pub fn element(nodes: &mut String, name: &str, attributes: &[(&str, &str)], text: &str) {
    let _ = write!(nodes, "<{name}");
    for (key, value) in attributes {
        let _ = write!(nodes, " {key}=\"{}\"", escaped(value));
    }
    if text.is_empty() {
        nodes.push_str(" />");
    } else {
        let _ = write!(nodes, ">{}</{name}>", escaped_text(text));
    }
}

/// Appends an element with elements in it, which are written already.
pub fn parent(nodes: &mut String, name: &str, attributes: &[(&str, &str)], children: &str) {
    let _ = write!(nodes, "<{name}");
    for (key, value) in attributes {
        let _ = write!(nodes, " {key}=\"{}\"", escaped(value));
    }
    let _ = write!(nodes, ">{children}</{name}>");
}

/// Characters that XML does not allow, written as pytest writes them.
fn allowed(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\t' | '\n' | '\r' | ' '..='~' | '\u{80}'..='\u{fffd}' | '\u{10000}'.. => clean.push(char),
            _ if u32::from(char) <= 0xff => _ = write!(clean, "#x{:02X}", u32::from(char)),
            _ => _ = write!(clean, "#x{:04X}", u32::from(char)),
        }
    }
    clean
}

fn escaped_text(text: &str) -> String {
    allowed(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// For an attribute, where a reader would turn ends of lines into spaces.
pub fn escaped(text: &str) -> String {
    escaped_text(text)
        .replace('"', "&quot;")
        .replace('\r', "&#13;")
        .replace('\n', "&#10;")
        .replace('\t', "&#09;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_forbids_is_written_out() {
        assert_eq!(escaped("a\x1b[1m<\"&\n\u{fffe}\u{7f}"), "a#x1B[1m&lt;&quot;&amp;&#10;#xFFFE#x7F");
        assert_eq!(escaped_text("\"\n]]>"), "\"\n]]&gt;");
    }
}
