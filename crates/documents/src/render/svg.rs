//! A drawing as SVG: self-contained, no style sheet needed, described for those who cannot see it.

use super::{
    chart::{
        Drawing, Mark,
        draw::{Anchor, Colour},
    },
    clean::clean,
};
use std::fmt::Write as _;

/// The drawing as an SVG element. `id` must be unique in the page.
#[must_use]
pub fn svg(drawing: &Drawing, id: &str, title: &str, description: &str) -> String {
    let mut out = String::with_capacity(8192);
    let (w, h) = (n(drawing.w), n(drawing.h));
    out.push_str(&format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\" font-family=\"Liberation Sans, Arial, Helvetica, sans-serif\">\n<title id=\"{id}-t\">{}</title>\n<desc id=\"{id}-d\">{}</desc>\n",
        escape(&clean(title)), escape(&clean(description)),
    ));
    for mark in &drawing.marks {
        write_mark(&mut out, mark);
    }
    out.push_str("</svg>\n");
    out
}

fn write_mark(out: &mut String, mark: &Mark) {
    // Writing to a String cannot fail.
    let _ = match mark {
        Mark::Rect { x, y, w, h, fill, tip } => writeln!(
            out,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"{}",
            n(*x),
            n(*y),
            n(*w),
            n(*h),
            c(*fill),
            close("rect", tip)
        ),
        Mark::Line { points, colour, width, dash } => {
            out.write_str(&line(points, *colour, *width, dash))
        }
        Mark::Shape { points, fill, stroke, tip } => writeln!(
            out,
            "<polygon points=\"{}\" fill=\"{}\" stroke=\"{}\"{}",
            list(points),
            c(*fill),
            c(*stroke),
            close("polygon", tip)
        ),
        Mark::Circle { x, y, r, fill, stroke, tip } => writeln!(
            out,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\" stroke=\"{}\"{}",
            n(*x),
            n(*y),
            n(*r),
            c(*fill),
            c(*stroke),
            close("circle", tip)
        ),
        Mark::Text { x, y, size, bold, anchor, colour, text } => {
            let anchor = match anchor {
                Anchor::Start => "",
                Anchor::Middle => " text-anchor=\"middle\"",
                Anchor::End => " text-anchor=\"end\"",
            };
            let weight = if *bold { " font-weight=\"bold\"" } else { "" };
            writeln!(
                out,
                "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{weight}{anchor} fill=\"{}\">{}</text>",
                n(*x),
                n(*y),
                n(*size),
                c(*colour),
                escape(text)
            )
        }
    };
}

fn line(points: &[(f32, f32)], colour: Colour, width: f32, dash: &[u8]) -> String {
    let dash: Vec<String> = dash.iter().map(u8::to_string).collect();
    let dash = if dash.is_empty() {
        String::new()
    } else {
        format!(" stroke-dasharray=\"{}\"", dash.join(" "))
    };
    format!(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\"{dash}/>\n",
        list(points),
        c(colour),
        n(width)
    )
}

fn close(name: &str, tip: &str) -> String {
    if tip.is_empty() {
        "/>".to_owned()
    } else {
        format!("><title>{}</title></{name}>", escape(tip))
    }
}

fn list(points: &[(f32, f32)]) -> String {
    points.iter().map(|(x, y)| format!("{},{}", n(*x), n(*y))).collect::<Vec<_>>().join(" ")
}

/// A position with at most one decimal, never `-0`.
fn n(v: f32) -> String {
    let text = format!("{v:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn c(colour: Colour) -> String {
    format!("#{colour:06x}")
}

/// Text for an XML document.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for ch in text.chars() {
        match ch {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            ch => out.push(ch),
        }
    }
    out
}
