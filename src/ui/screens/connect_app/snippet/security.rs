//! What encryption and login add to the programs. User and password are the reader's to fill in.

use super::Language;

/// What a listener asks of its clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Security<'a> {
    /// The PEM file with the certificate to trust, where traffic is encrypted.
    pub certificate: Option<&'a str>,
    /// Clients log in with user and password.
    pub login: bool,
}

impl Security<'_> {
    /// Kafka's name for it; `None` for `PLAINTEXT`, which is what every client does by itself.
    fn protocol(self) -> Option<&'static str> {
        match (self.certificate.is_some(), self.login) {
            (true, true) => Some("SASL_SSL"),
            (true, false) => Some("SSL"),
            (false, true) => Some("SASL_PLAINTEXT"),
            (false, false) => None,
        }
    }
}

impl Language {
    /// The lines that replace a place of this name in the program.
    pub(super) fn lines(self, place: &str, security: Security<'_>) -> Vec<String> {
        match (self, place) {
            (Self::Java, "security") => java(security),
            (Self::Python, "security") => python(security),
            (Self::Rust, "security") => rust(security),
            (Self::Kcat, "security") => kcat(security),
            (Self::Go, place) => go(place, security),
            (Self::Node, place) => node(place, security),
            _ => Vec::new(),
        }
    }

    /// What the library needs besides to speak TLS and SCRAM.
    pub(super) fn install_secured(self) -> Option<&'static str> {
        match self {
            Self::Go => Some(
                "go mod init hello && go get github.com/twmb/franz-go/pkg/kgo github.com/twmb/franz-go/pkg/sasl/scram",
            ),
            Self::Rust => Some("cargo init --name hello && cargo add rdkafka --features ssl"),
            _ => None,
        }
    }
}

/// As text between double quotes, in all of these languages.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn java(security: Security<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(protocol) = security.protocol() {
        lines.push(format!(r#"Map.entry("security.protocol", "{protocol}"),"#));
    }
    if let Some(path) = security.certificate {
        lines.push(r#"Map.entry("ssl.truststore.type", "PEM"),"#.to_owned());
        lines.push(format!(r#"Map.entry("ssl.truststore.location", {}),"#, quoted(path)));
    }
    if security.login {
        lines.extend(
            [
                r#"Map.entry("sasl.mechanism", "SCRAM-SHA-512"),"#,
                r#"Map.entry("sasl.jaas.config", "org.apache.kafka.common.security.scram.ScramLoginModule""#,
                r#"    + " required username=\"USER\" password=\"PASSWORD\";"),"#,
            ]
            .map(str::to_owned),
        );
    }
    lines
}

fn python(security: Security<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(protocol) = security.protocol() {
        lines.push(format!(r#""security.protocol": "{protocol}","#));
    }
    if let Some(path) = security.certificate {
        lines.push(format!(r#""ssl.ca.location": {},"#, quoted(path)));
    }
    if security.login {
        let login =
            [r#""sasl.mechanism": "SCRAM-SHA-512","#, r#""sasl.username": "USER","#, r#""sasl.password": "PASSWORD","#];
        lines.extend(login.map(str::to_owned));
    }
    lines
}

fn rust(security: Security<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(protocol) = security.protocol() {
        lines.push(format!(r#"settings.set("security.protocol", "{protocol}");"#));
    }
    if let Some(path) = security.certificate {
        lines.push(format!(r#"settings.set("ssl.ca.location", {});"#, quoted(path)));
    }
    if security.login {
        lines.push(r#"settings.set("sasl.mechanism", "SCRAM-SHA-512");"#.to_owned());
        lines.push(r#"settings.set("sasl.username", "USER").set("sasl.password", "PASSWORD");"#.to_owned());
    }
    lines
}

fn kcat(security: Security<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(protocol) = security.protocol() {
        lines.push(format!(r"-X security.protocol={protocol} \"));
    }
    if let Some(path) = security.certificate {
        // For the shell: one word, whatever stands in it.
        let path = path.replace('\'', r"'\''");
        lines.push(format!(r"-X 'ssl.ca.location={path}' \"));
    }
    if security.login {
        lines.push(r"-X sasl.mechanism=SCRAM-SHA-512 \".to_owned());
        lines.push(r"-X sasl.username=USER -X sasl.password=PASSWORD \".to_owned());
    }
    lines
}

fn go(place: &str, security: Security<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(path) = security.certificate {
        match place {
            "security" => lines.push("kgo.DialTLSConfig(&tls.Config{RootCAs: trusted}),".to_owned()),
            "tls" => lines.extend([r#""crypto/tls""#, r#""crypto/x509""#].map(str::to_owned)),
            "file" => lines.push(r#""os""#.to_owned()),
            "before" => {
                lines.push(format!("pem, err := os.ReadFile({})", quoted(path)));
                let rest = [
                    "if err != nil {",
                    "\tlog.Fatal(err)",
                    "}",
                    "trusted := x509.NewCertPool()",
                    "trusted.AppendCertsFromPEM(pem)",
                ];
                lines.extend(rest.map(str::to_owned));
            }
            _ => {}
        }
    }
    if security.login {
        match place {
            "security" => {
                lines.push(r#"kgo.SASL(scram.Auth{User: "USER", Pass: "PASSWORD"}.AsSha512Mechanism()),"#.to_owned());
            }
            "sasl" => lines.push(r#""github.com/twmb/franz-go/pkg/sasl/scram""#.to_owned()),
            _ => {}
        }
    }
    lines
}

fn node(place: &str, security: Security<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(path) = security.certificate {
        match place {
            "security" => lines.push(format!("tls: {{ ca: await readFile({}) }},", quoted(path))),
            "file" => lines.push(r#"import { readFile } from "node:fs/promises";"#.to_owned()),
            _ => {}
        }
    }
    if security.login && place == "security" {
        let login = r#"sasl: { mechanism: "SCRAM-SHA-512", username: "USER", password: "PASSWORD" },"#;
        lines.push(login.to_owned());
    }
    lines
}
