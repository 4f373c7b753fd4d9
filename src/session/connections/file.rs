//! A connection as a file that can be given to others (`NAME.millpond.json`): everything but its secrets.

use serde::{Deserialize, Serialize};

use super::{ConnectionId, Profile};

/// Of the file's format.
const VERSION: u32 = 1;

/// A connection as a file.
#[derive(Serialize, Deserialize)]
pub struct ConnectionFile {
    #[serde(rename = "millpond-connection")]
    version: u32,
    connection: Profile,
}

impl ConnectionFile {
    /// The text of a file. It holds no secret; who imports it is asked for them.
    pub fn write(profile: &Profile) -> String {
        let file = Self { version: VERSION, connection: profile.clone() };
        // Plain data with text as keys: there is nothing that could fail.
        serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
    }

    /// The connection of a file, under a fresh id.
    ///
    /// # Errors
    /// When it is no such file or cannot be used, in words that repeat nothing of it.
    pub fn read(text: &str) -> Result<Profile, String> {
        if let Some(name) = serde_json::from_str(text).ok().as_ref().and_then(names_a_secret) {
            return Err(format!(
                "it holds {name:?}, which is a secret; take it out: secrets are typed when it is opened"
            ));
        }
        let file: Self = serde_json::from_str(text).map_err(|fault| {
            // Not its own words: they repeat what stands there, which a hand may have made a secret.
            format!(
                "it is no connection file of Millpond, or line {}, column {} of it holds what such a file has not (a \
                 secret, for one); export the connection again, or mend it",
                fault.line(),
                fault.column()
            )
        })?;
        if file.version != VERSION {
            return Err(format!(
                "the file is of format {}, and this Millpond reads {VERSION}; use a newer one",
                file.version
            ));
        }
        file.connection.check().map_err(|fault| fault.to_string())?;
        Ok(Profile { id: ConnectionId::fresh(), ..file.connection })
    }
}

/// The name of the first thing that sounds like a secret: what an export never holds, a hand may have added.
fn names_a_secret(value: &serde_json::Value) -> Option<String> {
    let sounds_so = |name: &str| {
        let name = name.to_lowercase();
        let is_ours = ["secrets", "token-endpoint"].contains(&name.as_str());
        !is_ours && ["password", "passwd", "secret", "token"].iter().any(|word| name.contains(word))
    };
    match value {
        serde_json::Value::Object(members) => members
            .iter()
            .find_map(|(name, value)| if sounds_so(name) { Some(name.clone()) } else { names_a_secret(value) }),
        serde_json::Value::Array(items) => items.iter().find_map(names_a_secret),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        client::{Authorities, SaslMechanism},
        model::HostPort,
        session::connections::{ClientCredentials, IdentityFiles, SaslPlan, TlsPlan},
    };

    #[test]
    fn what_is_exported_is_imported_under_another_id() {
        let mut profile = Profile::new("Production", vec![HostPort::new("kafka.example", 9093)]);
        profile.environment = "production".to_owned();
        profile.read_only = true;
        profile.timeouts.connect_millis = 3_000;
        let identity = IdentityFiles { certificate: "me.pem".into(), key: "me.key".into() };
        let authorities = Authorities::File("ca.pem".into());
        profile.security.tls =
            Some(TlsPlan { authorities: authorities.clone(), identity: Some(identity), verify_host: false });
        let (mechanism, user) = (SaslMechanism::Plain, "ann".to_owned());
        let by_token = ClientCredentials {
            token_endpoint: "https://id.example/token".to_owned(),
            client_id: "app".to_owned(),
            scope: Some("kafka".to_owned()),
            extensions: vec![("cluster".to_owned(), "c".to_owned())],
            authorities,
        };
        for sasl in [
            None,
            Some(SaslPlan::Password { mechanism, user }),
            Some(SaslPlan::Token { file: None, extensions: Vec::new() }),
            Some(SaslPlan::Token { file: Some("token.jwt".into()), extensions: Vec::new() }),
            Some(SaslPlan::ClientCredentials(by_token)),
        ] {
            profile.security.sasl = sasl;
            let read = ConnectionFile::read(&ConnectionFile::write(&profile)).unwrap();
            assert_ne!(read.id, profile.id);
            assert_eq!(Profile { id: profile.id, ..read }, profile);
        }
        let least = r#"{"millpond-connection":1,"connection":{"name":"a","bootstrap":["a:1"]}}"#;
        assert_eq!(ConnectionFile::read(least).unwrap().client_id, "millpond");
    }

    #[test]
    fn what_is_no_such_file_is_refused_without_being_repeated() {
        let with_security = |security: &str| {
            format!(
                "{{\"millpond-connection\":1,\"connection\":{{\"name\":\"a\",\"bootstrap\":[\"a:1\"],\"security\":{security}}}}}"
            )
        };
        for text in [
            "{}".to_owned(),
            "{\"millpond-connection\":2}".to_owned(),
            "{\"millpond-connection\":1,\"connection\":{\"name\":\"\",\"bootstrap\":[\"a:1\"]}}".to_owned(),
            with_security(r#"{"sasl":{"by":"password","mechanism":"PLAIN","user":"ann","password":"hunter2"}}"#),
            with_security(r#"{"password":"hunter2"}"#),
            with_security("{}").replace("\"name\"", "\"sasl.password\":\"hunter2\",\"name\""),
            with_security(r#"{"sasl":"hunter2"}"#),
        ] {
            let error = ConnectionFile::read(&text).unwrap_err();
            assert!(!error.contains("hunter2") && error.len() > 20, "{error}");
        }
    }
}
