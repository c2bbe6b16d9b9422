//! Markdown: the same view as text, with figures and data in files beside it.

use minijinja::AutoEscape;

use super::render::ReportError;
use super::view::View;
use super::{template, text};

const TEMPLATE: (&str, &str) = ("report.md", include_str!("templates/report.md"));

pub(super) fn markdown(view: &View<'_>) -> Result<String, ReportError> {
    let text = filled(view).map_err(|error| ReportError::Template { format: "Markdown", why: format!("{error:#}") })?;
    Ok(one_blank_line_at_most(&text))
}

fn filled(view: &View<'_>) -> Result<String, minijinja::Error> {
    let mut environment = template::environment()?;
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("markdown".into()));
    environment.set_formatter(|out, _, value| {
        match value.as_str() {
            Some(words) if !value.is_safe() => out.write_str(&text::markdown(words))?,
            Some(words) => out.write_str(words)?,
            None => out.write_str(&value.to_string())?,
        }
        Ok(())
    });
    template::fill(&mut environment, TEMPLATE, view, "")
}

fn one_blank_line_at_most(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = true;
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && blank) {
            out.push_str(line);
            out.push('\n');
        }
        blank = line.is_empty();
    }
    out.truncate(out.trim_end().len());
    out + "\n"
}
