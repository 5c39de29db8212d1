//! `cloudapp new`: what it makes, and what it refuses.

use std::process::Command;

use crate::sandbox::{Sandbox, run};

#[test]
fn it_makes_an_app_and_refuses_to_make_it_twice() {
    let sandbox = Sandbox::with_app(&[]);
    for file in [
        "Cargo.toml",
        "Cargo.lock",
        "cloudapp.toml",
        "src/main.rs",
        "AGENTS.md",
    ] {
        assert!(sandbox.path("shop").join(file).is_file(), "{file}");
    }
    sandbox.unchanged_by(|| {
        sandbox
            .cloudapp(&["new", "shop"])
            .refused(&["shop", "empty"])
    });
}

#[test]
fn it_makes_missing_folders_and_takes_an_empty_one() {
    let sandbox = Sandbox::new();
    sandbox.cloudapp(&["new", "a/b/shop"]).ok();
    std::fs::create_dir(sandbox.path("empty")).unwrap();
    sandbox.cloudapp(&["new", "empty"]).ok();
    assert!(sandbox.path("a/b/shop/Cargo.toml").is_file());
    assert!(sandbox.path("empty/Cargo.toml").is_file());
}

#[test]
fn targets_that_hold_something_are_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("full/yours.txt", "yours");
    sandbox.write("file", "yours");
    std::os::unix::fs::symlink("/nowhere", sandbox.path("link")).unwrap();
    for (target, word) in [
        ("full", "full"),
        ("file", "file"),
        ("link", "link"),
        ("file/below", "file"),
    ] {
        let name = ["--name", "shop"];
        sandbox.unchanged_by(|| {
            sandbox
                .cloudapp(&["new", target, name[0], name[1]])
                .refused(&[word]);
        });
    }
}

#[test]
fn a_target_inside_another_project_is_refused() {
    let sandbox = Sandbox::with_app(&[]);
    sandbox.write("other/Cargo.toml", "[package]\nname = \"other\"\n");
    std::fs::create_dir(sandbox.path("shop/deep")).unwrap();
    for target in ["shop/inner", "shop/deep/inner", "other/inner"] {
        sandbox.unchanged_by(|| {
            sandbox
                .cloudapp(&["new", target])
                .refused(&["inside another project", target]);
        });
    }
    sandbox
        .cloudapp(&["new", "other/inner", "--allow-nested"])
        .ok();
}

#[test]
fn a_target_beside_the_current_project_is_made() {
    let sandbox = Sandbox::new();
    sandbox.write("other/Cargo.toml", "[package]\nname = \"other\"\n");
    sandbox.write("other/src/lib.rs", "");
    std::os::unix::fs::symlink("other/src", sandbox.path("link")).unwrap();
    for target in [
        "../shop",
        "./src/../../shop-two",
        "missing/../../shop-three",
    ] {
        let command = sandbox.command("other", &["new", target]);
        run(command).ok();
    }
    assert!(sandbox.path("shop/cloudapp.toml").is_file());
    assert!(sandbox.path("shop-two/cloudapp.toml").is_file());
    assert!(sandbox.path("shop-three/cloudapp.toml").is_file());
    // `..` of a link is the parent of where it leads, as it is for every other program.
    sandbox.unchanged_by(|| {
        for target in ["link/inner", "link/../inner"] {
            sandbox
                .cloudapp(&["new", target])
                .refused(&["inside another project", "other/"]);
        }
    });
}

#[test]
fn hostile_names_are_refused_with_a_legal_one() {
    let sandbox = Sandbox::new();
    let long = "x".repeat(300);
    let names = [
        "gen",
        "self",
        "Self",
        "crate",
        "async",
        "std",
        "core",
        "serde",
        "tokio",
        "sea-orm",
        "cloudapp",
        "cloudapp-runtime",
        "1abc",
        "../x",
        "a b",
        "con",
        "NUL",
        "com1",
        "",
        "Post",
        "ѕhop",
        "shop\0",
        "-shop",
        "--",
        "a--b",
        "test",
        "build",
        "😀",
        &long,
    ];
    for name in names {
        if name.contains('\0') {
            continue;
        }
        let option = format!("--name={name}");
        let answer = sandbox.unchanged_by(|| sandbox.cloudapp(&["new", "target-folder", &option]));
        let words = if name.is_empty() { "" } else { "try `" };
        let answer = answer.refused(&[words]);
        assert!(
            answer.err.lines().all(|line| line.len() < 400),
            "{}",
            answer.err
        );
        if let Some((_, rest)) = answer.err.split_once("try `") {
            let suggestion = rest.split('`').next().unwrap();
            sandbox.cloudapp(&["new", suggestion, "--dry-run"]).ok();
        }
    }
}

#[test]
fn a_folder_whose_name_is_no_app_name_needs_a_name() {
    let sandbox = Sandbox::new();
    sandbox.unchanged_by(|| {
        sandbox
            .cloudapp(&["new", "My App"])
            .refused(&["--name", "My App"])
    });
    sandbox
        .cloudapp(&["new", "My App", "--name", "my-app"])
        .ok();
    assert!(
        sandbox
            .read("My App/Cargo.toml")
            .contains("name = \"my-app\"")
    );
}

#[test]
fn wrong_options_are_usage_errors_and_wrong_values_are_refused() {
    let sandbox = Sandbox::new();
    for arguments in [
        &["new"][..],
        &["new", "shop", "--database", "oracle"],
        &["new", "shop", "--runtime", "elsewhere"],
        &["new", "shop", "--no-such-option"],
        &["no-such-command"],
    ] {
        let answer = sandbox.unchanged_by(|| sandbox.cloudapp(arguments));
        assert_eq!(answer.code, 2, "{arguments:?}: {}", answer.err);
    }
    sandbox.unchanged_by(|| {
        let modules = ["new", "shop", "--modules", "nosuch"];
        sandbox
            .cloudapp(&modules)
            .refused(&["nosuch", "friend_link"]);
        sandbox
            .cloudapp(&["new", "shop", "--runtime", "path=nowhere"])
            .refused(&["nowhere"]);
    });
}

#[test]
fn the_same_bytes_everywhere() {
    let sandbox = Sandbox::new();
    let zones = ["UTC", "Asia/Shanghai", "America/Los_Angeles"];
    let locales = ["C", "C.UTF-8", "tr_TR.UTF-8", "de_DE.UTF-8"];
    let mut first = None;
    for round in 0..20 {
        let folder = format!("run-{round}");
        std::fs::create_dir_all(sandbox.path(&format!("{folder}/{round}"))).unwrap();
        let (cwd, target) = if round % 2 == 0 {
            (folder.clone(), "shop".to_owned())
        } else {
            (format!("{folder}/{round}"), "../shop".to_owned())
        };
        let umask = ["022", "077", "000", "027"][round % 4];
        let mut shell = Command::new("sh");
        shell
            .current_dir(sandbox.path(&cwd))
            .arg("-c")
            .arg(format!("umask {umask}; exec \"$0\" new {target}"))
            .arg(env!("CARGO_BIN_EXE_cloudapp"))
            .env("TZ", zones[round % zones.len()])
            .env("LC_ALL", locales[round % locales.len()]);
        run(shell).ok();
        let prefix = format!("{folder}/shop/");
        let tree: Vec<_> = sandbox
            .tree()
            .into_iter()
            .filter_map(|(path, node)| Some((path.strip_prefix(&prefix)?.to_owned(), node)))
            .collect();
        assert!(tree.len() > 60, "{} files", tree.len());
        match &first {
            None => first = Some(tree),
            Some(first) => assert!(*first == tree, "run {round} differs"),
        }
        std::fs::remove_dir_all(sandbox.path(&folder)).unwrap();
    }
}

#[test]
fn every_file_has_content_and_is_tracked_by_git() {
    let sandbox = Sandbox::with_app(&[]);
    sandbox.commit();
    for (path, (_, content)) in sandbox.tree() {
        let Some(path) = path
            .strip_prefix("shop/")
            .filter(|path| !path.starts_with(".git/"))
        else {
            continue;
        };
        if sandbox.path("shop").join(path).is_file() {
            assert!(!content.is_empty(), "{path} is empty");
            sandbox.git(&["ls-files", "--error-unmatch", path]);
        }
    }
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}

#[test]
fn the_list_of_files_is_as_expected() {
    let sandbox = Sandbox::with_app(&[]);
    let files: Vec<String> = sandbox
        .tree()
        .into_keys()
        .filter(|path| sandbox.path(path).is_file())
        .filter(|path| !path.contains("/vendor/") && !path.contains("/.cloudapp/"))
        .collect();
    insta::assert_snapshot!(files.join("\n"));
}

#[test]
fn databases_and_runtime_sources_are_written_where_they_belong() {
    let sandbox = Sandbox::new();
    for database in ["sqlite", "mysql", "postgres"] {
        sandbox
            .cloudapp(&["new", database, "--name", "shop", "--database", database])
            .ok();
        let config = sandbox.read(&format!("{database}/config/development.toml"));
        assert!(config.contains(&format!("url = \"{database}")), "{config}");
        let cargo = sandbox.read(&format!("{database}/Cargo.toml"));
        assert!(
            cargo.contains(&format!("default = [\"{database}\", \"xlsx\"]")),
            "{cargo}"
        );
    }
    sandbox.write("checkout/runtime/Cargo.toml", "");
    sandbox
        .cloudapp(&["new", "by-path", "--runtime", "path=checkout"])
        .ok();
    assert!(
        sandbox
            .read("by-path/Cargo.toml")
            .contains("path = \"../checkout/runtime\"")
    );
    sandbox
        .cloudapp(&["new", "by-git", "--runtime", "git=https://example.org/c#v1"])
        .ok();
    let cargo = sandbox.read("by-git/Cargo.toml");
    assert!(
        cargo.contains("git = \"https://example.org/c\", rev = \"v1\""),
        "{cargo}"
    );
    assert!(!sandbox.path("by-git/vendor").exists());
}
