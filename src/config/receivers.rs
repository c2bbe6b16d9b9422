//! `[[receivers]]`, resolved.

use std::path::Path;

use super::written::{ApiKind, ReceiverKind, SignAs, Stream, WrittenFile, WrittenReceiver};
use super::{Api, Classes, Credential, Environments, Names};

/// A path that deliveries are posted to.
#[derive(Clone, Debug)]
pub struct Receiver {
    /// Its name in the study file.
    pub id: String,
    /// Who sends.
    pub kind: ReceiverKind,
    /// Where to.
    pub path: String,
    /// Where the secret comes from; [`Credential::None`] only where the study file says that there is none.
    pub credential: Credential,
    /// How the secret is shown, where the sender has no way of its own.
    pub sign: SignAs,
    /// The header of an HMAC, in lower case.
    pub header: String,
    /// The API whose records these are; for GitHub one that is asked nothing, where the study file names none.
    pub api: Option<Api>,
    /// Rules that classify records; of a mapping, its own.
    pub classify: Classes,
    /// Pipelines or jobs whose jobs are told.
    pub jobs: Names,
    /// How bodies become rows.
    pub mapping: Option<WrittenFile>,
}

/// What is wrong with a receiver: the field, and why.
type Wrong = (&'static str, String);

impl Receiver {
    /// Whether the API that it belongs to is one of `[[apis]]`: then that API tells its deliveries.
    pub fn is_told_by(&self, api: &Api) -> bool {
        self.kind == ReceiverKind::GitHub
            && self.api.as_ref().is_some_and(|own| own.id == api.id && !own.url.is_empty())
    }

    /// Whether it tells its deliveries itself.
    pub fn tells_itself(&self) -> bool {
        self.kind != ReceiverKind::GitHub || self.api.as_ref().is_none_or(|own| own.url.is_empty())
    }

    /// What a receiver of the study file means; else the field and what is wrong with it.
    pub(super) fn resolve(
        written: &WrittenReceiver,
        folder: &Path,
        apis: &[Api],
        environments: &Environments,
    ) -> Result<Self, Wrong> {
        let id = &written.id;
        if !is_path(&written.path) {
            let message =
                format!("`{}` is no path such as `/hooks/github` (letters, digits, `-`, `_`, `.`)", written.path);
            return Err(("receivers.path", message));
        }
        let mapping = mapping(written)?;
        let classify = match &mapping {
            Some(mapping) => {
                Classes::resolve(&mapping.classify, environments).map_err(|why| ("receivers.mapping", why))
            }
            None => Classes::resolve(&written.classify, environments).map_err(|why| ("receivers.classify", why)),
        }?;
        Ok(Self {
            id: id.clone(),
            kind: written.kind,
            path: written.path.clone(),
            credential: credential(written, folder)?,
            sign: written.sign.unwrap_or(match written.kind {
                ReceiverKind::CdEvents => SignAs::Bearer,
                _ => SignAs::Hmac,
            }),
            header: written.header.as_deref().unwrap_or("x-signature").to_ascii_lowercase(),
            api: api(written, apis, &classify)?,
            jobs: jobs(written)?,
            classify,
            mapping,
        })
    }
}

fn is_path(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte);
    path.len() > 1 && path.len() <= 200 && path.starts_with('/') && path.bytes().all(plain)
}

fn credential(written: &WrittenReceiver, folder: &Path) -> Result<Credential, Wrong> {
    let id = &written.id;
    let has_own_way = matches!(written.kind, ReceiverKind::GitHub | ReceiverKind::GitLab);
    if has_own_way && (written.sign.is_some() || written.header.is_some()) {
        let message = format!("`{id}` is of a system that has its own way of signing; leave `sign` and `header` out");
        return Err(("receivers.sign", message));
    }
    if written.header.as_ref().is_some_and(|name| http_name(name).is_none()) {
        return Err(("receivers.header", format!("`{id}` names what is no header")));
    }
    let ways = [
        written.secret_env.clone().map(Credential::Env),
        written.secret_file.as_ref().map(|file| Credential::File(folder.join(file))),
        written.secret_command.clone().map(Credential::Command),
    ];
    let mut ways = ways.into_iter().flatten();
    let first = ways.next();
    if ways.next().is_some() {
        let message = "give one of `secret-env`, `secret-file` and `secret-command`".to_owned();
        return Err(("receivers.secret-env", message));
    }
    match first {
        Some(_) if written.unsigned => {
            Err(("receivers.unsigned", format!("`{id}` has a secret, so it is not `unsigned`")))
        }
        Some(Credential::Command(words)) if words.is_empty() => {
            Err(("receivers.secret-command", "names no command".to_owned()))
        }
        Some(credential) => Ok(credential),
        None if written.unsigned => Ok(Credential::None),
        None => {
            let message = format!(
                "`{id}` has no secret: anybody could write history; give `secret-env`, `secret-file` or \
                 `secret-command`, or say `unsigned = true` and listen on this machine alone"
            );
            Err(("receivers.secret-env", message))
        }
    }
}

/// A header's name, as HTTP has them.
fn http_name(name: &str) -> Option<&str> {
    (!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))).then_some(name)
}

fn api(written: &WrittenReceiver, apis: &[Api], classify: &Classes) -> Result<Option<Api>, Wrong> {
    if written.kind != ReceiverKind::GitHub {
        return match &written.api {
            Some(_) => {
                Err(("receivers.api", format!("only `github` receivers belong to an API; `{}` is none", written.id)))
            }
            None => Ok(None),
        };
    }
    let Some(named) = &written.api else {
        return Ok(Some(Api {
            id: written.id.clone(),
            kind: ApiKind::GitHub,
            // It is asked nothing, so it is nowhere.
            url: String::new(),
            credential: Credential::None,
            user: None,
            ca_file: None,
            owners: Vec::new(),
            include: Names::default(),
            exclude: Names::default(),
            streams: Vec::new(),
            since_us: None,
            query: None,
            jobs: jobs(written)?,
            team: None,
            zone: None,
            classify: classify.clone(),
        }));
    };
    if !written.classify.is_empty() || !written.jobs.is_empty() {
        let message = format!("`{}` belongs to an API; its `classify` and `jobs` stand there", written.id);
        return Err(("receivers.classify", message));
    }
    let found = apis.iter().find(|api| api.id == *named && api.kind == ApiKind::GitHub);
    let found =
        found.ok_or_else(|| ("receivers.api", format!("`{named}` is none of `[[apis]]` of the kind `github`")))?;
    Ok(Some(found.clone()))
}

fn jobs(written: &WrittenReceiver) -> Result<Names, Wrong> {
    Names::new(&written.jobs).map_err(|message| ("receivers.jobs", message))
}

fn mapping(written: &WrittenReceiver) -> Result<Option<WrittenFile>, Wrong> {
    let id = &written.id;
    let wrong = |message: String| ("receivers.mapping", message);
    let mut table = match (written.kind, &written.mapping) {
        (ReceiverKind::Generic, None) => return Err(wrong(format!("`{id}` needs a `mapping`"))),
        (ReceiverKind::Generic | ReceiverKind::Flux, _) if !written.classify.is_empty() => {
            return Err(wrong(format!("`{id}`: `classify` stands in the `mapping`")));
        }
        (ReceiverKind::Generic | ReceiverKind::Flux, given) => given.clone().unwrap_or_default(),
        (_, Some(_)) => return Err(wrong(format!("`{id}` is of a system whose form is known; leave `mapping` out"))),
        (_, None) => return Ok(None),
    };
    for key in ["id", "paths", "format", "separator", "bad-rows-percent"] {
        if table.contains_key(key) {
            return Err(wrong(format!("`{id}`: `{key}` means nothing for a delivery")));
        }
    }
    table.insert("id".to_owned(), id.as_str().into());
    table.insert("paths".to_owned(), toml::Value::Array(Vec::new()));
    if written.kind == ReceiverKind::Flux {
        table.entry("preset").or_insert_with(|| "flux-events".into());
    }
    let mapping: WrittenFile =
        table.try_into().map_err(|why: toml::de::Error| wrong(format!("`{id}`: {}", why.message())))?;
    if matches!(mapping.stream, Stream::Memberships | Stream::Survey) {
        return Err(wrong(format!("`{id}`: memberships and answers do not come one by one; export them as a file")));
    }
    if let Some(field) = ["title", "labels"].into_iter().find(|field| mapping.columns.contains_key(*field)) {
        let message =
            format!("`{id}`: `{field}` cannot be mapped: a text is not kept; `classify` can look at its column");
        return Err(wrong(message));
    }
    Ok(Some(mapping))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::written::WrittenEnvironments;

    fn resolved(text: &str) -> Result<Receiver, Wrong> {
        let written: WrittenReceiver = toml::from_str(text).expect("the keys are known");
        let environments = Environments::resolve(&WrittenEnvironments::default()).expect("production");
        Receiver::resolve(&written, Path::new("."), &[], &environments)
    }

    fn refused(text: &str) -> String {
        resolved(text).map(|_| ()).expect_err(text).1
    }

    const MAPPING: &str = "mapping = { stream = \"events\", columns = { at = \"when\", activity = \"what\" } }";

    #[test]
    fn a_receiver_without_a_secret_must_say_so() {
        let bare = "id = \"a\"\nkind = \"github\"\npath = \"/a\"\n";
        assert!(refused(bare).contains("no secret"));
        assert_eq!(resolved(&format!("{bare}unsigned = true")).expect("said").credential, Credential::None);
        assert!(refused(&format!("{bare}unsigned = true\nsecret-env = \"S\"")).contains("not `unsigned`"));
        assert!(refused(&format!("{bare}secret-file = \"f\"\nsecret-env = \"S\"")).contains("give one of"));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let of = |kind: &str, more: &str| {
            format!("id = \"a\"\nkind = \"{kind}\"\npath = \"/a\"\nsecret-env = \"S\"\n{more}")
        };
        assert!(refused(&of("generic", "")).contains("needs a `mapping`"));
        assert!(refused(&of("gitlab", MAPPING)).contains("leave `mapping` out"));
        assert!(refused(&of("github", "sign = \"bearer\"")).contains("own way"));
        assert!(refused(&of("github", "api = \"x\"")).contains("none of `[[apis]]`"));
        assert!(refused(&of("flux", "api = \"x\"")).contains("only `github`"));
        assert!(refused(&of("generic", "mapping = { stream = \"survey\" }")).contains("one by one"));
        let rule = |more: &str| format!("classify = [{{ column = \"a\", matches = \"b\"{more} }}]");
        assert!(refused(&of("generic", &format!("{}\n{MAPPING}", rule("")))).contains("stands in the `mapping`"));
        let elsewhere = rule(", environment = \"moon\"");
        let mapping = format!("mapping = {{ stream = \"events\", {elsewhere} }}");
        for refused in [refused(&of("gitlab", &elsewhere)), refused(&of("generic", &mapping))] {
            assert!(refused.contains("`moon`"), "{refused}");
        }
        assert!(
            refused(&of("generic", "mapping = { stream = \"tickets\", columns = { title = \"t\" } }"))
                .contains("not kept")
        );
        assert!(refused(&of("generic", "mapping = { stream = \"tickets\", colums = {} }")).contains("colums"));
        for path in ["hooks", "/", "/a b", "/a?b", "/é"] {
            assert!(refused(&of("github", "").replace("\"/a\"", &format!("\"{path}\""))).contains("no path"), "{path}");
        }
    }

    #[test]
    fn flux_has_its_mapping_and_a_github_receiver_may_stand_alone() {
        let flux = resolved("id = \"f\"\nkind = \"flux\"\npath = \"/f\"\nsecret-env = \"S\"").expect("resolved");
        assert_eq!(flux.mapping.expect("the preset").stream, Stream::Deployments);
        let alone = resolved("id = \"g\"\nkind = \"github\"\npath = \"/g\"\nsecret-env = \"S\"").expect("resolved");
        assert!(alone.tells_itself());
        assert!(alone.api.is_some_and(|api| !api.jobs.include("anything")));
    }
}
