//! A profile while it is edited: the texts of the fields, and what they make.

use crate::{
    model::HostPort,
    session::connections::{
        Authorities, ClientCredentials, IdentityFiles, Profile, ProfileColour, SaslMechanism, SaslPlan, SecretKind,
        SecretPolicy, SecurityPlan, TimeoutPlan, TlsPlan,
    },
    ui::screens::path_field::PathField,
};

/// Who logs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Login {
    #[default]
    Nobody,
    Password,
    Token,
    Credentials,
}

/// What the fields hold.
pub(super) struct Draft {
    /// What is edited: its id, and what no field shows.
    pub base: Option<Profile>,
    pub name: String,
    pub environment: String,
    pub colour: ProfileColour,
    pub read_only: bool,
    pub bootstrap: String,
    pub tls: bool,
    pub own_authorities: bool,
    pub authorities: PathField,
    pub with_identity: bool,
    pub certificate: PathField,
    pub key: PathField,
    pub verify_host: bool,
    pub login: Login,
    pub mechanism: SaslMechanism,
    pub user: String,
    pub token_in_file: bool,
    pub token_file: PathField,
    pub endpoint: String,
    pub oauth_client: String,
    pub scope: String,
    pub extensions: String,
    pub own_endpoint_authorities: bool,
    pub endpoint_authorities: PathField,
    pub policy: SecretPolicy,
    pub client_id: String,
    /// In the order of [`TimeoutPlan`], in milliseconds.
    pub timeouts: [String; 5],
}

/// Id of the text that says what is missing in a field.
pub(super) type Fault = &'static str;

impl Draft {
    /// Of a cluster that is not known yet.
    pub fn new(colour: ProfileColour) -> Self {
        let profile = Profile::new("", Vec::new());
        Self {
            base: None,
            name: String::new(),
            environment: String::new(),
            colour,
            read_only: false,
            bootstrap: String::new(),
            tls: false,
            own_authorities: false,
            authorities: PathField::default(),
            with_identity: false,
            certificate: PathField::default(),
            key: PathField::default(),
            verify_host: true,
            login: Login::Nobody,
            // The safest.
            mechanism: SaslMechanism::ALL[2],
            user: String::new(),
            token_in_file: false,
            token_file: PathField::default(),
            endpoint: String::new(),
            oauth_client: String::new(),
            scope: String::new(),
            extensions: String::new(),
            own_endpoint_authorities: false,
            endpoint_authorities: PathField::default(),
            policy: profile.secrets,
            client_id: profile.client_id,
            timeouts: texts(&profile.timeouts),
        }
    }

    /// Fills the fields from a profile; `base` stays what it was.
    pub fn fill(&mut self, profile: &Profile) {
        self.name.clone_from(&profile.name);
        self.environment.clone_from(&profile.environment);
        self.colour = profile.colour;
        self.read_only = profile.read_only;
        self.policy = profile.secrets;
        self.fill_way(profile);
    }

    /// Only what is about the way to the cluster: settings of other clients know nothing of names and colours.
    pub fn fill_way(&mut self, profile: &Profile) {
        self.bootstrap = profile.bootstrap.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        self.client_id.clone_from(&profile.client_id);
        self.timeouts = texts(&profile.timeouts);
        self.fill_security(&profile.security);
    }

    fn fill_security(&mut self, security: &SecurityPlan) {
        self.tls = security.tls.is_some();
        if let Some(tls) = &security.tls {
            self.verify_host = tls.verify_host;
            self.own_authorities = matches!(tls.authorities, Authorities::File(_));
            if let Authorities::File(path) = &tls.authorities {
                self.authorities.fill(path);
            }
            self.with_identity = tls.identity.is_some();
            if let Some(files) = &tls.identity {
                self.certificate.fill(&files.certificate);
                self.key.fill(&files.key);
            }
        }
        match &security.sasl {
            None => self.login = Login::Nobody,
            Some(SaslPlan::Password { mechanism, user }) => {
                self.login = Login::Password;
                self.mechanism = *mechanism;
                self.user.clone_from(user);
            }
            Some(SaslPlan::Token { file, extensions }) => {
                self.login = Login::Token;
                self.token_in_file = file.is_some();
                if let Some(path) = file {
                    self.token_file.fill(path);
                }
                self.extensions = pairs_text(extensions);
            }
            Some(SaslPlan::ClientCredentials(client)) => {
                self.login = Login::Credentials;
                self.endpoint.clone_from(&client.token_endpoint);
                self.oauth_client.clone_from(&client.client_id);
                self.scope = client.scope.clone().unwrap_or_default();
                self.extensions = pairs_text(&client.extensions);
                self.own_endpoint_authorities = matches!(client.authorities, Authorities::File(_));
                if let Authorities::File(path) = &client.authorities {
                    self.endpoint_authorities.fill(path);
                }
            }
        }
    }

    /// The secrets that the chosen way to log in needs.
    pub fn secret_kinds(&self) -> &'static [SecretKind] {
        match self.login {
            Login::Nobody => &[],
            Login::Password => &[SecretKind::Password],
            Login::Token if self.token_in_file => &[],
            Login::Token => &[SecretKind::Token],
            Login::Credentials => &[SecretKind::ClientSecret],
        }
    }

    /// The addresses; `None` where one of them is none.
    pub fn addresses(&self) -> Option<Vec<HostPort>> {
        let texts = self.bootstrap.split([',', ' ', '\n', '\t']).map(str::trim).filter(|text| !text.is_empty());
        texts.map(|text| text.parse().ok()).collect()
    }

    /// What the fields make; the first thing that is missing where they make nothing yet.
    pub fn profile(&self) -> Result<Profile, Fault> {
        let name = self.name.trim();
        if name.is_empty() {
            return Err("cluster-fault-name");
        }
        let bootstrap = self.addresses().ok_or("cluster-fault-bootstrap")?;
        if bootstrap.is_empty() {
            return Err("cluster-fault-no-bootstrap");
        }
        let security = SecurityPlan { tls: self.tls_plan()?, sasl: self.sasl_plan()? };
        let mut profile = self.base.clone().unwrap_or_else(|| Profile::new(name, Vec::new()));
        profile.name = name.to_owned();
        profile.environment = self.environment.trim().to_owned();
        (profile.colour, profile.read_only) = (self.colour, self.read_only);
        (profile.bootstrap, profile.security, profile.secrets) = (bootstrap, security, self.policy);
        profile.client_id = self.client_id.trim().to_owned();
        profile.timeouts = self.timeouts()?;
        Ok(profile)
    }

    fn tls_plan(&self) -> Result<Option<TlsPlan>, Fault> {
        if !self.tls {
            return Ok(None);
        }
        let authorities = chosen(self.own_authorities, &self.authorities)?;
        let identity = if self.with_identity {
            let (certificate, key) = (self.certificate.path(), self.key.path());
            let (Some(certificate), Some(key)) = (certificate, key) else { return Err("cluster-fault-identity") };
            Some(IdentityFiles { certificate, key })
        } else {
            None
        };
        Ok(Some(TlsPlan { authorities, identity, verify_host: self.verify_host }))
    }

    fn sasl_plan(&self) -> Result<Option<SaslPlan>, Fault> {
        let extensions = || pairs(&self.extensions).ok_or("cluster-fault-extensions");
        Ok(match self.login {
            Login::Nobody => None,
            Login::Password => {
                let user = self.user.trim().to_owned();
                if user.is_empty() {
                    return Err("cluster-fault-user");
                }
                Some(SaslPlan::Password { mechanism: self.mechanism, user })
            }
            Login::Token => {
                let file = match self.token_in_file {
                    true => Some(self.token_file.path().ok_or("cluster-fault-token-file")?),
                    false => None,
                };
                Some(SaslPlan::Token { file, extensions: extensions()? })
            }
            Login::Credentials => {
                let token_endpoint = self.endpoint.trim().to_owned();
                if !token_endpoint.starts_with("https://") && !token_endpoint.starts_with("http://") {
                    return Err("cluster-fault-endpoint");
                }
                let client_id = self.oauth_client.trim().to_owned();
                if client_id.is_empty() {
                    return Err("cluster-fault-client");
                }
                let scope = Some(self.scope.trim().to_owned()).filter(|scope| !scope.is_empty());
                let extensions = extensions()?;
                Some(SaslPlan::ClientCredentials(ClientCredentials {
                    token_endpoint,
                    client_id,
                    scope,
                    extensions,
                    authorities: chosen(self.own_endpoint_authorities, &self.endpoint_authorities)?,
                }))
            }
        })
    }

    fn timeouts(&self) -> Result<TimeoutPlan, Fault> {
        let [connect, request, backoff, backoff_max, delivery] = &self.timeouts;
        let millis =
            |text: &String| text.trim().parse::<u64>().ok().filter(|millis| *millis > 0).ok_or("cluster-fault-millis");
        Ok(TimeoutPlan {
            connect_millis: millis(connect)?,
            request_millis: millis(request)?,
            retry_backoff_millis: millis(backoff)?,
            retry_backoff_max_millis: millis(backoff_max)?,
            delivery_millis: millis(delivery)?,
        })
    }
}

fn chosen(own: bool, file: &PathField) -> Result<Authorities, Fault> {
    match own {
        true => file.path().map(Authorities::File).ok_or("cluster-fault-authorities"),
        false => Ok(Authorities::System),
    }
}

fn texts(plan: &TimeoutPlan) -> [String; 5] {
    [
        plan.connect_millis,
        plan.request_millis,
        plan.retry_backoff_millis,
        plan.retry_backoff_max_millis,
        plan.delivery_millis,
    ]
    .map(|millis| millis.to_string())
}

/// "a=1, b=2".
fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| part.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())))
        .collect()
}

fn pairs_text(pairs: &[(String, String)]) -> String {
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(profile: &Profile) -> Draft {
        let mut draft = Draft::new(ProfileColour::Blue);
        draft.base = Some(profile.clone());
        draft.fill(profile);
        draft
    }

    #[test]
    fn what_the_fields_were_filled_from_they_make_again() {
        let mut profile = Profile::new("shop", vec![HostPort::new("a", 9092), HostPort::new("b", 9093)]);
        profile.environment = "staging".to_owned();
        profile.read_only = true;
        profile.timeouts.connect_millis = 3_000;
        assert_eq!(filled(&profile).profile(), Ok(profile.clone()));
        let absolute = std::env::temp_dir();
        profile.security.tls = Some(TlsPlan {
            authorities: Authorities::File(absolute.join("ca.pem")),
            identity: Some(IdentityFiles { certificate: absolute.join("c.pem"), key: absolute.join("k.pem") }),
            verify_host: false,
        });
        let user = "ann".to_owned();
        profile.security.sasl = Some(SaslPlan::Password { mechanism: SaslMechanism::Plain, user });
        assert_eq!(filled(&profile).profile(), Ok(profile.clone()));
        for file in [None, Some(absolute.join("token.jwt"))] {
            let needs = usize::from(file.is_none());
            profile.security.sasl = Some(SaslPlan::Token { file, extensions: Vec::new() });
            let draft = filled(&profile);
            assert_eq!((draft.profile(), draft.secret_kinds().len()), (Ok(profile.clone()), needs));
        }
        profile.security.sasl = Some(SaslPlan::ClientCredentials(ClientCredentials {
            token_endpoint: "https://id.example/token".to_owned(),
            client_id: "shop".to_owned(),
            scope: Some("kafka".to_owned()),
            extensions: vec![("logicalCluster".to_owned(), "lkc-1".to_owned())],
            authorities: Authorities::File(absolute.join("id.pem")),
        }));
        assert_eq!(filled(&profile).profile(), Ok(profile));
    }

    #[test]
    fn the_first_fault_is_told() {
        let mut draft = Draft::new(ProfileColour::Blue);
        assert_eq!(draft.profile(), Err("cluster-fault-name"));
        draft.name = "shop".to_owned();
        assert_eq!(draft.profile(), Err("cluster-fault-no-bootstrap"));
        draft.bootstrap = "kafka".to_owned();
        assert_eq!(draft.profile(), Err("cluster-fault-bootstrap"));
        draft.bootstrap = "kafka:9092".to_owned();
        assert!(draft.profile().is_ok());
        draft.login = Login::Password;
        assert_eq!(draft.profile(), Err("cluster-fault-user"));
    }
}
