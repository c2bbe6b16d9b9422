//! Who we are to GitHub: a token, or an App whose installation tokens octocrab makes and renews, on github.com and on
//! Enterprise.
//!
//! octocrab is asked for tokens only. Its requests show neither headers nor «nothing has changed», send tokens to
//! `api.github.com` alone, and put the path of an Enterprise REST API before that of its GraphQL: so what is read goes
//! over the same wire as every other system.

use std::cell::OnceCell;
use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http_body_util::BodyExt as _;
use octocrab::auth::AppAuth;
use octocrab::models::{AppId, InstallationId};
use octocrab::service::middleware::base_uri::BaseUriLayer;
use octocrab::{AuthState, OctoBody, Octocrab, OctocrabBuilder};
use secrecy::ExposeSecret as _;
use tower_service::Service;

use crate::config::Api;
use crate::sources::api::error::ApiError;
use crate::sources::api::pull::setting;
use crate::sources::api::request::Request;
use crate::sources::api::secret::Token;
use crate::sources::api::stream::Source;
use crate::sources::api::wire::{Plain, Sending, Wire, WireFault, fault};

/// The wire of a GitHub API.
pub(in crate::sources::api) fn connect(
    api: &Api,
    client: reqwest::Client,
    token: Token,
    source: &'static Source,
) -> Result<Box<dyn Wire>, ApiError> {
    let Token::App(id, installation, key) = token else {
        return Ok(Box::new(Plain { client, token, user: None, source }));
    };
    let base = api.url.parse().map_err(|_| setting("apis.url", format!("`{}` is no address", api.url)))?;
    let key = octocrab::EncodingKey::from_rsa_pem(key.expose_secret().as_bytes())
        .map_err(|_| setting("apis.app", "the key file holds no RSA key in PEM".to_owned()))?;
    let app = AppAuth { app_id: AppId(id), key };
    Ok(Box::new(Hub { base, app, installation: InstallationId(installation), crab: OnceCell::new(), client, source }))
}

/// An installation of an App.
struct Hub {
    base: http::Uri,
    app: AppAuth,
    installation: InstallationId,
    /// Made when the first request goes out: octocrab can be made only where a runtime is at work.
    crab: OnceCell<Octocrab>,
    client: reqwest::Client,
    source: &'static Source,
}

impl Hub {
    fn crab(&self) -> Result<&Octocrab, WireFault> {
        if let Some(crab) = self.crab.get() {
            return Ok(crab);
        }
        let built: Result<Octocrab, Infallible> = OctocrabBuilder::new_empty()
            .with_service(Client(self.client.clone()))
            .with_layer(&BaseUriLayer::new(self.base.clone()))
            .with_auth(AuthState::App(self.app.clone()))
            .build();
        let Ok(app) = built;
        let crab = app.installation(self.installation).map_err(|why| no_token(&why))?;
        Ok(self.crab.get_or_init(|| crab))
    }
}

impl Wire for Hub {
    fn send<'a>(&'a self, request: &'a Request, etag: Option<&'a str>) -> Sending<'a> {
        Box::pin(async move {
            // The one of now: they last an hour, and octocrab keeps it until shortly before.
            let token = self.crab()?.installation_token().await.map_err(|why| no_token(&why))?;
            let token = Token::Text(token);
            let plain = Plain { client: self.client.clone(), token, user: None, source: self.source };
            plain.send(request, etag).await
        })
    }
}

/// What kept a token away: the network, which may be back, or GitHub's no.
fn no_token(why: &octocrab::Error) -> WireFault {
    if let octocrab::Error::GitHub { source, .. } = why {
        let status = source.status_code;
        if status.is_server_error() || status.as_u16() == 429 {
            return WireFault::Broken(format!("GitHub gives the App no token for now ({status})"));
        }
        return WireFault::NoToken(format!("GitHub gives the App no token for its installation ({status})"));
    }
    let mut cause: Option<&dyn Error> = Some(why);
    while let Some(inner) = cause {
        if let Some(why) = inner.downcast_ref::<reqwest::Error>() {
            return fault(why);
        }
        cause = inner.source();
    }
    WireFault::NoToken("no token could be made of the App's key".to_owned())
}

/// Our client, as octocrab takes one.
#[derive(Clone)]
struct Client(reqwest::Client);

impl Service<http::Request<OctoBody>> for Client {
    type Response = http::Response<reqwest::Body>;
    type Error = reqwest::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<OctoBody>) -> Self::Future {
        let client = self.0.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            // The body is a text that is there already; collected, it has a length.
            let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
            let request = reqwest::Request::try_from(http::Request::from_parts(parts, bytes))?;
            client.execute(request).await.map(Into::into)
        })
    }
}
