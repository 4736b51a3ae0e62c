//! From the bytes of a source file to the text that coverage.py works on.

/// Reads source as `get_python_source` of coverage.py's `python.py` does.
///
/// Line ends become `\n`, form feeds become spaces, what is not in the file's encoding becomes U+FFFD, and a text that
/// is not empty ends with a newline.
pub fn decode(bytes: &[u8]) -> String {
    let mut text =
        String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\r', "\n").replace('\x0c', " ");
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}
