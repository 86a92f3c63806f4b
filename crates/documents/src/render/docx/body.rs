//! The body of a Word document: headings, paragraphs, lists and tables with a header row.

use super::{
    super::clean::tied,
    template::{Style, Template},
};
use quick_xml::escape::escape;
use std::fmt::Write as _;

/// Width of the text, in twentieths of a point: A4 with margins of 2 cm.
const TEXT_WIDTH: u32 = 9638;

/// A body while it is written.
pub struct Body<'a> {
    template: &'a Template,
    xml: String,
    bookmark: u32,
}

impl<'a> Body<'a> {
    pub fn new(template: &'a Template) -> Body<'a> {
        Body { template, xml: String::new(), bookmark: 0 }
    }

    /// The XML so far.
    pub fn finish(self) -> String {
        self.xml
    }

    /// A paragraph in a style.
    pub fn styled(&mut self, style: Style, text: &str) {
        let id = escape(self.template.id(style)).into_owned();
        self.xml.push_str("<w:p><w:pPr>");
        self.push(&format!("<w:pStyle w:val=\"{id}\"/>"));
        self.xml.push_str("</w:pPr>");
        self.run(text, false);
        self.xml.push_str("</w:p>");
    }

    /// A paragraph of normal text, its first words in bold where there are any.
    pub fn text(&mut self, bold: &str, text: &str) {
        self.xml.push_str("<w:p>");
        if !bold.is_empty() {
            self.run(&format!("{bold} "), true);
        }
        self.run(text, false);
        self.xml.push_str("</w:p>");
    }

    /// Normal text in parts: text, and the bookmark to which a part leads.
    pub fn linked(&mut self, parts: &[(String, Option<String>)]) {
        self.xml.push_str("<w:p>");
        for (text, to) in parts {
            self.run(text, false);
            if let Some(to) = to {
                self.push(&format!("<w:hyperlink w:anchor=\"{}\" w:history=\"1\">", escape(to)));
                let label = to.trim_start_matches(|c: char| !c.is_ascii_digit());
                self.push(&format!(
                    "<w:r><w:rPr><w:vertAlign w:val=\"superscript\"/></w:rPr><w:t xml:space=\"preserve\">[{}]</w:t></w:r>",
                    escape(label)
                ));
                self.xml.push_str("</w:hyperlink>");
            }
        }
        self.xml.push_str("</w:p>");
    }

    /// A paragraph that links lead to.
    pub fn target(&mut self, name: &str, text: &str) {
        self.bookmark += 1;
        let (n, name) = (self.bookmark, escape(name).into_owned());
        self.push(&format!("<w:p><w:bookmarkStart w:id=\"{n}\" w:name=\"{name}\"/>"));
        self.run(text, false);
        self.push(&format!("<w:bookmarkEnd w:id=\"{n}\"/></w:p>"));
    }

    /// A table whose first row is repeated on each page. `widths` are shares of the text's width in per
    /// cent, one a column; `right` are columns set to the right.
    pub fn table(&mut self, head: &[&str], widths: &[u32], right: &[usize], rows: &[Vec<String>]) {
        let id = escape(self.template.id(Style::TableGrid)).into_owned();
        self.push(&format!(
            "<w:tbl><w:tblPr><w:tblStyle w:val=\"{id}\"/><w:tblW w:w=\"5000\" w:type=\"pct\"/><w:tblLayout w:type=\"fixed\"/><w:tblLook w:val=\"0020\" w:firstRow=\"1\" w:lastRow=\"0\" w:firstColumn=\"0\" w:lastColumn=\"0\" w:noHBand=\"1\" w:noVBand=\"1\"/></w:tblPr><w:tblGrid>"
        ));
        for w in widths {
            self.push(&format!("<w:gridCol w:w=\"{}\"/>", TEXT_WIDTH * w / 100));
        }
        self.xml.push_str("</w:tblGrid>");
        let head: Vec<String> = head.iter().map(|h| (*h).to_owned()).collect();
        self.row(&head, widths, &[], true);
        for row in rows {
            self.row(row, widths, right, false);
        }
        // Word wants a paragraph after a table that ends a cell or the text.
        self.xml.push_str("</w:tbl><w:p/>");
    }

    fn row(&mut self, cells: &[String], widths: &[u32], right: &[usize], head: bool) {
        self.xml.push_str("<w:tr><w:trPr><w:cantSplit/>");
        if head {
            self.xml.push_str("<w:tblHeader/>");
        }
        self.xml.push_str("</w:trPr>");
        for (c, text) in cells.iter().enumerate() {
            let width = TEXT_WIDTH * widths.get(c).copied().unwrap_or(0) / 100;
            self.push(&format!(
                "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr><w:p>"
            ));
            if right.contains(&c) {
                self.xml.push_str("<w:pPr><w:jc w:val=\"right\"/></w:pPr>");
            }
            self.run(text, head);
            self.xml.push_str("</w:p></w:tc>");
        }
        self.xml.push_str("</w:tr>");
    }

    fn run(&mut self, text: &str, bold: bool) {
        let bold = if bold { "<w:rPr><w:b/></w:rPr>" } else { "" };
        let text = escape(tied(text)).into_owned();
        self.push(&format!("<w:r>{bold}<w:t xml:space=\"preserve\">{text}</w:t></w:r>"));
    }

    fn push(&mut self, xml: &str) {
        let _ = self.xml.write_str(xml);
    }
}
