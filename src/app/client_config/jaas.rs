//! `sasl.jaas.config`, the way in which Java's clients name a user: a login module and its options.

use std::{iter::Peekable, str::Chars};

use crate::client::SaslMechanism;

const PLAIN_MODULE: &str = "org.apache.kafka.common.security.plain.PlainLoginModule";
const SCRAM_MODULE: &str = "org.apache.kafka.common.security.scram.ScramLoginModule";

/// User and password of `MODULE required username="..." password="...";`. No error repeats what was written there.
pub fn read(config: &str, mechanism: SaslMechanism) -> Result<(String, String), String> {
    let expected = match mechanism {
        SaslMechanism::Plain => PLAIN_MODULE,
        SaslMechanism::Scram(_) => SCRAM_MODULE,
    };
    let form = || format!("write {expected} required username=\"USER\" password=\"PASSWORD\";");
    let mut rest = config
        .trim()
        .strip_suffix(';')
        .ok_or_else(|| format!("it must end with \";\": {}", form()))?
        .chars()
        .peekable();
    if word(&mut rest) != expected {
        return Err(format!("sasl.mechanism={mechanism} goes with another login module: {}", form()));
    }
    if word(&mut rest) != "required" {
        return Err(form());
    }
    let (mut user, mut password) = (None, None);
    loop {
        let name = word(&mut rest);
        if name.is_empty() && rest.peek().is_none() {
            break;
        }
        if rest.next_if_eq(&'=').is_none() {
            return Err(form());
        }
        let value = value(&mut rest).ok_or_else(|| format!("a quote is not closed: {}", form()))?;
        match &*name {
            "username" => user = Some(value),
            "password" => password = Some(value),
            _ => return Err(format!("the only options are username and password: {}", form())),
        }
    }
    user.zip(password).ok_or_else(form)
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
    use crate::codec::scram::Mechanism;

    const SCRAM: SaslMechanism = SaslMechanism::Scram(Mechanism::Sha256);

    #[test]
    fn user_and_password_are_found() {
        let found = |options: &str| read(&format!("{SCRAM_MODULE} required {options};"), SCRAM);
        let expected = Ok(("ann".to_owned(), "a \"b\" = c;".to_owned()));
        assert_eq!(found("username=\"ann\" password=\"a \\\"b\\\" = c;\""), expected);
        assert_eq!(found("password='x' username=ann"), Ok(("ann".to_owned(), "x".to_owned())));
        assert!(read(&format!("{PLAIN_MODULE} required username=a password=b;"), SaslMechanism::Plain).is_ok());
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for config in [
            "org.example.Other required username=\"ann\" password=\"hunter2\";".to_owned(),
            format!("{PLAIN_MODULE} required username=\"ann\" password=\"hunter2\";"),
            format!("{SCRAM_MODULE} required username=\"ann\" password=\"hunter2\""),
            format!("{SCRAM_MODULE} required username=\"ann\" password=\"hunter2;"),
            format!("{SCRAM_MODULE} required username=\"ann\" password=\"hunter2\" tokenauth=true;"),
            format!("{SCRAM_MODULE} required username=\"ann\";"),
            format!("{SCRAM_MODULE} required password=hunter2 ann;"),
        ] {
            let error = read(&config, SCRAM).unwrap_err();
            assert!(error.contains("ScramLoginModule required") && !error.contains("hunter2"), "{error}");
        }
    }
}
