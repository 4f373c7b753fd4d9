//! The template engine of the generator: minijinja with a bound on work and size, and functions that draw from a
//! [`Chance`].

use std::sync::Arc;

use minijinja::{
    Environment, Error, ErrorKind, UndefinedBehavior, Value, context,
    value::{Kwargs, Rest, ValueKind},
};
use parking_lot::Mutex;

use super::chance::{Chance, MadeUp};
use crate::model::TimestampMillis;

/// Work that one rendering may do, in minijinja's fuel (about an instruction, or 64 bytes made).
pub const FUEL_PER_RENDER: u64 = 100_000;
/// Longest rendered text, in bytes: Kafka's default `max.message.bytes` refuses more anyway.
pub const RENDERED_BYTES_MAX: usize = 1024 * 1024;
/// Longest template, in bytes.
pub const TEMPLATE_BYTES_MAX: usize = 256 * 1024;
/// Hexadecimal digits that one `hex()` may ask for.
const HEX_DIGITS_MAX: usize = 4_096;
/// Decimals that make sense in a number with 15 to 17 significant digits.
const DECIMALS_MAX: i32 = 12;

/// Which field of the record a template makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Key,
    Value,
    /// The header of that number, from 0.
    HeaderKey(usize),
    HeaderValue(usize),
}

/// Why a template gives no record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{why}", line.map(|n| format!("line {n}: ")).unwrap_or_default())]
pub struct TemplateError {
    pub field: Field,
    /// From 1, where the engine knows it.
    pub line: Option<usize>,
    pub kind: TemplateErrorKind,
    /// The engine's own words, in English.
    pub why: String,
}

/// What sort of mistake it is; the window has words for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateErrorKind {
    /// The braces, or what is inside of them, cannot be read.
    Syntax,
    /// A name that no placeholder has.
    UnknownName,
    /// A placeholder with arguments that it cannot use.
    Arguments,
    /// Too much work or too long a result.
    TooMuch,
    Other,
}

/// Templates with their source of chance. Renders record after record.
pub struct Engine {
    environment: Environment<'static>,
}

impl Engine {
    /// An engine whose values follow from `seed`.
    pub fn new(seed: u64) -> Self {
        let chance = Arc::new(Mutex::new(Chance::new(seed)));
        let mut environment = Environment::new();
        environment.set_fuel(Some(FUEL_PER_RENDER));
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        add_numbers(&mut environment, &chance);
        add_choices(&mut environment, &chance);
        add_made_up(&mut environment, &chance);
        add_times(&mut environment, &chance);
        Self { environment }
    }

    /// Takes in the template of a field.
    ///
    /// # Errors
    /// When it is too long or cannot be read.
    pub fn add(&mut self, field: Field, source: &str) -> Result<(), TemplateError> {
        if source.len() > TEMPLATE_BYTES_MAX {
            let why = format!("the template has {} bytes, at most {TEMPLATE_BYTES_MAX} are allowed", source.len());
            return Err(TemplateError { field, line: None, kind: TemplateErrorKind::TooMuch, why });
        }
        self.environment
            .add_template_owned(name_of(field), source.to_owned())
            .map_err(|error| TemplateError::new(field, &error))
    }

    /// Renders a field of record `n` (from 1) at `now`. `key` is the key of the same record, for the value's template.
    ///
    /// # Errors
    /// When the template asks for what there is not, or for too much.
    pub fn render(
        &self,
        field: Field,
        n: u64,
        now: TimestampMillis,
        key: Option<&str>,
    ) -> Result<String, TemplateError> {
        let failed = |error: &Error| TemplateError::new(field, error);
        let template = self.environment.get_template(&name_of(field)).map_err(|e| failed(&e))?;
        let mut out = Bounded(Vec::with_capacity(256));
        template.render_captured_to(context! { n, now, key }, &mut out).map_err(|e| failed(&e))?;
        Ok(String::from_utf8_lossy(&out.0).into_owned())
    }
}

impl TemplateError {
    fn new(field: Field, error: &Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::SyntaxError | ErrorKind::UnknownTest | ErrorKind::InvalidDelimiter => TemplateErrorKind::Syntax,
            ErrorKind::UnknownFunction
            | ErrorKind::UnknownFilter
            | ErrorKind::UnknownMethod
            | ErrorKind::UndefinedError
            | ErrorKind::TemplateNotFound => TemplateErrorKind::UnknownName,
            ErrorKind::TooManyArguments
            | ErrorKind::MissingArgument
            | ErrorKind::InvalidOperation
            | ErrorKind::NonPrimitive
            | ErrorKind::CannotDeserialize => TemplateErrorKind::Arguments,
            ErrorKind::OutOfFuel | ErrorKind::WriteFailure => TemplateErrorKind::TooMuch,
            _ => TemplateErrorKind::Other,
        };
        let why = match (kind, error.detail()) {
            (TemplateErrorKind::TooMuch, _) => {
                format!("one record may take {FUEL_PER_RENDER} steps and {RENDERED_BYTES_MAX} bytes")
            }
            (_, Some(detail)) => detail.to_owned(),
            (_, None) => error.kind().to_string(),
        };
        Self { field, line: error.line(), kind, why }
    }
}

fn name_of(field: Field) -> String {
    match field {
        Field::Key => "key".into(),
        Field::Value => "value".into(),
        Field::HeaderKey(n) => format!("header key {n}"),
        Field::HeaderValue(n) => format!("header value {n}"),
    }
}

/// Takes what is rendered, up to [`RENDERED_BYTES_MAX`].
struct Bounded(Vec<u8>);

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > RENDERED_BYTES_MAX {
            return Err(std::io::Error::other("too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn wrong(why: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, why)
}

/// A number from keyword `name`, or `default`.
fn number(kwargs: &Kwargs, name: &str, default: f64) -> Result<f64, Error> {
    Ok(kwargs.get::<Option<f64>>(name)?.unwrap_or(default))
}

/// The number with that many decimals, as a float that prints so (19.9, not 19.900000000000002).
fn rounded(value: f64, decimals: i32) -> f64 {
    format!("{value:.*}", decimals.clamp(0, DECIMALS_MAX) as usize).parse().unwrap_or(value)
}

fn add_numbers(environment: &mut Environment<'static>, chance: &Arc<Mutex<Chance>>) {
    let c = Arc::clone(chance);
    environment.add_function("counter", move |name: Option<String>, kwargs: Kwargs| {
        let start = kwargs.get::<Option<i64>>("start")?.unwrap_or(1);
        let step = kwargs.get::<Option<i64>>("step")?.unwrap_or(1);
        kwargs.assert_all_used()?;
        let name = name.unwrap_or_default();
        c.lock().counter(&name, start, step).ok_or_else(|| wrong("too many counters; use fewer names"))
    });
    let c = Arc::clone(chance);
    environment.add_function("int", move |low: i64, high: i64| c.lock().int(low, high));
    let c = Arc::clone(chance);
    environment.add_function("float", move |low: f64, high: f64, decimals: Option<i32>| {
        rounded(c.lock().between(low, high), decimals.unwrap_or(2))
    });
    let c = Arc::clone(chance);
    environment.add_function("normal", move |mean: f64, deviation: f64, decimals: Option<i32>| {
        rounded(c.lock().normal(mean, deviation), decimals.unwrap_or(2))
    });
    let c = Arc::clone(chance);
    environment.add_function("exponential", move |mean: f64, decimals: Option<i32>| {
        rounded(c.lock().exponential(mean), decimals.unwrap_or(2))
    });
    let c = Arc::clone(chance);
    environment.add_function("walk", move |name: String, start: f64, step: f64, kwargs: Kwargs| {
        let decimals = number(&kwargs, "decimals", 2.0)? as i32;
        kwargs.assert_all_used()?;
        let value = c.lock().walk(&name, start, step).ok_or_else(|| wrong("too many walks; use fewer names"))?;
        Ok::<_, Error>(rounded(value, decimals))
    });
    let c = Arc::clone(chance);
    environment.add_function("bool", move |probability: Option<f64>| c.lock().bool(probability.unwrap_or(0.5)));
    let c = Arc::clone(chance);
    environment.add_function("uuid", move || c.lock().uuid());
    let c = Arc::clone(chance);
    environment.add_function("hex", move |digits: Option<usize>| c.lock().hex(digits.unwrap_or(8).min(HEX_DIGITS_MAX)));
    let c = Arc::clone(chance);
    environment.add_function("latitude", move || {
        // By area, not by angle: the poles would be crowded otherwise.
        rounded(c.lock().between(-1.0, 1.0).asin().to_degrees(), 5)
    });
    let c = Arc::clone(chance);
    environment.add_function("longitude", move || rounded(c.lock().between(-180.0, 180.0), 5));
}

fn add_choices(environment: &mut Environment<'static>, chance: &Arc<Mutex<Chance>>) {
    let c = Arc::clone(chance);
    environment.add_function("choice", move |options: Rest<Value>| {
        let options = match options.0.as_slice() {
            [one] if one.kind() == ValueKind::Seq => one.try_iter()?.collect(),
            _ => options.0,
        };
        let index = c.lock().index(options.len()).ok_or_else(|| wrong("choice() needs something to choose from"))?;
        Ok::<_, Error>(options[index].clone())
    });
    let c = Arc::clone(chance);
    environment.add_function("weighted", move |options: Value| {
        if options.kind() != ValueKind::Map {
            return Err(wrong("weighted() takes choices with weights, such as {\"card\": 7, \"cash\": 2}"));
        }
        let keys: Vec<Value> = options.try_iter()?.collect();
        let weights = keys
            .iter()
            .map(|key| f64::try_from(options.get_item(key)?))
            .collect::<Result<Vec<f64>, Error>>()
            .map_err(|_| wrong("the weights of weighted() must be numbers"))?;
        let index = c.lock().weighted(&weights).ok_or_else(|| wrong("weighted() needs a weight above 0"))?;
        Ok(keys[index].clone())
    });
}

fn add_made_up(environment: &mut Environment<'static>, chance: &Arc<Mutex<Chance>>) {
    const KINDS: [(&str, MadeUp); 13] = [
        ("first_name", MadeUp::FirstName),
        ("last_name", MadeUp::LastName),
        ("name", MadeUp::Name),
        ("user_name", MadeUp::UserName),
        ("email", MadeUp::Email),
        ("company", MadeUp::Company),
        ("phone", MadeUp::Phone),
        ("city", MadeUp::City),
        ("street", MadeUp::Street),
        ("country", MadeUp::Country),
        ("country_code", MadeUp::CountryCode),
        ("ip", MadeUp::Ip),
        ("word", MadeUp::Word),
    ];
    for (name, kind) in KINDS {
        let c = Arc::clone(chance);
        environment.add_function(name, move |language: Option<String>| match language.as_deref() {
            None | Some("en") => Ok(c.lock().made_up(kind, false)),
            Some("zh") => Ok(c.lock().made_up(kind, true)),
            Some(other) => Err(wrong(format!("no names in \"{other}\"; use \"en\" or \"zh\""))),
        });
    }
    let c = Arc::clone(chance);
    environment.add_function("words", move |count: Option<usize>| c.lock().words(count.unwrap_or(5)));
}

fn add_times(environment: &mut Environment<'static>, chance: &Arc<Mutex<Chance>>) {
    environment.add_function("iso", |millis: i64| format_utc(millis, "%Y-%m-%dT%H:%M:%S%.3fZ"));
    environment.add_function("time", |millis: i64, pattern: String| format_utc(millis, &pattern));
    let c = Arc::clone(chance);
    environment.add_function("ago", move |state: &minijinja::State<'_, '_>, seconds: f64| {
        let now = state.lookup("now").and_then(|v| i64::try_from(v).ok()).unwrap_or_default();
        now.saturating_sub((c.lock().unit() * seconds * 1_000.0) as i64)
    });
}

/// A time in UTC after a strftime pattern.
fn format_utc(millis: i64, pattern: &str) -> Result<String, Error> {
    use std::fmt::Write as _;
    let time = chrono::DateTime::from_timestamp_millis(millis)
        .ok_or_else(|| wrong("the time is outside of the years that have a calendar"))?;
    let mut text = String::new();
    // chrono tells of a bad pattern only while it writes.
    write!(text, "{}", time.format(pattern))
        .map_err(|_| wrong(format!("\"{pattern}\" is not a time pattern; try \"%Y-%m-%d %H:%M:%S\"")))?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: TimestampMillis = 1_767_225_600_123;

    fn render(source: &str) -> Result<String, TemplateError> {
        let mut engine = Engine::new(11);
        engine.add(Field::Value, source)?;
        engine.render(Field::Value, 42, NOW, Some("k-1"))
    }

    #[test]
    fn placeholders_of_the_record_itself() {
        assert_eq!(render("{{ n }} {{ now }} {{ key }}").unwrap(), format!("42 {NOW} k-1"));
        assert_eq!(render("{{ iso(now) }}").unwrap(), "2026-01-01T00:00:00.123Z");
        assert_eq!(render("{{ time(now, '%d.%m.%Y') }}").unwrap(), "01.01.2026");
    }

    #[test]
    fn mistakes_name_their_line_and_their_kind() {
        for (source, line, kind) in [
            ("{\n  \"a\": {{ int(1, }}\n}", 2, TemplateErrorKind::Syntax),
            ("\n\n{{ nosuch }}", 3, TemplateErrorKind::UnknownName),
            ("{{ nosuch() }}", 1, TemplateErrorKind::UnknownName),
            ("{{ 'x' | nosuch }}", 1, TemplateErrorKind::UnknownName),
            ("{{ int(1) }}", 1, TemplateErrorKind::Arguments),
            ("{{ choice() }}", 1, TemplateErrorKind::Arguments),
            ("\n{{ weighted({'a': 'b'}) }}", 2, TemplateErrorKind::Arguments),
            ("{{ name('xx') }}", 1, TemplateErrorKind::Arguments),
            ("{{ time(now, '%Q%') }}", 1, TemplateErrorKind::Arguments),
        ] {
            let error = render(source).unwrap_err();
            assert_eq!((error.line, error.kind), (Some(line), kind), "{source}: {error}");
        }
    }

    #[test]
    fn work_and_size_are_bounded() {
        for source in [
            "{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}",
            "{{ 'x' * 1000000000 }}",
            "{% for a in range(3000) %}{{ words(1000) }}{% endfor %}",
            "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        ] {
            let error = render(source).unwrap_err();
            assert!(!error.why.is_empty(), "{source}: {error:?}");
        }
        assert_eq!(render(&"x".repeat(TEMPLATE_BYTES_MAX + 1)).unwrap_err().kind, TemplateErrorKind::TooMuch);
    }

    #[test]
    fn numbers_print_with_their_decimals() {
        for _ in 0..50 {
            let text = render("{{ float(0, 100) }}").unwrap();
            assert!(text.split_once('.').is_none_or(|(_, d)| d.len() <= 2), "{text}");
        }
        assert!(render("{{ latitude() }},{{ longitude() }}").unwrap().contains(','));
    }

    #[test]
    fn chinese_names_are_chinese() {
        let name = render("{{ name('zh') }}").unwrap();
        assert!(!name.is_ascii(), "{name}");
    }
}
