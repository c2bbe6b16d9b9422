//! The canvas: collects marks in page units and paints them through plotters' SVG backend.
//!
//! plotters works in whole pixels, so everything is painted four times as large and shown through the view box. Text is
//! measured by counting characters, never by fonts of the machine: the same data give the same bytes everywhere.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::super::text::{clean, shortened, xml};
use super::{Layout, Naming};

const SCALE: f64 = 4.0;
const FONT: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

/// What a colour is for. The page swaps each for its dark partner, so a chart names inks and never colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// Text and the lines that matter.
    Strong,
    /// Text and lines of second rank.
    Muted,
    /// Shapes in the background.
    Faint,
    /// Grid lines.
    Grid,
    /// The page below.
    Paper,
    /// The pilot.
    Accent,
}

/// Each ink's colour on a light and on a dark page.
pub(in super::super) const THEME: [(&str, &str); 6] = [
    ("#1B1F24", "#E9ECEF"),
    ("#5A6572", "#A7B0BB"),
    ("#B4BCC6", "#5B6672"),
    ("#E3E7EB", "#2C333B"),
    ("#FFFFFF", "#14181D"),
    ("#0B6A99", "#56B4E0"),
];

impl Ink {
    const fn colour(self) -> RGBColor {
        match self {
            Self::Strong => RGBColor(0x1B, 0x1F, 0x24),
            Self::Muted => RGBColor(0x5A, 0x65, 0x72),
            Self::Faint => RGBColor(0xB4, 0xBC, 0xC6),
            Self::Grid => RGBColor(0xE3, 0xE7, 0xEB),
            Self::Paper => RGBColor(0xFF, 0xFF, 0xFF),
            Self::Accent => RGBColor(0x0B, 0x6A, 0x99),
        }
    }
}

/// Where a label stands in relation to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Start,
    Middle,
    End,
}

pub(super) type At = (f64, f64);

enum Shape {
    Stroke { points: Vec<At>, width: f64 },
    Fill { points: Vec<At> },
    Dot { at: At, radius: f64 },
    Label { at: At, text: String, size: f64, side: Side, is_bold: bool },
}

/// Marks in page units, in the order in which they are painted.
pub(super) struct Canvas {
    pub(super) layout: Layout,
    shapes: Vec<(Shape, Ink, f64)>,
}

impl Canvas {
    pub(super) const fn new(layout: Layout) -> Self {
        Self { layout, shapes: Vec::new() }
    }

    pub(super) const fn width(&self) -> f64 {
        self.layout.width()
    }

    pub(super) fn line(&mut self, points: impl Into<Vec<At>>, ink: Ink, width: f64) {
        self.shapes.push((Shape::Stroke { points: points.into(), width }, ink, 1.0));
    }

    /// A line of dashes of a given length, gaps being as long.
    pub(super) fn dashes(&mut self, points: &[At], ink: Ink, width: f64, dash: f64) {
        let mut travelled = 0.0;
        let mut stroke: Vec<At> = Vec::new();
        for pair in points.windows(2) {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            let length = ((x1 - x0).powi(2) + (y1 - y0).powi(2)).sqrt();
            let mut along = 0.0;
            while along < length {
                let in_period = travelled % (2.0 * dash);
                let is_ink = in_period < dash;
                let step = (if is_ink { dash } else { 2.0 * dash } - in_period).max(0.05).min(length - along);
                let at = |along: f64| (x0 + (x1 - x0) * along / length, y0 + (y1 - y0) * along / length);
                if is_ink {
                    if stroke.is_empty() {
                        stroke.push(at(along));
                    }
                    stroke.push(at(along + step));
                } else if !stroke.is_empty() {
                    self.line(std::mem::take(&mut stroke), ink, width);
                }
                along += step;
                travelled += step;
            }
        }
        if stroke.len() > 1 {
            self.line(stroke, ink, width);
        }
    }

    pub(super) fn fill(&mut self, points: impl Into<Vec<At>>, ink: Ink, opacity: f64) {
        self.shapes.push((Shape::Fill { points: points.into() }, ink, opacity));
    }

    pub(super) fn bar(&mut self, (x, y): At, (width, height): At, ink: Ink, opacity: f64) {
        self.fill([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], ink, opacity);
    }

    pub(super) fn dot(&mut self, at: At, radius: f64, ink: Ink) {
        self.shapes.push((Shape::Dot { at, radius }, ink, 1.0));
    }

    /// A dot with a hole: an outer one of ink, an inner one of paper.
    pub(super) fn ring(&mut self, at: At, radius: f64, ink: Ink) {
        self.dot(at, radius, ink);
        self.dot(at, radius - 1.7, Ink::Paper);
    }

    /// A label whose baseline stands at the point.
    pub(super) fn label(&mut self, at: At, text: &str, ink: Ink, side: Side) {
        self.write(at, text, ink, (side, false));
    }

    /// A label that clears the lines behind it.
    pub(super) fn halo(&mut self, (x, y): At, text: &str, ink: Ink, side: Side) {
        let width = self.text_width(text);
        let left = match side {
            Side::Start => x,
            Side::Middle => x - width / 2.0,
            Side::End => x - width,
        };
        self.bar((left - 2.0, y - self.text_size() + 1.0), (width + 4.0, self.text_size() + 2.0), Ink::Paper, 1.0);
        self.label((x, y), text, ink, side);
    }

    /// A label in bold.
    pub(super) fn title(&mut self, at: At, text: &str, ink: Ink, side: Side) {
        self.write(at, text, ink, (side, true));
    }

    fn write(&mut self, at: At, text: &str, ink: Ink, (side, is_bold): (Side, bool)) {
        let label = Shape::Label { at, text: clean(text), size: self.text_size(), side, is_bold };
        self.shapes.push((label, ink, 1.0));
    }

    /// The one size of text: what may be read without leaning forward.
    pub(super) const fn text_size(&self) -> f64 {
        if self.layout.is_narrow() { 11.5 } else { 12.5 }
    }

    /// The text cut so that it keeps within the room.
    pub(super) fn fitted(&self, text: &str, room: f64) -> String {
        let text = clean(text);
        let longest = (1..=text.chars().count()).rev().map(|longest| shortened(&text, longest));
        longest.into_iter().find(|text| self.text_width(text) <= room).unwrap_or_default()
    }

    /// The text in at most so many lines that keep within the room; the last is cut where it does not.
    pub(super) fn wrapped(&self, text: &str, room: f64, most: usize) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in clean(text).split(' ') {
            let count = lines.len();
            let Some(line) = lines.last_mut() else { break };
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if self.text_width(&longer) <= room || line.is_empty() || count == most {
                *line = longer;
            } else {
                lines.push(word.to_owned());
            }
        }
        lines.iter().map(|line| self.fitted(line, room)).collect()
    }

    /// Labels below one another, wrapped to the room; answers the baseline after the last one.
    pub(super) fn lines(&mut self, (x, mut y): At, text: &str, room: f64, (ink, side): (Ink, Side)) -> f64 {
        for line in self.wrapped(text, room, 4) {
            self.label((x, y), &line, ink, side);
            y += self.text_size() * 1.35;
        }
        y
    }

    /// A generous guess at the width of a text.
    pub(super) fn text_width(&self, text: &str) -> f64 {
        let ems: f64 = text
            .chars()
            .map(|character| match character {
                'i' | 'l' | 'j' | 't' | 'f' | 'r' | 'I' | '.' | ',' | ' ' | '\'' | ':' | '|' | '(' | ')' => 0.34,
                'm' | 'w' | 'M' | 'W' | '%' => 0.88,
                'A'..='Z' => 0.68,
                character if character.is_ascii() || (character as u32) < 0x1100 => 0.56,
                _ => 1.0,
            })
            .sum();
        ems * self.text_size()
    }

    /// Paints everything on a page of the given height.
    pub(super) fn paint(&self, height: f64, naming: &Naming<'_>) -> Result<String, String> {
        let mut svg = String::new();
        let size = (pixels(self.width()).unsigned_abs(), pixels(height).unsigned_abs());
        {
            let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
            for (shape, ink, opacity) in &self.shapes {
                paint(&area, shape, ink.colour().mix(*opacity)).map_err(|error| error.to_string())?;
            }
            area.present().map_err(|error| error.to_string())?;
        }
        let body = svg.split_once('\n').map_or("", |(_, rest)| rest);
        Ok(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
             aria-labelledby=\"{id}-t {id}-d\" stroke-linejoin=\"round\">\n<title id=\"{id}-t\">{title}</title>\n\
             <desc id=\"{id}-d\">{description}</desc>\n{body}",
            w = size.0,
            h = size.1,
            width = self.width(),
            height = height.ceil(),
            id = xml(naming.id),
            title = xml(naming.title),
            description = xml(naming.description),
        ))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a canvas is some thousand pixels wide")]
fn pixels(units: f64) -> i32 {
    (units * SCALE).round() as i32
}

fn pixel((x, y): At) -> (i32, i32) {
    (pixels(x), pixels(y))
}

fn paint<B: DrawingBackend>(
    area: &DrawingArea<B, plotters::coord::Shift>,
    shape: &Shape,
    colour: RGBAColor,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    match shape {
        Shape::Stroke { points, width } => {
            let style = ShapeStyle { color: colour, filled: false, stroke_width: pixels(*width).unsigned_abs() };
            area.draw(&PathElement::new(points.iter().copied().map(pixel).collect::<Vec<_>>(), style))
        }
        Shape::Fill { points } => {
            area.draw(&Polygon::new(points.iter().copied().map(pixel).collect::<Vec<_>>(), colour.filled()))
        }
        Shape::Dot { at, radius } => area.draw(&Circle::new(pixel(*at), pixels(*radius), colour.filled())),
        Shape::Label { at: (x, y), text, size, side, is_bold } => {
            let horizontal = match side {
                Side::Start => HPos::Left,
                Side::Middle => HPos::Center,
                Side::End => HPos::Right,
            };
            let weight = if *is_bold { FontStyle::Bold } else { FontStyle::Normal };
            // The backend sets the top of a label 0.76 em above its baseline and divides sizes by 1.24.
            let at = pixel((*x, y - 0.76 * size));
            let style = (FONT, size * SCALE * 1.24, weight).into_font().color(&colour);
            area.draw(&Text::new(text.as_str(), at, style.pos(Pos::new(horizontal, VPos::Top))))
        }
    }
}
