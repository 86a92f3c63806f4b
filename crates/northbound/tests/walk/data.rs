//! Is a table in CSV what its columns say?

use serde_json::Value;

/// What is wrong with this CSV, beside the columns that the list of tables names.
pub(super) fn faults(csv: &str, columns: &Value) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let heads: Vec<String> = match reader.headers() {
        Ok(heads) => heads.iter().map(str::to_owned).collect(),
        Err(e) => return vec![e.to_string()],
    };
    let named: Vec<(&str, &str)> = columns
        .as_array()
        .into_iter()
        .flatten()
        .map(|c| (c["name"].as_str().unwrap_or(""), c["is"].as_str().unwrap_or("")))
        .collect();
    let mut out = Vec::new();
    if heads.iter().map(String::as_str).ne(named.iter().map(|c| c.0)) {
        out.push(format!("the header is {heads:?}, the list of tables says {named:?}"));
    }
    let mut once = heads.clone();
    once.sort();
    once.dedup();
    if once.len() != heads.len() {
        out.push(format!("a name comes twice in {heads:?}"));
    }
    for row in reader.records() {
        let Ok(row) = row else {
            out.push(format!("a row has another number of cells: {row:?}"));
            continue;
        };
        for (cell, (name, kind)) in row.iter().zip(&named) {
            if !is(cell, kind) {
                out.push(format!("{name} ({kind}): {cell:?}"));
            }
        }
    }
    out
}

/// Is the cell of this kind? No text is JSON or a number with separators.
fn is(cell: &str, kind: &str) -> bool {
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let separated = |t: &str| {
        let (whole, part) = t.split_once('.').unwrap_or((t, "0"));
        let mut groups = whole.split(',').skip(1).peekable();
        groups.peek().is_some()
            && groups.all(|g| g.len() == 3 && digits(g))
            && digits(part)
            && digits(&whole.replace(',', ""))
    };
    let number = |t: &str| {
        let t = t.strip_prefix('-').unwrap_or(t);
        t.split_once('.').map_or_else(|| digits(t), |(whole, part)| digits(whole) && digits(part))
    };
    match kind {
        _ if cell.is_empty() => true,
        "number" => number(cell),
        "time" => cell.ends_with('Z') && cell.parse::<northbound_types::Utc>().is_ok(),
        "text" => {
            let json = serde_json::from_str::<Value>(cell);
            let object = json.is_ok_and(|v| v.is_object() || v.is_array());
            !object && !cell.contains("{\"") && !separated(cell)
        }
        _ => false,
    }
}

#[test]
fn faults_are_found() {
    let columns = serde_json::json!([
        {"name": "n", "is": "number"}, {"name": "t", "is": "time"}, {"name": "x", "is": "text"},
    ]);
    assert_eq!(faults("n,t,x\n-1.5,2026-04-01T00:00:00Z,a\n,,\n", &columns), Vec::<String>::new());
    for wrong in [
        "n,t,y\n",
        "n,n,n\n",
        "n,t,x\n\"1,000\",,\n",
        "n,t,x\n[c],,\n",
        "n,t,x\n,1 April 2026,\n",
        "n,t,x\n,,\"{\"\"from\"\":1}\"\n",
        "n,t,x\n,,\"1,234\"\n",
        "n,t,x\n1,2\n",
    ] {
        assert!(!faults(wrong, &columns).is_empty(), "{wrong}");
    }
}
