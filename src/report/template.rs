//! What both templates share: their white space rules, and the way a view becomes a page.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, Error, context};

use super::view::View;

/// An environment whose block tags leave no white space of their own.
pub(super) fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    Ok(environment)
}

/// Fills a template with a view. `style` is text that goes into the page as it is.
pub(super) fn fill(
    environment: &mut Environment<'static>,
    (name, template): (&'static str, &'static str),
    view: &View<'_>,
    style: &str,
) -> Result<String, Error> {
    environment.add_template(name, template)?;
    let report = Value::from(Serde(view));
    environment.get_template(name)?.render(context! { report, style })
}
