//! Tables, for people as aligned columns and for programs as JSON.

use serde_json::{Map, Value};

use super::{CliError, output::Output};

/// Rows under named columns. Names are JSON's; on screen they stand in capitals.
pub(super) struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Vec<Value>>,
}

impl Table {
    pub(super) fn new(columns: &[&'static str]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// A row: text, numbers, or null for what is not known.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = Value>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// As an array of objects.
    pub(super) fn to_json(&self) -> Value {
        let object = |row: &Vec<Value>| {
            let members = self.columns.iter().zip(row).map(|(name, cell)| ((*name).to_owned(), cell.clone()));
            Value::Object(Map::from_iter(members))
        };
        Value::Array(self.rows.iter().map(object).collect())
    }

    /// Numbers to the right, the rest to the left, two spaces between columns, "-" for what is not known.
    pub(super) fn print(&self, out: &mut Output) -> Result<(), CliError> {
        let header: Vec<String> = self.columns.iter().map(|name| name.to_uppercase().replace('_', " ")).collect();
        let shown: Vec<Vec<String>> = self.rows.iter().map(|row| row.iter().map(shown).collect()).collect();
        let width = |column: usize| {
            let cells = shown.iter().map(|row| row[column].chars().count());
            cells.chain([header[column].chars().count()]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..header.len()).map(width).collect();
        let right: Vec<bool> =
            (0..header.len()).map(|column| self.rows.iter().any(|row| row[column].is_number())).collect();
        for row in std::iter::once(&header).chain(&shown) {
            let mut line = String::new();
            for (column, cell) in row.iter().enumerate() {
                let (gap, width) = (if column == 0 { "" } else { "  " }, widths[column]);
                line += &if right[column] { format!("{gap}{cell:>width$}") } else { format!("{gap}{cell:<width$}") };
            }
            out.line(line.trim_end())?;
        }
        Ok(())
    }
}

fn shown(cell: &Value) -> String {
    match cell {
        Value::Null => "-".to_owned(),
        Value::String(text) => crate::payload::escape_controls(text).into_owned(),
        other => other.to_string(),
    }
}

/// Prints a JSON value on one line.
pub(super) fn print_json(value: &Value, out: &mut Output) -> Result<(), CliError> {
    out.line(&value.to_string())
}
