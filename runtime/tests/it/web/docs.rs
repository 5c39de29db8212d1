//! The page at `/docs`: nothing from elsewhere, nothing that its own policy forbids.

use std::collections::HashSet;

use cloudapp_runtime::testing::TestApp;

use super::fixture;

#[tokio::test]
async fn the_page_runs_under_its_own_policy() {
    let app = TestApp::start(fixture::app()).await;
    let mut nonces = HashSet::new();
    for _ in 0..3 {
        let answer = app.anonymous().get("/docs").await;
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        let page = answer.body.as_str().unwrap();
        let policy = answer.header("content-security-policy");
        let nonce = policy
            .split("script-src 'nonce-")
            .nth(1)
            .unwrap()
            .split('\'')
            .next()
            .unwrap();
        assert_eq!(nonce.len(), 32);
        assert!(nonces.insert(nonce.to_owned()), "a nonce is for one answer");
        assert!(
            !policy.contains("unsafe") && policy.contains("connect-src 'self'"),
            "{policy}"
        );
        assert!(!page.contains("__"), "a placeholder is left over");
        // Each script and style carries the nonce; there are no handlers or styles in attributes.
        for tag in ["<script", "<style"] {
            assert_eq!(page.matches(tag).count(), 1, "{tag}");
            assert!(page.contains(&format!("{tag} nonce=\"{nonce}\">")), "{tag}");
        }
        for forbidden in [
            "http://",
            "https://",
            " style=\"",
            " onclick=\"",
            " src=",
            "innerHTML",
        ] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
        assert_eq!(page.matches("</script").count(), 1);
    }
}
