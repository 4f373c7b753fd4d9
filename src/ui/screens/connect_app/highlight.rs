//! Light colours for the short programs of the page: strings, comments, numbers, words of the language.

use egui::{Color32, TextFormat, text::LayoutJob};

use super::snippet::Language;
use crate::ui::theme::{Theme, fonts};

/// The kinds of text that have a colour of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Word,
    Text,
    Number,
    Comment,
}

/// The program in colours, one line of the source a line.
pub fn job(program: &str, language: Language, theme: &Theme) -> LayoutJob {
    let mut job = LayoutJob::default();
    job.wrap.max_width = f32::INFINITY;
    for (piece, kind) in pieces(program, language) {
        let color = color(kind, theme);
        let format = TextFormat { font_id: fonts::data(), color, line_height: Some(18.0), ..TextFormat::default() };
        job.append(piece, 0.0, format);
    }
    job
}

fn color(kind: Kind, theme: &Theme) -> Color32 {
    match kind {
        Kind::Plain => theme.text,
        Kind::Word => theme.series(6),
        Kind::Text => theme.series(2),
        Kind::Number => theme.series(1),
        Kind::Comment => theme.faint,
    }
}

/// Cuts the program into pieces of one kind; together they are the program again.
fn pieces(program: &str, language: Language) -> Vec<(&str, Kind)> {
    let comment = if matches!(language, Language::Python | Language::Kcat) { "#" } else { "//" };
    let mut found: Vec<(&str, Kind)> = Vec::new();
    let mut rest = program;
    while let Some(first) = rest.chars().next() {
        let (end, kind) = if rest.starts_with(comment) {
            (rest.find('\n').unwrap_or(rest.len()), Kind::Comment)
        } else if matches!(first, '"' | '`') {
            (text_end(rest, first), Kind::Text)
        } else if first.is_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let kind = if words(language).contains(&&rest[..end]) { Kind::Word } else { Kind::Plain };
            (end, kind)
        } else if first.is_ascii_digit() {
            (rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len()), Kind::Number)
        } else {
            (first.len_utf8(), Kind::Plain)
        };
        found.push((&rest[..end], kind));
        rest = &rest[end..];
    }
    found
}

/// One past the closing quote, or the end of the program.
fn text_end(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

fn words(language: Language) -> &'static [&'static str] {
    match language {
        Language::Java => {
            &["class", "final", "for", "import", "new", "public", "static", "true", "try", "var", "void", "while"]
        }
        Language::Python => &["and", "from", "if", "import", "not", "True", "while"],
        Language::Go => &["defer", "err", "for", "func", "if", "import", "nil", "package"],
        Language::Node => &["await", "const", "for", "from", "import", "new", "of", "true"],
        Language::Rust => &["dyn", "fn", "for", "in", "let", "mut", "use"],
        Language::Kcat => &["echo", "kcat"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::screens::connect_app::snippet::Security;

    #[test]
    fn the_pieces_are_the_program_again() {
        for language in Language::ALL {
            let program = language.program("127.0.0.1:9092", Security { certificate: Some("own.pem"), login: true });
            let pieces = pieces(&program, language);
            assert_eq!(pieces.iter().map(|(piece, _)| *piece).collect::<String>(), program);
            assert!(pieces.iter().any(|(_, kind)| *kind == Kind::Word), "{language:?}");
        }
    }

    #[test]
    fn a_quote_inside_a_text_does_not_end_it() {
        assert_eq!(pieces(r#""a\"b" 1"#, Language::Java)[0], (r#""a\"b""#, Kind::Text));
    }
}
