//! The door through which people enter the log: a source shows a signature and gets an opaque id back.

use super::IdentityKey;

/// What a source knows of whoever did something. Lives on the stack of a source and is never stored.
#[derive(Clone, Copy, Debug, Default)]
pub struct Signature<'a> {
    /// The name as written.
    pub name: Option<&'a str>,
    /// The e-mail as written.
    pub email: Option<&'a str>,
    /// The account name in the source's own system.
    pub handle: Option<&'a str>,
}

/// What a source may keep of whoever did something.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// A keyed hash; two spellings of one person have two, and the build merges them.
    pub id: String,
    /// Whether it is a bot, by known names, `[bot]` and the study's rules.
    pub is_bot: bool,
}

/// Gives out identities. The `people` room implements it; sources see only this.
pub trait Register {
    /// The identity of a signature, the same for the same signature; `None` where the signature holds nothing, or only
    /// an address that stands for a service (`noreply@github.com`).
    fn identity(&mut self, who: Signature<'_>) -> Option<Identity>;

    /// Says that a repository's `.mailmap` writes `proper` for `written`.
    fn same_person(&mut self, proper: Signature<'_>, written: Signature<'_>);

    /// A keyed hash of a word that may be a person's and may be a component's: whoever knows the word can ask for it again.
    fn word(&self, word: &str) -> String;

    /// The keys of identities that were given out since this was last asked.
    fn new_keys(&mut self) -> Vec<IdentityKey>;
}
