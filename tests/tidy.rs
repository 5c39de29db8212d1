//! The house rules that a machine can check; `ARCHITECTURE.md` says what they are for.
//!
//! Each rule is a function from text to findings, and is itself shown a sample that breaks it.
//! Looked at are the files that git tracks and those it would take (untracked, not ignored).
#![cfg(test)]

mod tidy {
    pub(crate) mod bans;
    pub(crate) mod changelog;
    pub(crate) mod code;
    pub(crate) mod manifests;
    pub(crate) mod parity;
    pub(crate) mod rust;
    pub(crate) mod sisters;
    pub(crate) mod size;
    pub(crate) mod templates;
    pub(crate) mod text;
    pub(crate) mod tree;
}

use tidy::tree::{Finding, SourceFile, tree};
use tidy::{bans, changelog, manifests, parity, rust, sisters, size, templates, text};

/// Applies a rule to each file; the test fails with every finding.
fn each(rule: impl Fn(&SourceFile) -> Vec<Finding>) {
    none(&tree().iter().flat_map(rule).collect::<Vec<_>>());
}

fn none(findings: &[Finding]) {
    let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
    assert!(
        lines.is_empty(),
        "{} finding(s):\n{}",
        lines.len(),
        lines.join("\n")
    );
}

#[test]
fn text_files_are_clean() {
    each(text::white_space);
    each(text::open_ends);
    each(text::machine_paths);
    each(text::shell_is_strict);
}

#[test]
fn files_are_small() {
    each(size::bytes);
    each(size::lines);
    each(size::functions);
    none(&size::median(tree()));
}

#[test]
fn rust_files_follow_the_house_style() {
    each(rust::opens_with_module_docs);
    each(rust::line_length);
    each(rust::exceptions_carry_reasons);
    each(rust::libraries_hold_no_tests);
}

#[test]
fn each_layer_keeps_to_its_means() {
    each(bans::check);
}

#[test]
fn bans_and_lints_carry_reasons() {
    each(manifests::reasons);
}

#[test]
fn versions_have_one_source() {
    each(manifests::versions);
}

#[test]
fn each_template_belongs_to_one_manifest() {
    none(&templates::ownership(tree()));
}

#[test]
fn the_changelog_keeps_its_shape() {
    let found = tree().iter().find(|file| file.path == "CHANGELOG.md");
    let file = found.expect("CHANGELOG.md is missing");
    none(&changelog::shape(file));
}

#[test]
fn parity_names_tests_that_exist() {
    let table = tree().iter().find(|file| file.path == parity::FILE);
    let table = table.expect("docs/parity.md is there");
    none(&parity::check(table, tree()));
}

#[test]
fn texts_in_both_languages_show_the_same_commands() {
    none(&sisters::check(tree()));
}
