//! Whether whoever sends knows the secret. Every comparison takes the same time wherever the first difference is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::Posted;
use crate::sources::api::secret::Token;

/// How a secret is shown.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scheme<'a> {
    /// As GitHub does: HMAC-SHA256 of the body in hex, in `X-Hub-Signature-256`.
    GitHub,
    /// The same after `sha256=` or bare, in this header.
    Hex(&'a str),
    /// The secret itself in this header.
    Header(&'a str),
    /// The secret itself in `Authorization: Bearer`.
    Bearer,
}

/// The mark of a key of Standard Webhooks: whoever has one signs so, whatever else the sender knows. GitHub knows none.
const STANDARD_WEBHOOKS: &str = "whsec_";
/// How far the time in a signature may lie from our clock, as Standard Webhooks have it.
const TOLERANCE_S: i64 = 5 * 60;

/// Whether a secret can be one.
pub(super) fn check_secret(secret: &Token) -> Result<(), &'static str> {
    match secret.expose().and_then(|text| text.strip_prefix(STANDARD_WEBHOOKS)) {
        Some(key) if STANDARD.decode(key).is_ok_and(|key| !key.is_empty()) => Ok(()),
        Some(_) => Err("the secret begins with `whsec_`, and what follows is not base64"),
        None => Ok(()),
    }
}

/// Refuses what does not show that it knows the secret; says nothing of what would be right.
pub(super) fn check(scheme: Scheme<'_>, secret: &Token, posted: &Posted<'_>) -> Result<(), &'static str> {
    let Some(secret) = secret.expose() else { return Ok(()) };
    let standard = secret.strip_prefix(STANDARD_WEBHOOKS).filter(|_| !matches!(scheme, Scheme::GitHub));
    if let Some(key) = standard {
        return standard_webhooks(key, posted);
    }
    match scheme {
        Scheme::GitHub => hex_of_body("x-hub-signature-256", secret, posted),
        Scheme::Hex(header) => hex_of_body(header, secret, posted),
        Scheme::Header(header) => same(secret, posted.header(header).ok_or("no token")?),
        Scheme::Bearer => {
            let shown = posted.header("authorization").ok_or("no token")?;
            let (scheme, shown) = shown.split_once(' ').ok_or("a token of another form")?;
            if !scheme.eq_ignore_ascii_case("bearer") {
                return Err("a token of another form");
            }
            same(secret, shown.trim())
        }
    }
}

fn hex_of_body(header: &str, secret: &str, posted: &Posted<'_>) -> Result<(), &'static str> {
    let shown = posted.header(header).ok_or("no signature")?;
    let shown = from_hex(shown.strip_prefix("sha256=").unwrap_or(shown)).ok_or("a signature of another form")?;
    let verdict = keyed(secret.as_bytes()).chain_update(posted.body).verify_slice(&shown);
    verdict.map_err(|_| "a wrong signature")
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}

/// Two texts of any length, compared by their hashes: neither length nor content shows in the time.
fn same(secret: &str, shown: &str) -> Result<(), &'static str> {
    let of = |text: &str| keyed(b"compared").chain_update(text.as_bytes());
    let wanted = of(secret).finalize().into_bytes();
    of(shown).verify_slice(&wanted).map_err(|_| "a wrong token")
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..32).map(|place| u8::from_str_radix(&text[2 * place..2 * place + 2], 16).ok()).collect()
}

/// `webhook-signature: v1,BASE64 …` over `ID.TIME.BODY`.
fn standard_webhooks(key: &str, posted: &Posted<'_>) -> Result<(), &'static str> {
    let key = STANDARD.decode(key).map_err(|_| "a secret that is none")?;
    let id = posted.header("webhook-id").ok_or("no signature")?;
    let time = posted.header("webhook-timestamp").ok_or("no signature")?;
    let shown = posted.header("webhook-signature").ok_or("no signature")?;
    let signed = keyed(&key).chain_update(format!("{id}.{time}.")).chain_update(posted.body);
    let fits = |one: &str| {
        let bytes = one.strip_prefix("v1,").and_then(|text| STANDARD.decode(text).ok());
        bytes.is_some_and(|bytes| signed.clone().verify_slice(&bytes).is_ok())
    };
    // All are tried, so that the time tells not which of them fits.
    if shown.split(' ').take(16).filter(|one| fits(one)).count() == 0 {
        return Err("a wrong signature");
    }
    let at_s: i64 = time.parse().map_err(|_| "a signature of another form")?;
    if (posted.at_us / 1_000_000).abs_diff(at_s) > TOLERANCE_S.unsigned_abs() {
        return Err("a signature whose time is more than five minutes off");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    fn headers(all: &[(&str, &str)]) -> HeaderMap {
        let one = |(name, value): &(&str, &str)| {
            (HeaderName::from_bytes(name.as_bytes()).expect("a name"), HeaderValue::from_str(value).expect("a value"))
        };
        all.iter().map(one).collect()
    }

    fn verdict(scheme: Scheme<'_>, secret: &str, all: &[(&str, &str)], body: &str) -> Result<(), &'static str> {
        let headers = headers(all);
        let posted = Posted { headers: &headers, body: body.as_bytes(), at_us: 1_614_265_330_000_000 };
        check(scheme, &Token::new(secret), &posted)
    }

    const GITHUB: Scheme<'_> = Scheme::GitHub;
    const DOCUMENTED: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    #[test]
    fn the_vector_that_github_documents_fits_and_nothing_else_does() {
        let secret = "It's a Secret to Everybody";
        let of = |signature: &str, body: &str| verdict(GITHUB, secret, &[("x-hub-signature-256", signature)], body);
        assert_eq!(of(DOCUMENTED, "Hello, World!"), Ok(()));
        assert_eq!(of(&DOCUMENTED.to_uppercase().replace("SHA256", "sha256"), "Hello, World!"), Ok(()));
        assert_eq!(of(DOCUMENTED, "Hello, World"), Err("a wrong signature"));
        assert_eq!(of(&DOCUMENTED.replace("757", "758"), "Hello, World!"), Err("a wrong signature"));
        for other in ["sha256=", "sha1=7571", "757107ea", "sha256=zz", "sha512=00"] {
            assert_eq!(of(other, "Hello, World!"), Err("a signature of another form"), "{other}");
        }
        assert_eq!(verdict(GITHUB, secret, &[], "Hello, World!"), Err("no signature"));
        let wrong = verdict(GITHUB, "another", &[("x-hub-signature-256", DOCUMENTED)], "Hello, World!");
        assert_eq!(wrong, Err("a wrong signature"));
    }

    #[test]
    fn a_vector_of_hmac_itself_fits() {
        // RFC 4231, case 2.
        let signature = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let of = |body: &str| verdict(Scheme::Hex("x-signature"), "Jefe", &[("X-Signature", signature)], body);
        assert_eq!(of("what do ya want for nothing?"), Ok(()));
        assert_eq!(of("what do ya want for something?"), Err("a wrong signature"));
    }

    #[test]
    fn the_vector_of_standard_webhooks_fits_within_its_time_only() {
        let (id, time) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330");
        let (secret, body) = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "{\"test\": 2432232314}");
        let good = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        let of = |id: &str, time: &str, signature: &str, body: &str| {
            let all = [("webhook-id", id), ("webhook-timestamp", time), ("webhook-signature", signature)];
            // GitLab has a token beside it; a secret of this form asks for the signature.
            verdict(Scheme::Header("x-gitlab-token"), secret, &[&all[..], &[("x-gitlab-token", secret)]].concat(), body)
        };
        assert_eq!(of(id, time, good, body), Ok(()));
        assert_eq!(of(id, time, &format!("v1,AAAA v2,x {good}"), body), Ok(()), "one of several");
        assert_eq!(of("msg_other", time, good, body), Err("a wrong signature"));
        assert_eq!(of(id, "1614265331", good, body), Err("a wrong signature"));
        assert_eq!(of(id, time, good, "{}"), Err("a wrong signature"));
        assert_eq!(of(id, time, "v1,", body), Err("a wrong signature"));
        let all = [("webhook-id", id), ("webhook-timestamp", time), ("webhook-signature", good)];
        let headers = headers(&all);
        for (off_s, fits) in [(299, true), (-299, true), (301, false), (-301, false)] {
            let at_us = (1_614_265_330 + off_s) * 1_000_000;
            let posted = Posted { headers: &headers, body: body.as_bytes(), at_us };
            assert_eq!(check(Scheme::Bearer, &Token::new(secret), &posted).is_ok(), fits, "{off_s}");
        }
    }

    #[test]
    fn tokens_are_compared_whole() {
        let gitlab =
            |shown: &str| verdict(Scheme::Header("x-gitlab-token"), "s3cret", &[("x-gitlab-token", shown)], "");
        assert_eq!(gitlab("s3cret"), Ok(()));
        for wrong in ["s3cre", "s3cret1", "S3cret", "x"] {
            assert_eq!(gitlab(wrong), Err("a wrong token"), "{wrong}");
        }
        let bearer = |shown: &str| verdict(Scheme::Bearer, "s3cret", &[("authorization", shown)], "");
        assert_eq!(bearer("Bearer s3cret"), Ok(()));
        assert_eq!(bearer("bearer  s3cret"), Ok(()));
        assert_eq!(bearer("Bearer s3cret2"), Err("a wrong token"));
        assert_eq!(bearer("Basic s3cret"), Err("a token of another form"));
        assert_eq!(bearer("s3cret"), Err("a token of another form"));
    }

    #[test]
    fn a_secret_that_cannot_be_one_is_found_before_anybody_sends() {
        assert!(check_secret(&Token::new("anything")).is_ok());
        assert!(check_secret(&Token::None).is_ok());
        assert!(check_secret(&Token::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).is_ok());
        assert!(check_secret(&Token::new("whsec_")).is_err());
        assert!(check_secret(&Token::new("whsec_not base64!")).is_err());
    }
}
