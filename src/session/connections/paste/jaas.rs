//! `sasl.jaas.config`, the way in which Java's clients name a user: a login module and its options.

use std::{iter::Peekable, str::Chars};

/// The login module of a mechanism, as Kafka's documentation names it, and the options that it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Module {
    name: &'static str,
    form: &'static str,
    known: &'static [&'static str],
}

pub const PLAIN: Module = Module {
    name: "org.apache.kafka.common.security.plain.PlainLoginModule",
    form: "username=\"USER\" password=\"PASSWORD\"",
    known: &["username", "password"],
};
pub const SCRAM: Module = Module { name: "org.apache.kafka.common.security.scram.ScramLoginModule", ..PLAIN };
pub const BEARER: Module = Module {
    name: "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule",
    form: "clientId=\"ID\" clientSecret=\"SECRET\"",
    known: &["clientId", "clientSecret", "scope"],
};
/// Options of [`BEARER`] that begin so are SASL extensions (KIP-342).
const EXTENSION: &str = "extension_";

/// The options of `MODULE required NAME="VALUE"...;`, in their order. No error repeats a value that was written there.
pub fn read(config: &str, module: Module) -> Result<Vec<(String, String)>, String> {
    let form = || format!("write {} required {};", module.name, module.form);
    let mut rest = config
        .trim()
        .strip_suffix(';')
        .ok_or_else(|| format!("it must end with \";\": {}", form()))?
        .chars()
        .peekable();
    if word(&mut rest) != module.name {
        return Err(format!("the mechanism goes with another login module: {}", form()));
    }
    if word(&mut rest) != "required" {
        return Err(form());
    }
    let mut options = Vec::new();
    loop {
        let name = word(&mut rest);
        if name.is_empty() && rest.peek().is_none() {
            return Ok(options);
        }
        if rest.next_if_eq(&'=').is_none() {
            return Err(form());
        }
        let value = value(&mut rest).ok_or_else(|| format!("a quote is not closed: {}", form()))?;
        let is_extension = module == BEARER && name.starts_with(EXTENSION);
        if !module.known.contains(&name.as_str()) && !is_extension {
            return Err(format!("the only options are {}: {}", module.known.join(", "), form()));
        }
        options.push((name, value));
    }
}

/// The SASL extensions among the options.
pub fn extensions(options: &[(String, String)]) -> Vec<(String, String)> {
    let extension = |(name, value): &(String, String)| Some((name.strip_prefix(EXTENSION)?.to_owned(), value.clone()));
    options.iter().filter_map(extension).collect()
}

/// The last value of an option.
pub fn option(options: &[(String, String)], name: &str) -> Option<String> {
    options.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone())
}

fn skip_space(rest: &mut Peekable<Chars<'_>>) {
    while rest.next_if(|c| c.is_whitespace()).is_some() {}
}

/// Up to white space, `=` or the end.
fn word(rest: &mut Peekable<Chars<'_>>) -> String {
    skip_space(rest);
    let mut word = String::new();
    while let Some(c) = rest.next_if(|c| !c.is_whitespace() && *c != '=') {
        word.push(c);
    }
    skip_space(rest);
    word
}

/// A word, or what stands between quotes; `None` where the second one is missing.
fn value(rest: &mut Peekable<Chars<'_>>) -> Option<String> {
    skip_space(rest);
    let Some(quote) = rest.next_if(|c| matches!(c, '"' | '\'')) else { return Some(word(rest)) };
    let mut value = String::new();
    loop {
        match rest.next()? {
            '\\' => value.push(rest.next()?),
            c if c == quote => return Some(value),
            c => value.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_found() {
        let found = |options: &str| {
            let options = read(&format!("{} required {options};", SCRAM.name), SCRAM).unwrap();
            (option(&options, "username"), option(&options, "password"))
        };
        let both = |password: &str| (Some("ann".to_owned()), Some(password.to_owned()));
        assert_eq!(found("username=\"ann\" password=\"a \\\"b\\\" = c;\""), both("a \"b\" = c;"));
        assert_eq!(found("password='x' username=ann"), both("x"));
        let bearer =
            format!("{} required clientId=\"a\" clientSecret='b' extension_logicalCluster=\"c\";", BEARER.name);
        let options = read(&bearer, BEARER).unwrap();
        assert_eq!(extensions(&options), [("logicalCluster".to_owned(), "c".to_owned())]);
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for config in [
            "org.example.Other required username=\"ann\" password=\"hunter2\";".to_owned(),
            format!("{} required username=\"ann\" password=\"hunter2\";", PLAIN.name),
            format!("{} required username=\"ann\" password=\"hunter2\"", SCRAM.name),
            format!("{} required username=\"ann\" password=\"hunter2;", SCRAM.name),
            format!("{} required username=\"ann\" password=\"hunter2\" tokenauth=true;", SCRAM.name),
            format!("{} required password=hunter2 ann;", SCRAM.name),
        ] {
            let error = read(&config, SCRAM).unwrap_err();
            assert!(error.contains("ScramLoginModule required") && !error.contains("hunter2"), "{error}");
        }
    }
}
