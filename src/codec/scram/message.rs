//! The four messages of SCRAM as text: attributes of one letter, separated by commas (RFC 5802, 7).

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{MESSAGE_BYTES_MAX, ScramError};

/// A message being read from its front.
pub struct Reader<'a> {
    which: &'static str,
    rest: Option<&'a str>,
}

impl<'a> Reader<'a> {
    /// A message; `which` names it in errors.
    pub fn new(which: &'static str, message: &'a [u8]) -> Result<Self, ScramError> {
        let malformed = |why| ScramError::Malformed { which, why };
        if message.len() > MESSAGE_BYTES_MAX {
            return Err(malformed("it is too long"));
        }
        let text = std::str::from_utf8(message).map_err(|_| malformed("it is not UTF-8"))?;
        if text.contains('\0') {
            return Err(malformed("it holds a zero byte"));
        }
        Ok(Self { which, rest: Some(text) })
    }

    pub fn error(&self, why: &'static str) -> ScramError {
        ScramError::Malformed { which: self.which, why }
    }

    /// What has not been taken.
    pub fn rest(&self) -> &'a str {
        self.rest.unwrap_or_default()
    }

    /// The piece up to the next comma; `None` at the end.
    pub fn piece(&mut self) -> Option<&'a str> {
        let text = self.rest?;
        let (piece, rest) = text.split_once(',').map_or((text, None), |(piece, rest)| (piece, Some(rest)));
        self.rest = rest;
        Some(piece)
    }

    /// The value of the attribute that must come now.
    pub fn value(&mut self, letter: char, missing: &'static str) -> Result<&'a str, ScramError> {
        let value = self.piece().and_then(|piece| piece.strip_prefix(letter)?.strip_prefix('='));
        value.filter(|value| !value.is_empty()).ok_or_else(|| self.error(missing))
    }

    /// The same in base64.
    pub fn bytes(&mut self, letter: char, missing: &'static str) -> Result<Vec<u8>, ScramError> {
        let value = self.value(letter, missing)?;
        STANDARD.decode(value).map_err(|_| self.error("a value is not base64"))
    }

    /// The nonce that must come now: printable ASCII.
    pub fn nonce(&mut self) -> Result<&'a str, ScramError> {
        let nonce = self.value('r', "there is no nonce (r=)")?;
        let is_printable = nonce.bytes().all(|byte| byte.is_ascii_graphic());
        is_printable.then_some(nonce).ok_or_else(|| self.error("the nonce has characters that are not printable"))
    }
}

/// A name with its commas and equals signs written out.
pub fn escape(name: &str) -> String {
    name.replace('=', "=3D").replace(',', "=2C")
}

/// The name that was written out; `None` for an equals sign that stands for nothing.
pub fn unescape(name: &str) -> Option<String> {
    let mut parts = name.split('=');
    let mut out = parts.next()?.to_owned();
    for part in parts {
        let (sign, rest) =
            if let Some(rest) = part.strip_prefix("2C") { (',', rest) } else { ('=', part.strip_prefix("3D")?) };
        out.push(sign);
        out.push_str(rest);
    }
    Some(out)
}

/// Bytes as they stand in a message.
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
