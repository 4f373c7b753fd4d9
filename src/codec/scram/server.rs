//! The server's side of an exchange.

use std::fmt;

use super::{
    Credential, ScramError,
    hash::{hash, hmac, same, xor},
    message::{Reader, base64, unescape},
};

const FIRST: &str = "first client";
const LAST: &str = "final client";

/// An exchange that a client has begun.
#[derive(Debug)]
pub struct ServerExchange {
    user: String,
    /// What stands before the bare message: no channel binding, and perhaps an authorization id.
    gs2_header: String,
    first_bare: String,
    nonce: String,
}

impl ServerExchange {
    /// Reads the client's first message.
    ///
    /// # Errors
    /// When it is malformed, wants channel binding, or names another authorization id than the user.
    pub fn start(first: &[u8]) -> Result<Self, ScramError> {
        let mut reader = Reader::new(FIRST, first)?;
        match reader.piece() {
            Some("n") => {}
            // `y`: the client could bind to the channel and takes it that the server cannot; nothing is bound.
            Some("y") => {}
            Some(flag) if flag.starts_with("p=") => return Err(reader.error("it asks for channel binding")),
            _ => return Err(reader.error("it does not begin with a GS2 header (n,,)")),
        }
        let bad_name = |reader: &Reader<'_>| reader.error("a name holds an equals sign that stands for nothing");
        let authorization_id = match reader.piece() {
            Some("") => None,
            Some(piece) => {
                let name = piece.strip_prefix("a=").ok_or_else(|| reader.error("it has no GS2 header (n,,)"))?;
                Some(unescape(name).ok_or_else(|| bad_name(&reader))?)
            }
            None => return Err(reader.error("it ends after its GS2 header")),
        };
        let first_bare = reader.rest().to_owned();
        if first_bare.starts_with("m=") {
            return Err(reader.error("it has a mandatory extension (m=), and none is known"));
        }
        let user = reader.value('n', "there is no user name (n=)")?;
        let user = unescape(user).ok_or_else(|| bad_name(&reader))?;
        let nonce = reader.nonce()?.to_owned();
        if authorization_id.is_some_and(|id| !id.is_empty() && id != user) {
            return Err(ScramError::OtherAuthorizationId);
        }
        let text = String::from_utf8_lossy(first);
        let gs2_header = text[..text.len() - first_bare.len()].to_owned();
        Ok(Self { user, gs2_header, first_bare, nonce })
    }

    /// Who the client says it is.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Challenges the client to show that it knows the password of `credential`. `nonce` is random: printable ASCII
    /// without commas, at least 18 bytes worth. Returns the message to send.
    pub fn challenge(self, credential: Credential, nonce: &str) -> (Challenge, Vec<u8>) {
        let nonce = format!("{}{nonce}", self.nonce);
        let message = format!("r={nonce},s={},i={}", base64(&credential.salt), credential.iterations);
        let signed_so_far = format!("{},{message}", self.first_bare);
        (Challenge { credential, gs2_header: self.gs2_header, nonce, signed_so_far }, message.into_bytes())
    }
}

/// A challenge that waits for its answer.
pub struct Challenge {
    credential: Credential,
    gs2_header: String,
    nonce: String,
    signed_so_far: String,
}

impl Challenge {
    /// Checks the client's proof. Returns the last message, which proves to the client that this server knows it.
    ///
    /// # Errors
    /// [`ScramError::InvalidCredentials`] for a wrong password, others for a message that does not belong here.
    pub fn finish(self, last: &[u8]) -> Result<Vec<u8>, ScramError> {
        let mut reader = Reader::new(LAST, last)?;
        if reader.bytes('c', "there is no channel binding (c=)")? != self.gs2_header.as_bytes() {
            return Err(reader.error("its GS2 header is not that of the first message"));
        }
        if !same(reader.nonce()?.as_bytes(), self.nonce.as_bytes()) {
            return Err(ScramError::Nonce { which: LAST });
        }
        let proof_at = reader.rest().rfind("p=").filter(|at| *at == 0 || reader.rest()[..*at].ends_with(','));
        let proof_at = proof_at.ok_or_else(|| reader.error("there is no proof (p=)"))?;
        let without_proof = last.len() - (reader.rest().len() - proof_at) - 1;
        let mut proof = Reader::new(LAST, &reader.rest().as_bytes()[proof_at..])?;
        let proof = proof.bytes('p', "there is no proof (p=)")?;
        let signed = [self.signed_so_far.as_bytes(), b",", &last[..without_proof]].concat();

        let Credential { mechanism, stored_key, server_key, .. } = &self.credential;
        let client_signature = hmac(*mechanism, stored_key, &signed);
        let client_key = xor(&proof, &client_signature);
        if proof.len() != client_signature.len() || !same(&hash(*mechanism, &client_key), stored_key) {
            return Err(ScramError::InvalidCredentials);
        }
        Ok(format!("v={}", base64(&hmac(*mechanism, server_key, &signed))).into_bytes())
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Challenge({:?})", self.credential)
    }
}
