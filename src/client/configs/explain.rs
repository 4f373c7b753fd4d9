//! What a broker says about its settings: Kafka writes it as HTML for its pages, and here it is read as text.

/// Tags that begin a line of their own.
const BREAKS: [&str; 6] = ["p", "/p", "br", "br/", "ul", "/ul"];
/// What stands for a sign that HTML has a use for.
const ENTITIES: [(&str, &str); 6] =
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
/// Longest tag that is taken for one, in bytes: what is longer is text with a `<` in it.
const TAG_BYTES_MAX: usize = 200;

/// The text without tags, a paragraph a line; items of a list begin with a bullet.
pub(super) fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        match tag(from) {
            Some((name, after)) => {
                match name.to_ascii_lowercase().as_str() {
                    "li" => text.push_str("\n• "),
                    name if BREAKS.contains(&name) => text.push('\n'),
                    _ => {}
                }
                rest = after;
            }
            None => {
                text.push('<');
                rest = &from[1..];
            }
        }
    }
    text.push_str(rest);
    for (entity, sign) in ENTITIES {
        text = text.replace(entity, sign);
    }
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The tag's name, and what comes after it.
fn tag(from: &str) -> Option<(&str, &str)> {
    let end = from.find('>').filter(|end| *end <= TAG_BYTES_MAX)?;
    let name = from[1..end].split_whitespace().next()?;
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '/');
    is_name.then(|| (name, &from[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn tags_go_and_lists_stay_lists() {
        let html = "Either <code>a</code> or <a href=\"#b\">b</a>.<p>It is:</p><ul> <li>one<li> two</ul>";
        assert_eq!(plain(html), "Either a or b.\nIt is:\n• one\n• two");
        assert_eq!(plain("at &lt;1 &amp; a < b, x <= 5 > y"), "at <1 & a < b, x <= 5 > y");
        assert_eq!(plain("The <i>minimum</i>\n of  two"), "The minimum\nof two");
        assert_eq!(plain("if <"), "if <");
    }
}
