//! HTML: one file, everything inside it, no script, no request.

use std::fmt::Write as _;

use minijinja::Value;

use super::chart::THEME;
use super::render::ReportError;
use super::template;
use super::text::clean;
use super::view::View;

const TEMPLATE: (&str, &str) = ("report.html", include_str!("templates/report.html"));
const STYLE: &str = include_str!("templates/report.css");

pub(super) fn html(view: &View<'_>) -> Result<String, ReportError> {
    filled(view).map_err(|error| ReportError::Template { format: "HTML", why: format!("{error:#}") })
}

fn filled(view: &View<'_>) -> Result<String, minijinja::Error> {
    let mut environment = template::environment()?;
    environment.set_formatter(|out, state, value| {
        let cleaned = value.as_str().filter(|_| !value.is_safe()).map(|text| Value::from(clean(text)));
        minijinja::escape_formatter(out, state, cleaned.as_ref().unwrap_or(value))
    });
    template::fill(&mut environment, TEMPLATE, view, &(STYLE.to_owned() + &dark()))
}

/// The charts' inks on a dark page: each colour is swapped where it stands.
fn dark() -> String {
    let mut rules = String::from("@media screen and (prefers-color-scheme: dark) {\n");
    for (light, dark) in THEME {
        let _ =
            writeln!(rules, ".chart [fill=\"{light}\"]{{fill:{dark}}} .chart [stroke=\"{light}\"]{{stroke:{dark}}}");
    }
    rules + "}\n"
}
