//! Tokens, from where the study file says they are: the environment, a file, or a command. Nowhere else are they read.

use std::path::Path;
use std::process::{Command, Stdio};

use secrecy::SecretString;

use super::CommandError;
use crate::config::{Api, Credential, Receiver, Settings};
use crate::sources::api::Token;

/// The token of an API.
pub(super) fn token(settings: &Settings, api: &Api) -> Result<Token, CommandError> {
    let refused =
        |why: String| CommandError::Credential { api: api.id.clone(), place: settings.place_naming(&api.id), why };
    if let Credential::App(id, installation, key) = &api.credential {
        let key = from_file(key).map_err(refused)?;
        return Ok(Token::App(*id, *installation, SecretString::from(key)));
    }
    let Some(text) = text_of(settings, &api.credential).map_err(refused)? else { return Ok(Token::None) };
    if text.trim().is_empty() {
        return Err(refused("the token is empty".to_owned()));
    }
    if text.trim().chars().any(|letter| letter.is_control() || letter.is_whitespace()) {
        return Err(refused("a token is one word; this one has white space in it".to_owned()));
    }
    Ok(Token::new(&text))
}

/// The secret that a receiver's senders must know. It may be several words.
pub(super) fn secret(settings: &Settings, receiver: &Receiver) -> Result<Token, CommandError> {
    let refused = |why: String| CommandError::receiver(settings, receiver, why);
    let Some(text) = text_of(settings, &receiver.credential).map_err(refused)? else { return Ok(Token::None) };
    let text = text.trim();
    if text.is_empty() {
        return Err(refused("the secret is empty".to_owned()));
    }
    if text.chars().any(char::is_control) {
        return Err(refused("a secret is one line; this one has control characters in it".to_owned()));
    }
    Ok(Token::new(text))
}

fn text_of(settings: &Settings, credential: &Credential) -> Result<Option<String>, String> {
    match credential {
        Credential::None => Ok(None),
        Credential::Env(name) => from_environment(name).map(Some),
        Credential::File(path) | Credential::App(.., path) => from_file(path).map(Some),
        Credential::Command(words) => from_command(&settings.folder, words).map(Some),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a token in the environment is the caller's input; nothing computed hangs on it"
)]
fn from_environment(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_| format!("the environment variable `{name}` is not set"))
}

fn from_file(path: &Path) -> Result<String, String> {
    let shown = path.display();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(path).map_err(|why| format!("cannot read `{shown}`: {why}"))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(format!("`{shown}` can be read by others\nhint: chmod 600 {shown}"));
        }
    }
    std::fs::read_to_string(path).map_err(|why| format!("cannot read `{shown}`: {why}"))
}

/// What a command prints. Its own complaints go to standard error; what it printed is never shown.
fn from_command(folder: &Path, words: &[String]) -> Result<String, String> {
    let (program, arguments) = words.split_first().ok_or("it names no command")?;
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|why| format!("cannot run `{program}`: {why}"))?;
    if !output.status.success() {
        return Err(format!("`{program}` failed ({})", output.status));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{program}` printed what is no text"))
}
