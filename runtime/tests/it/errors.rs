//! The table of codes, and what becomes of database errors.

use std::collections::BTreeSet;

use cloudapp_runtime::error::{AppError, ErrorCode, Language};
use sea_orm::DbErr;

#[test]
fn every_code_has_one_spelling_a_status_and_both_messages() {
    let mut seen = BTreeSet::new();
    for code in ErrorCode::ALL {
        assert!(seen.insert(code.as_str()), "{} twice", code.as_str());
        assert!(
            code.as_str()
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        );
        assert!((400..600).contains(&code.status()), "{}", code.as_str());
        assert!(!code.message(Language::English).is_empty());
        assert!(
            !code.message(Language::Chinese).is_ascii(),
            "{}",
            code.as_str()
        );
    }
    for promised in [
        "param_error",
        "no_act",
        "no_user",
        "no_enough",
        "acquire_lock",
        "current_limit",
        "no_power",
        "unauthorized",
        "not_found",
        "conflict",
        "idempotency_conflict",
        "internal",
        "timeout",
    ] {
        assert!(seen.contains(promised), "{promised}");
    }
}

#[test]
fn the_client_sees_no_cause_and_the_log_sees_all() {
    let error = AppError::internal(DbErr::Custom("table x is broken".to_owned()));
    assert_eq!(
        error.message(Language::English),
        "Something went wrong on our side"
    );
    assert_eq!(error.message(Language::Chinese), "系统异常");
    assert!(error.detail().contains("table x is broken"));
    let error = AppError::param("`title` is too long");
    assert_eq!(error.code(), ErrorCode::PARAM_ERROR);
    assert_eq!(error.message(Language::Chinese), "`title` is too long");
}

#[test]
fn a_missing_row_is_not_found() {
    let error = AppError::from(DbErr::RecordNotFound("x".to_owned()));
    assert_eq!(error.code(), ErrorCode::NOT_FOUND);
    assert_eq!(
        AppError::from(DbErr::Custom("x".to_owned())).code(),
        ErrorCode::INTERNAL
    );
}

#[test]
fn an_error_is_one_pointer() {
    assert_eq!(size_of::<AppError>(), size_of::<usize>());
}
