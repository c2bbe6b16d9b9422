//! Tokens. They are read at the command line, shown to nobody, and wiped when they are dropped.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};

/// What an API is asked with.
#[derive(Clone)]
pub enum Token {
    /// Nothing.
    None,
    /// A token, or a password.
    Text(SecretString),
    /// A GitHub App: its id, the installation's id, its key (PEM).
    App(u64, u64, SecretString),
}

impl Token {
    /// A token from its text; white space around it is none of it.
    pub fn new(text: &str) -> Self {
        Self::Text(SecretString::from(text.trim().to_owned()))
    }

    /// The text, for the header of a request and nothing else.
    pub(super) fn expose(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.expose_secret()),
            Self::None | Self::App(..) => None,
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "Token::None",
            Self::Text(_) => "Token(…)",
            Self::App(..) => "Token::App(…)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_shows_itself_to_nobody() {
        let token = Token::new("ghp_secret\n");
        assert_eq!(token.expose(), Some("ghp_secret"));
        assert!(!format!("{token:?}").contains("secret"));
        let app = Token::App(1, 2, SecretString::from("pem-secret".to_owned()));
        assert!(!format!("{app:?}").contains("secret"));
    }
}
