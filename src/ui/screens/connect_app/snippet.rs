//! The smallest program in each language, with the real address filled in.
//!
//! The programs are files of their own in `assets/snippets`, so that they can be run as they stand. Two places are filled:
//! `{{address}}`, and a comment `{{security}}` whose line is replaced by what an encrypted listener asks for, or goes.

/// A way to talk to Kafka that the page has a program for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    Java,
    Python,
    Go,
    Node,
    Rust,
    Kcat,
}

/// What a listener asks of its clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Security {
    /// Traffic is encrypted.
    pub tls: bool,
    /// Clients log in with user and password.
    pub sasl: bool,
}

impl Language {
    pub const ALL: [Self; 6] = [Self::Java, Self::Python, Self::Go, Self::Node, Self::Rust, Self::Kcat];

    /// Its name, the same in every human language.
    pub fn name(self) -> &'static str {
        match self {
            Self::Java => "Java",
            Self::Python => "Python",
            Self::Go => "Go",
            Self::Node => "Node",
            Self::Rust => "Rust",
            Self::Kcat => "kcat",
        }
    }

    /// The file that the program goes into; `None` where it is typed into a shell.
    pub fn file(self) -> Option<&'static str> {
        match self {
            Self::Java => Some("App.java"),
            Self::Python => Some("app.py"),
            Self::Go => Some("main.go"),
            Self::Node => Some("app.mjs"),
            Self::Rust => Some("src/main.rs"),
            Self::Kcat => None,
        }
    }

    /// How to get the library.
    pub fn install(self) -> &'static str {
        match self {
            // The one way without a project; what is copied so comes without the log library that it needs.
            Self::Java => {
                "mvn dependency:copy -DoutputDirectory=lib -Dartifact=org.apache.kafka:kafka-clients:4.3.1\n\
                 mvn dependency:copy -DoutputDirectory=lib -Dartifact=org.slf4j:slf4j-api:1.7.36\n\
                 mvn dependency:copy -DoutputDirectory=lib -Dartifact=org.slf4j:slf4j-simple:1.7.36"
            }
            Self::Python => "pip install confluent-kafka",
            Self::Go => "go mod init hello && go get github.com/twmb/franz-go/pkg/kgo",
            Self::Node => "npm install @platformatic/kafka",
            Self::Rust => "cargo init --name hello && cargo add rdkafka",
            Self::Kcat => "apt install kcat    # brew install kcat",
        }
    }

    /// How to start the program.
    pub fn run(self) -> Option<&'static str> {
        match self {
            Self::Java => Some("java -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp \"lib/*\" App.java"),
            Self::Python => Some("python app.py"),
            Self::Go => Some("go run ."),
            Self::Node => Some("node app.mjs"),
            Self::Rust => Some("cargo run"),
            Self::Kcat => None,
        }
    }

    /// The program for a listener at `address`.
    pub fn program(self, address: &str, security: Security) -> String {
        let mut program = String::new();
        for line in self.template().lines() {
            if line.trim_start().trim_start_matches(['/', '#']) == "{{security}}" {
                let indent = &line[..line.len() - line.trim_start().len()];
                for extra in self.security(security) {
                    program.push_str(indent);
                    program.push_str(extra);
                    program.push('\n');
                }
                continue;
            }
            program.push_str(&line.replace("{{address}}", address));
            program.push('\n');
        }
        program
    }

    /// The client id that the program gives itself.
    pub fn client_id(self) -> &'static str {
        match self {
            Self::Java => "my-java-app",
            Self::Python => "my-python-app",
            Self::Go => "my-go-app",
            Self::Node => "my-node-app",
            Self::Rust => "my-rust-app",
            Self::Kcat => "my-kcat",
        }
    }

    /// Whether a client with this library name (KIP-511, empty where it told none) and client id is of this kind.
    ///
    /// librdkafka names itself alike under Rust, kcat, C and others: there the client id of the program decides.
    pub fn is_spoken_by(self, library: &str, client_id: &str) -> bool {
        let library = library.to_ascii_lowercase();
        let named = |names: &[&str]| names.iter().any(|name| library.contains(name));
        let by_name = match self {
            Self::Java => named(&["apache-kafka-java"]),
            Self::Python => named(&["python", "aiokafka"]),
            Self::Go => named(&["kgo", "franz-go", "sarama", "kafka-go", "-go"]),
            Self::Node => named(&["platformatic", "kafkajs", "javascript", "node"]),
            Self::Rust => named(&["rust", "rskafka"]),
            Self::Kcat => named(&["kcat", "kafkacat"]),
        };
        // Consumers and producers of one program may add to its id, as Java's do.
        by_name || client_id.starts_with(self.client_id())
    }

    fn template(self) -> &'static str {
        match self {
            Self::Java => include_str!("../../../../assets/snippets/App.java"),
            Self::Python => include_str!("../../../../assets/snippets/app.py"),
            Self::Go => include_str!("../../../../assets/snippets/main.go"),
            Self::Node => include_str!("../../../../assets/snippets/app.mjs"),
            Self::Rust => include_str!("../../../../assets/snippets/main.rs"),
            Self::Kcat => include_str!("../../../../assets/snippets/kcat.sh"),
        }
    }

    /// The lines that encryption and login add. User, password and certificate are the reader's to fill in.
    fn security(self, security: Security) -> Vec<&'static str> {
        let mut lines = Vec::new();
        match self {
            Self::Java => {
                lines.extend(match (security.tls, security.sasl) {
                    (true, true) => Some(r#"Map.entry("security.protocol", "SASL_SSL"),"#),
                    (true, false) => Some(r#"Map.entry("security.protocol", "SSL"),"#),
                    (false, true) => Some(r#"Map.entry("security.protocol", "SASL_PLAINTEXT"),"#),
                    (false, false) => None,
                });
                if security.tls {
                    lines.push(r#"Map.entry("ssl.truststore.type", "PEM"),"#);
                    lines.push(r#"Map.entry("ssl.truststore.location", "millpond.pem"),"#);
                }
                if security.sasl {
                    lines.push(r#"Map.entry("sasl.mechanism", "SCRAM-SHA-512"),"#);
                    lines.push(
                        r#"Map.entry("sasl.jaas.config", "org.apache.kafka.common.security.scram.ScramLoginModule""#,
                    );
                    lines.push(r#"    + " required username=\"USER\" password=\"PASSWORD\";"),"#);
                }
            }
            Self::Python => {
                lines.extend(match (security.tls, security.sasl) {
                    (true, true) => Some(r#""security.protocol": "SASL_SSL","#),
                    (true, false) => Some(r#""security.protocol": "SSL","#),
                    (false, true) => Some(r#""security.protocol": "SASL_PLAINTEXT","#),
                    (false, false) => None,
                });
                if security.tls {
                    lines.push(r#""ssl.ca.location": "millpond.pem","#);
                }
                if security.sasl {
                    lines.push(r#""sasl.mechanism": "SCRAM-SHA-512","#);
                    lines.push(r#""sasl.username": "USER","#);
                    lines.push(r#""sasl.password": "PASSWORD","#);
                }
            }
            Self::Go => {
                if security.tls {
                    lines.push("kgo.DialTLSConfig(&tls.Config{RootCAs: certificates}),");
                }
                if security.sasl {
                    lines.push(r#"kgo.SASL(scram.Auth{User: "USER", Pass: "PASSWORD"}.AsSha512Mechanism()),"#);
                }
            }
            Self::Node => {
                if security.tls {
                    lines.push(r#"tls: { ca: await readFile("millpond.pem") },"#);
                }
                if security.sasl {
                    lines.push(r#"sasl: { mechanism: "SCRAM-SHA-512", username: "USER", password: "PASSWORD" },"#);
                }
            }
            Self::Rust => {
                lines.extend(match (security.tls, security.sasl) {
                    (true, true) => Some(r#"settings.set("security.protocol", "SASL_SSL");"#),
                    (true, false) => Some(r#"settings.set("security.protocol", "SSL");"#),
                    (false, true) => Some(r#"settings.set("security.protocol", "SASL_PLAINTEXT");"#),
                    (false, false) => None,
                });
                if security.tls {
                    lines.push(r#"settings.set("ssl.ca.location", "millpond.pem");"#);
                }
                if security.sasl {
                    lines.push(r#"settings.set("sasl.mechanism", "SCRAM-SHA-512");"#);
                    lines.push(r#"settings.set("sasl.username", "USER").set("sasl.password", "PASSWORD");"#);
                }
            }
            Self::Kcat => {
                lines.extend(match (security.tls, security.sasl) {
                    (true, true) => Some(r"-X security.protocol=SASL_SSL \"),
                    (true, false) => Some(r"-X security.protocol=SSL \"),
                    (false, true) => Some(r"-X security.protocol=SASL_PLAINTEXT \"),
                    (false, false) => None,
                });
                if security.tls {
                    lines.push(r"-X ssl.ca.location=millpond.pem \");
                }
                if security.sasl {
                    lines.push(r"-X sasl.mechanism=SCRAM-SHA-512 -X sasl.username=USER -X sasl.password=PASSWORD \");
                }
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_names_the_address_and_leaves_no_place_unfilled() {
        for language in Language::ALL {
            for (tls, sasl) in [(false, false), (true, false), (false, true), (true, true)] {
                let program = language.program("127.0.0.1:19092", Security { tls, sasl });
                assert!(program.contains("127.0.0.1:19092"), "{language:?}");
                assert!(program.contains(language.client_id()), "{language:?}");
                assert!(!program.contains("{{"), "{language:?}: {program}");
                assert_eq!(program.contains("PASSWORD"), sasl, "{language:?}");
            }
        }
    }

    #[test]
    fn a_client_lights_the_language_it_speaks() {
        for (library, id, language) in [
            ("apache-kafka-java", "orders", Language::Java),
            ("confluent-kafka-python", "rdkafka", Language::Python),
            ("kgo", "kgo", Language::Go),
            ("platformatic-kafka", "x", Language::Node),
            ("librdkafka", "my-rust-app", Language::Rust),
            ("librdkafka", "my-kcat", Language::Kcat),
        ] {
            let lit: Vec<_> = Language::ALL.into_iter().filter(|l| l.is_spoken_by(library, id)).collect();
            assert_eq!(lit, [language], "{library} {id}");
        }
        assert!(!Language::ALL.into_iter().any(|language| language.is_spoken_by("librdkafka", "rdkafka")));
    }
}
