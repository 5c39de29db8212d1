//! `docs/tasks.md` shows the rules as they are.
//!
//! `UPDATE_DOCS=1` writes it anew.

use std::path::Path;

use cloudapp_runtime::task::rule_table;

const BEGIN: &str = "<!-- begin: table of types, made from the code -->\n";
const END: &str = "<!-- end -->";

#[test]
fn the_table_of_types_is_that_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/tasks.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let expected = format!("{before}{BEGIN}{}{END}{after}", rule_table());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &expected).unwrap();
        return;
    }
    assert!(
        text == expected,
        "docs/tasks.md is stale: run this test with UPDATE_DOCS=1"
    );
}
