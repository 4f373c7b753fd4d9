//! The format of Java's `.properties`, of which librdkafka's files are a part: a name and a value a line.

/// One setting. Not `Debug`: a value may be a password.
pub struct Property {
    pub name: String,
    pub value: String,
}

/// Reads all lines: `#` and `!` begin a comment, a backslash at the end goes on in the next line and before a character
/// stands for it (`\t`, `\n`, `\u0041` as in Java), `=`, `:` or white space ends a name.
pub fn parse(text: &str) -> Vec<Property> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let mut line = line.trim_start().to_owned();
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        while goes_on(&line) {
            line.pop();
            line.push_str(lines.next().unwrap_or_default().trim_start());
        }
        found.push(property(&line));
    }
    found
}

/// An odd number of backslashes at the end.
fn goes_on(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

fn property(line: &str) -> Property {
    let mut escaped = false;
    let ends_name = |c: char| {
        let ends = !escaped && (c == '=' || c == ':' || c.is_whitespace());
        escaped = !escaped && c == '\\';
        ends
    };
    let end = line.find(ends_name).unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    let rest = rest.trim_start();
    let rest = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start();
    Property { name: unescape(name), value: unescape(rest) }
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match rest.next() {
            Some('t') => plain.push('\t'),
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('f') => plain.push('\u{c}'),
            Some('u') => {
                let code: String = rest.by_ref().take(4).collect();
                plain.push(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32).unwrap_or('\u{fffd}'));
            }
            Some(other) => plain.push(other),
            None => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_java_reads_them() {
        let text = "# a comment\n! another\n\n a = b \nc:d\ne f\ng\nh = 1\\\n   2\\\\\ni\\=j=k\\u0041\\t.\\n\nl==m\r\n";
        let found: Vec<_> = parse(text).into_iter().map(|p| (p.name, p.value)).collect();
        let expected = [("a", "b "), ("c", "d"), ("e", "f"), ("g", ""), ("h", "12\\"), ("i=j", "kA\t.\n"), ("l", "=m")];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
