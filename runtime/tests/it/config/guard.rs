//! `[guard]`, and the networks of proxies.

use cloudapp_runtime::config::Environment;

use super::{COMPLETE, Folder, development, refusal};

#[test]
fn guards_that_make_no_sense_are_refused() {
    for (text, key) in [
        ("[guard]\nbackend = \"redis\"", "redis.url"),
        ("[guard]\nlock_lease_ms = 5", "guard.lock_lease_ms"),
        ("[guard.limits.a]\ncount = 0", "`count`"),
        ("[guard.limits.a]\nper_s = 3601", "`per_s`"),
        ("[guard.limits.A]", "section `A`"),
        ("[guard.limits.a]\nroutes = [\"post /a\"]", "`post /a`"),
        ("[guard.limits.a]\nroutes = [\"/a/*/b\"]", "`/a/*/b`"),
        ("[guard.bans.a]\nban_s = 0", "`ban_s`"),
        ("[guard.visitors]\nroutes = [\"a\"]", "`a`"),
        ("[http]\ntrusted_proxies = [\"10.0.0.1/8\"]", "10.0.0.0/8"),
    ] {
        let message = refusal(&format!("{COMPLETE}\n{text}"));
        assert!(message.contains(key), "{text}: {message}");
    }
    let text = format!("{COMPLETE}\n[guard]\nbackend = \"memory\"");
    assert!(development(&[("default.toml", &text)], &[]).is_ok());
}

#[test]
fn production_refuses_guards_of_one_process() {
    let production = |single_process: &str| {
        Folder::new(&[]).read(
            Environment::Production,
            &[
                ("CLOUDAPP__DATABASE__URL", "mysql://db/app"),
                (
                    "CLOUDAPP__AUTH__TOKEN_KEY",
                    "e2b0c4429afbf4c8996fb92427ae41e4",
                ),
                ("CLOUDAPP__METRICS__TOKEN", "e2b0c4429afbf4c8"),
                ("CLOUDAPP__GUARD__BACKEND", "memory"),
                ("CLOUDAPP__GUARD__SINGLE_PROCESS", single_process),
            ],
        )
    };
    let message = production("false").unwrap_err();
    assert!(message.contains("guard.single_process = true"), "{message}");
    production("true").unwrap();
}
