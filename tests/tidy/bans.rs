//! What a part of the product must not use, and why. Tests are free to.

use super::code::{before_tests, blank, imports, line_of};
use super::tree::{Finding, SourceFile};

struct Ban {
    /// Paths (`a::b`), names, or method calls (`.a()`).
    what: &'static [&'static str],
    /// Folders (with `/` at the end) and files; `*` stands for any folders between.
    within: &'static [&'static str],
    except: &'static [&'static str],
    why: &'static str,
}

const CLI: &[&str] = &["src/"];
const LIBRARIES: &[&str] = &["runtime/src/", "migrations/src/"];
const PRODUCT: &[&str] = &[
    "src/",
    "runtime/src/",
    "migrations/src/",
    "templates/*/src/",
];

const BANS: &[Ban] = &[
    Ban {
        what: &["std::fs", "tokio::fs", "tempfile"],
        within: CLI,
        except: &["src/fs.rs", "src/fs/"],
        why: "the CLI touches files in one place only, where each fault can be injected",
    },
    Ban {
        what: &[
            ".exists()",
            ".try_exists()",
            ".canonicalize()",
            ".metadata()",
            ".symlink_metadata()",
            ".read_dir()",
            ".read_link()",
        ],
        within: CLI,
        except: &["src/fs.rs", "src/fs/"],
        why: "this asks the file system; go through crate::fs",
    },
    Ban {
        what: &[
            "crate::fs",
            "std::env",
            "std::net",
            "std::process",
            "std::io",
        ],
        within: &["src/plan/", "src/plan.rs", "src/render/", "src/render.rs"],
        except: &[],
        why: "planning and rendering are pure",
    },
    Ban {
        what: &["HashMap", "HashSet"],
        within: CLI,
        except: &[],
        why: "its order differs from run to run, and the output must not; use BTreeMap, BTreeSet",
    },
    Ban {
        what: &["Utc::now", "Local::now", "SystemTime::now"],
        within: PRODUCT,
        except: &[
            "src/clock.rs",
            "runtime/src/clock.rs",
            "runtime/src/clock/",
            "migrations/src/engine/clock.rs",
        ],
        why: "time comes from the clock that tests can set",
    },
    Ban {
        what: &[
            "getrandom",
            "rand",
            "fastrand",
            "thread_rng",
            "OsRng",
            "RandomState",
            "Uuid::new_v4",
            "Uuid::now_v7",
        ],
        within: PRODUCT,
        except: &[
            "runtime/src/clock.rs",
            "runtime/src/id.rs",
            "runtime/src/id/",
            "runtime/src/random.rs",
        ],
        why: "randomness comes from one place",
    },
    Ban {
        what: &["DefaultHasher"],
        within: PRODUCT,
        except: &[],
        why: "std's hasher may change with the compiler, and what it decided is stored",
    },
    Ban {
        what: &["thread::sleep"],
        within: LIBRARIES,
        except: &[],
        why: "it stops every task of the thread; use tokio::time::sleep",
    },
    Ban {
        what: &["axum", "tower_http", "crate::http"],
        within: &[
            "migrations/src/",
            "runtime/src/clock.rs",
            "runtime/src/config/",
            "runtime/src/db/",
            "runtime/src/id/",
            "runtime/src/random.rs",
        ],
        except: &[],
        why: "nothing below the http folder knows HTTP",
    },
    Ban {
        what: &["sea_orm", "sqlx", ".db()", ".db_of("],
        within: &["templates/*/handlers/"],
        except: &[],
        why: "handlers hold no SQL; the service does",
    },
    Ban {
        what: &["axum", "cloudapp_runtime::http", "StatusCode"],
        within: &["templates/*/service.rs"],
        except: &[],
        why: "services hold no HTTP; the handlers do",
    },
];

/// What the file uses against a ban.
pub(crate) fn check(file: &SourceFile) -> Vec<Finding> {
    let is_template = file.path.starts_with("templates/") && file.becomes_rust();
    if !is_template && !file.is_product() {
        return Vec::new();
    }
    let applies = |ban: &&Ban| lies_in(&file.path, ban.within) && !lies_in(&file.path, ban.except);
    let blanked = blank(&file.text);
    let code = before_tests(&blanked);
    let imported = imports(code);
    let mut found = Vec::new();
    for ban in BANS.iter().filter(applies) {
        for &what in ban.what {
            let mut lines = uses(code, &imported, what);
            lines.sort_unstable();
            lines.dedup();
            let message = format!("`{what}`: {}", ban.why);
            found.extend(lines.into_iter().map(|line| file.finding(line, &message)));
        }
    }
    found
}

fn lies_in(path: &str, places: &[&str]) -> bool {
    places.iter().any(|place| match place.split_once('*') {
        Some((start, part)) => path
            .strip_prefix(start)
            .is_some_and(|rest| format!("/{rest}").contains(part)),
        None if place.ends_with('/') => path.starts_with(place),
        None => path == *place,
    })
}

fn uses(code: &str, imported: &[(usize, String)], what: &str) -> Vec<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let written = code.match_indices(what).filter(|(at, _)| {
        let (before, after) = (&code[..*at], &code[at + what.len()..]);
        let is_longer_name = what.starts_with(is_word) && before.ends_with(is_word);
        !is_longer_name && !after.starts_with(is_word)
    });
    // A path can be spread over a group of imports; a lone name is seen in the text.
    let in_group = imported.iter().filter(|(_, path)| {
        let rest = path.strip_prefix(what).filter(|_| what.contains("::"));
        rest.is_some_and(|rest| !rest.starts_with(is_word))
    });
    written
        .map(|(at, _)| line_of(code, at))
        .chain(in_group.map(|(line, _)| *line))
        .collect()
}

mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        check(&SourceFile::sample(path, text)).len()
    }

    #[test]
    fn banned_paths_are_found_however_they_are_written() {
        assert_eq!(found("src/a.rs", "std::fs::write(a);"), 1);
        assert_eq!(found("src/a.rs", "use std::{fs, io};"), 1);
        assert_eq!(
            found(
                "src/a.rs",
                "use std::{\n    collections::{BTreeMap, HashMap},\n};"
            ),
            1
        );
        assert_eq!(found("src/a.rs", "if path.exists() {}"), 1);
        assert_eq!(found("runtime/src/a.rs", "chrono::Utc::now()"), 1);
        assert_eq!(found("runtime/src/db/a.rs", "use axum::Router;"), 1);
        assert_eq!(
            found("templates/a/src/b/handlers/c.rs.tera", "ctx.db();"),
            1
        );
        assert_eq!(
            found(
                "templates/a/b/service.rs.tera",
                "use cloudapp_runtime::http::Reply;"
            ),
            1
        );
        assert_eq!(found("templates/a/src/b.rs", "Utc::now()"), 1);
    }

    #[test]
    fn what_is_not_banned_is_not_found() {
        assert_eq!(found("src/fs.rs", "use std::fs;"), 0);
        assert_eq!(found("src/a.rs", "use crate::fs;\nuse std::fmt;"), 0);
        assert_eq!(
            found("src/a.rs", "// std::fs\n\"std::fs\"; my_std::fsx;"),
            0
        );
        assert_eq!(found("runtime/src/clock.rs", "Utc::now()"), 0);
        assert_eq!(
            found(
                "runtime/src/http/a.rs",
                "use axum::Router; let brand = operand;"
            ),
            0
        );
        assert_eq!(found("tests/a.rs", "use std::fs;"), 0);
        assert_eq!(found("templates/a/tests/b.rs", "Utc::now()"), 0);
        assert_eq!(found("templates/a/service.rs.tera", "ctx.db();"), 0);
        assert_eq!(
            found(
                "src/a.rs",
                "#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n"
            ),
            0
        );
    }

    #[test]
    fn every_ban_bites() {
        for ban in BANS {
            for what in ban.what {
                let place = ban.within[0].replace('*', "a");
                let file = if place.ends_with('/') { "a.rs" } else { "" };
                let text = format!("let a = {what};");
                assert!(
                    found(&format!("{place}{file}"), &text) > 0,
                    "{what} in {place}"
                );
            }
        }
    }
}
