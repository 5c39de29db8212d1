//! Generated code is formatted, without a warning of compiler, Clippy or rustdoc, without an
//! exception from them, and its own tests pass.

use crate::app::App;
use crate::ground;
use crate::specs::{MATRIX, SHOP};

#[test]
fn the_default_app_is_clean_and_its_tests_pass() {
    let _turn = ground::turn();
    SHOP.cargo_ok(&["fmt", "--all", "--check"]);
    clippy(&SHOP);
    test(&SHOP);
    doc(&SHOP);
    no_exceptions(&SHOP);
    SHOP.assert_as_generated();
}

#[test]
fn all_field_types_and_nasty_names_are_clean_and_their_tests_pass() {
    let _turn = ground::turn();
    // Not `--all`: that would take in the runtime of this checkout, which the app names by its
    // path.
    MATRIX.cargo_ok(&["fmt", "--check"]);
    clippy(&MATRIX);
    test(&MATRIX);
    doc(&MATRIX);
    no_exceptions(&MATRIX);
    MATRIX.assert_as_generated();
}

/// The command of the app's CI, to the letter.
pub(crate) fn clippy(app: &App) {
    let arguments = ["clippy", "--workspace", "--all-targets", "--locked"];
    let answer = app.cargo_ok(&[&arguments[..], &["--", "-D", "warnings"]].concat());
    // A crate outside of the app's workspace may warn and be accepted.
    assert!(!answer.err.contains("warning:"), "{}", answer.err);
}

fn test(app: &App) {
    let answer = app.cargo_ok(&["test", "--workspace", "--locked"]);
    assert_tested(app, &answer.out);
}

/// Asserts that the tests of the app as a whole and of every module ran, and how many there are.
pub(crate) fn assert_tested(app: &App, out: &str) {
    let passed = |line: &str| line.starts_with("test ") && line.ends_with(" ... ok");
    let count = out.lines().filter(|line| passed(line)).count();
    let files = app
        .sources(".rs")
        .filter(|(path, _)| path.starts_with("tests/"));
    let written: usize = files
        .map(|(_, text)| text.matches("#[test]").count() + text.matches("#[tokio::test]").count())
        .sum();
    assert!(
        written > 0 && count == written,
        "{count} of {written}:\n{out}"
    );
    ground::say(&format!("{}: {count} tests passed", app.name));
}

fn doc(app: &App) {
    let mut command = app.cargo(&["doc", "--workspace", "--no-deps", "--locked"]);
    command.env("RUSTDOCFLAGS", "-D warnings");
    ground::step(&format!("{}: cargo doc", app.name), || {
        crate::process::run(command).ok()
    });
}

/// Clean because it is, not because somebody looks away.
fn no_exceptions(app: &App) {
    let mut count = 0;
    for (path, text) in app.sources(".rs") {
        for exception in [
            "#![allow",
            "#[allow",
            "#![expect",
            "#[rustfmt::skip",
            "#![rustfmt",
        ] {
            let of_runtime = path.starts_with("vendor/") && exception == "#![expect";
            assert!(
                of_runtime || !text.contains(exception),
                "{path}: {exception}"
            );
        }
        count += 1;
    }
    assert!(count > 10, "{count} files");
}
