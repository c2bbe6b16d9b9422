//! Why a pull of an API could not go on. What was stored before then stays, and the next pull goes on from it.

/// An API that cannot be read. Each says what was seen, where, and what to try; no token, no person, no query of one.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The study file says something of it that cannot be meant.
    #[error("`{field}`: {message}")]
    Setting {
        /// The field.
        field: String,
        /// What is wrong.
        message: String,
    },
    /// It does not know the token.
    #[error(
        "`{host}` refuses the token (401) when asked for `{stream}`\nhint: it may be expired, or for another host; the stream needs {permission}"
    )]
    Unauthorised {
        /// The host.
        host: String,
        /// What was asked for.
        stream: String,
        /// What the stream needs.
        permission: String,
    },
    /// It sends whoever asks to a page where people sign in.
    #[error(
        "`{host}` leads to a page to sign in when asked for `{stream}`: it does not take the token\nhint: it may be expired or of another kind than `user` and `url` say, or a single sign-on stands before the API; the stream needs {permission}"
    )]
    SignIn {
        /// The host.
        host: String,
        /// What was asked for.
        stream: String,
        /// What the stream needs.
        permission: String,
    },
    /// The token may not.
    #[error(
        "`{host}` does not let the token read `{stream}`{scope} ({status})\nhint: it needs {permission}; or leave the stream out with `streams`"
    )]
    Forbidden {
        /// The host.
        host: String,
        /// What was asked for.
        stream: String,
        /// For what, as words that begin with a space, or nothing.
        scope: String,
        /// What the stream needs.
        permission: String,
        /// By which status it said so.
        status: u16,
    },
    /// What was asked first is not there.
    #[error(
        "`{host}` knows nothing of what `{stream}` asks for (404)\nhint: `url`, `owners` and `include` say what is asked; a token that may not see something is also told that it is not there: {permission}"
    )]
    NotThere {
        /// The host.
        host: String,
        /// What was asked for.
        stream: String,
        /// What the stream needs.
        permission: String,
    },
    /// It wants something to be asked elsewhere.
    #[error(
        "`{host}` leads to another host, `{to}`, in its answer to `{stream}`; the token was not sent there\nhint: if the API has moved, change `url`"
    )]
    Foreign {
        /// The host.
        host: String,
        /// Where to.
        to: String,
        /// What was asked for.
        stream: String,
    },
    /// Whoever answers does not prove to be it.
    #[error(
        "`{host}` shows a certificate that is not trusted ({why}); no request was sent\nhint: `ca-file` names the authority of a company's own systems, or of a proxy that reads along"
    )]
    Untrusted {
        /// The host.
        host: String,
        /// What is wrong with it.
        why: String,
    },
    /// It cannot be reached, or does not answer in time.
    #[error(
        "`{host}` cannot be read: {why} (asked {times} times for `{stream}`)\nhint: what was pulled is kept; the next pull goes on from it"
    )]
    Unreachable {
        /// The host.
        host: String,
        /// What was asked for.
        stream: String,
        /// What went wrong.
        why: String,
        /// How often it was tried.
        times: u32,
    },
    /// It answers what cannot be understood.
    #[error("`{host}` answers `{stream}` with {what}\nhint: {hint}")]
    Unexpected {
        /// The host.
        host: String,
        /// What was asked for.
        stream: String,
        /// What was seen.
        what: String,
        /// What to try.
        hint: String,
    },
    /// The archive.
    #[error(transparent)]
    Archive(#[from] crate::archive::ArchiveError),
}

impl ApiError {
    /// Whether it concerns one list, and others of the same API may be read all the same.
    pub(super) fn is_of_a_list(&self) -> bool {
        matches!(
            self,
            Self::Forbidden { .. } | Self::NotThere { .. } | Self::Unreachable { .. } | Self::Unexpected { .. }
        )
    }

    /// Why, in few words and without a name of anything: what fails alike is counted together.
    pub(super) fn in_short(&self) -> String {
        match self {
            Self::Unreachable { why, times, .. } => format!("{why}, {times} times"),
            Self::Unexpected { what, .. } => what.clone(),
            Self::Forbidden { .. } => "status 403".to_owned(),
            Self::NotThere { .. } => "status 404".to_owned(),
            Self::Foreign { .. } => "it leads to another host".to_owned(),
            _ => "the API could not be read".to_owned(),
        }
    }
}
