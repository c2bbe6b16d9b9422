//! Tokens, from where the study file says they are: the environment, a file, or a command. Nowhere else are they read.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

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
        Credential::Command(words) => from_command(&settings.folder, words, LONGEST).map(Some),
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

/// Longer no command needs for a token; one that waits for somebody to type does so without end.
const LONGEST: Duration = Duration::from_mins(1);

/// What a command prints. Its own complaints go to standard error; what it printed is never shown.
fn from_command(folder: &Path, words: &[String], longest: Duration) -> Result<String, String> {
    let (program, arguments) = words.split_first().ok_or("it names no command")?;
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|why| format!("cannot run `{program}`: {why}"))?;
    let mut out = child.stdout.take().ok_or_else(|| format!("`{program}` has no output"))?;
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let mut printed = Vec::new();
        let read = out.read_to_end(&mut printed).map(|_| printed);
        // Where nobody waits any longer there is nobody to tell.
        let _ = tell.send(read);
    });
    let Ok(printed) = told.recv_timeout(longest) else {
        // It may have ended by itself just now.
        let _ = child.kill();
        let _ = child.wait();
        return Err(format!("`{program}` did not end within {} seconds", longest.as_secs()));
    };
    let status = child.wait().map_err(|why| format!("cannot wait for `{program}`: {why}"))?;
    if !status.success() {
        return Err(format!("`{program}` failed ({status})"));
    }
    let printed = printed.map_err(|why| format!("cannot read what `{program}` printed: {why}"))?;
    String::from_utf8(printed).map_err(|_| format!("`{program}` printed what is no text"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_never_ends_is_not_waited_for() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let here = Path::new(".");
        let said = from_command(here, &words(&["echo", "t0ken"]), LONGEST);
        assert_eq!(said.as_deref(), Ok("t0ken\n"));
        let why = from_command(here, &words(&["sleep", "600"]), Duration::from_millis(50)).expect_err("it sleeps");
        assert!(why.contains("did not end within"), "{why}");
        let why = from_command(here, &words(&["false"]), LONGEST).expect_err("it fails");
        assert!(why.contains("failed"), "{why}");
    }
}
