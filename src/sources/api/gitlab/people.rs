//! Whose name an account of GitLab is: a person's, a token's, or of somebody who is gone.

use serde_json::Value;

/// Accounts of GitLab itself.
const OWN: &[&str] = &[
    "alert-bot",
    "automation-bot",
    "duo-code-review-bot",
    "gitlabduo",
    "llm-bot",
    "migration-bot",
    "security-bot",
    "support-bot",
    "visual-review-bot",
];

/// `project_12_bot_1f…`, `group_12_bot2`: the account that an access token of a project or group acts by.
fn is_token(username: &str) -> bool {
    let number = ["project_", "group_"].iter().find_map(|start| username.strip_prefix(start));
    number.and_then(|rest| rest.split_once("_bot")).is_some_and(|(number, rest)| {
        !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// Marks an account that no person acts by, and takes away the one that stands for everybody who was deleted.
pub(super) fn account(user: &mut Value) {
    let text = |field: &str| user.get(field).and_then(Value::as_str).unwrap_or_default().to_lowercase();
    let username = text("username");
    if username == "ghost" || text("name") == "ghost user" {
        *user = Value::Null;
        return;
    }
    let says_so = user.get("bot").and_then(Value::as_bool) == Some(true);
    if says_so || is_token(&username) || username.starts_with("service_account_") || OWN.contains(&username.as_str()) {
        user["type"] = Value::from("Bot");
    }
}

/// The same for fields of a record.
pub(super) fn accounts(record: &mut Value, fields: &[&str]) {
    for field in fields {
        if let Some(user) = record.get_mut(*field).filter(|user| user.is_object()) {
            account(user);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tokens_and_services_are_bots_and_a_ghost_is_nobody() {
        let marked = |username: &str| {
            let mut user = json!({"username": username, "name": "X"});
            account(&mut user);
            user.get("type").and_then(Value::as_str).map(str::to_owned)
        };
        for bot in
            ["project_12_bot", "project_12_bot2", "group_7_bot_0a1b2c", "service_account_group_7_ab", "GitLabDuo"]
        {
            assert_eq!(marked(bot).as_deref(), Some("Bot"), "{bot}");
        }
        for person in ["jane-doe", "project_lead", "group_a_bot", "project_bot", "project_12_bottom!", "robot"] {
            assert_eq!(marked(person), None, "{person}");
        }
        let mut ghost = json!({"user": {"username": "ghost", "name": "Ghost User"}});
        accounts(&mut ghost, &["user"]);
        assert_eq!(ghost, json!({"user": null}));
    }
}
