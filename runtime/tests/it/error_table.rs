//! The table of error codes in the docs is the one in the code.

use std::fmt::Write as _;
use std::path::Path;

use cloudapp_runtime::error::{ErrorCode, Language};

#[test]
fn the_table_in_the_docs_is_current() {
    let mut table = String::from(
        "# Error codes\n\n\
         What `error_code` of an answer may hold, with the HTTP status and the default message in \
         both languages. A code\nmay be added, and never changes its meaning or its status. This \
         file is written by a test:\n\
         `UPDATE_DOCS=1 cargo test -p cloudapp-runtime the_table_in_the_docs`.\n\n\
         | code | status | English | 中文 |\n|---|---|---|---|\n",
    );
    for code in ErrorCode::ALL {
        let (english, chinese) = (
            code.message(Language::English),
            code.message(Language::Chinese),
        );
        writeln!(
            table,
            "| `{}` | {} | {english} | {chinese} |",
            code.as_str(),
            code.status()
        )
        .unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/error-codes.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        found, table,
        "UPDATE_DOCS=1 cargo test -p cloudapp-runtime the_table_in_the_docs"
    );
}
