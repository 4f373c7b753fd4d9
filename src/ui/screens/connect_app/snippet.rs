//! The smallest program in each language, with the real address filled in.
//!
//! The programs are files of their own in `assets/snippets`, so that they can be run as they stand. `{{address}}` is filled,
//! and comments such as `{{security}}` are replaced by the lines that encryption and login add there (`security`), or go.

mod security;

pub use self::security::Security;

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

    /// How to get the library, for a listener that asks for nothing, or for more.
    pub fn install(self, security: Security<'_>) -> &'static str {
        if security != Security::default()
            && let Some(secured) = self.install_secured()
        {
            return secured;
        }
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
    pub fn program(self, address: &str, security: Security<'_>) -> String {
        let mut program = String::new();
        for line in self.template().lines() {
            let place = line.trim_start().trim_start_matches(['/', '#']);
            if let Some(place) = place.strip_prefix("{{").and_then(|place| place.strip_suffix("}}")) {
                let indent = &line[..line.len() - line.trim_start().len()];
                for extra in self.lines(place, security) {
                    program.push_str(indent);
                    program.push_str(&extra);
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_names_the_address_and_leaves_no_place_unfilled() {
        for language in Language::ALL {
            for (tls, login) in [(false, false), (true, false), (false, true), (true, true)] {
                let certificate = tls.then_some("/a b/own.pem");
                let program = language.program("127.0.0.1:19092", Security { certificate, login });
                assert!(program.contains("127.0.0.1:19092"), "{language:?}");
                assert!(program.contains(language.client_id()), "{language:?}");
                assert!(!program.contains("{{"), "{language:?}: {program}");
                assert_eq!(program.contains("PASSWORD"), login, "{language:?}");
                assert_eq!(program.contains("/a b/own.pem"), tls, "{language:?}");
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
