//! Long lists that are read on from the last row seen.

use axum::extract::Query;
use axum::http::Uri;
use cloudapp_runtime::http::{KeysetQuery, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, Slice};
use cloudapp_runtime::types::Id;
use garde::Validate;
use serde_json::json;

/// Ids from 10 down to 1, read in parts of this size.
fn parts(size: u64) -> Vec<Vec<i64>> {
    let mut parts = Vec::new();
    let mut query = KeysetQuery::new(None, size);
    loop {
        let ids = (1..=10).rev().map(Id::new);
        let behind = ids.filter(|id| query.after().is_none_or(|after| *id < after));
        let limit = usize::try_from(query.limit()).unwrap();
        let slice = Slice::new(behind.take(limit).collect(), &query, |id| *id);
        let after = slice.after;
        parts.push(slice.map(Id::get).items);
        if after.is_none() {
            return parts;
        }
        query = KeysetQuery::new(after, size);
    }
}

#[test]
fn each_row_is_in_one_part_and_the_last_part_says_so() {
    for (size, count) in [(1, 10), (3, 4), (5, 2), (9, 2), (10, 1), (11, 1)] {
        let parts = parts(size);
        assert_eq!(parts.len(), count, "parts of {size}");
        assert_eq!(parts.concat(), (1..=10).rev().collect::<Vec<_>>());
    }
}

#[test]
fn an_empty_list_has_an_end() {
    let nothing: Slice<Id> = Slice::new(Vec::new(), &KeysetQuery::default(), |id| *id);
    assert_eq!(
        serde_json::to_value(nothing).unwrap(),
        json!({ "items": [] })
    );
    let query = KeysetQuery::new(None, 1);
    let some = Slice::new(vec![Id::new(7), Id::new(6)], &query, |id| *id);
    let expected = json!({ "items": ["7"], "after": "7" });
    assert_eq!(serde_json::to_value(some).unwrap(), expected);
}

#[test]
fn the_query_is_within_bounds() {
    let read = |text: &str| {
        let uri: Uri = format!("/list{text}").parse().unwrap();
        let query = Query::<KeysetQuery>::try_from_uri(&uri);
        query.ok().map(|Query(query)| query)
    };
    let usual = read("").unwrap();
    assert_eq!(
        (usual.after(), usual.limit()),
        (None, PAGE_SIZE_DEFAULT + 1)
    );
    let given = read("?after=42&page_size=200").unwrap();
    assert!(given.validate().is_ok());
    assert_eq!((given.after(), given.limit()), (Some(Id::new(42)), 201));
    assert!(read("?page_size=0").unwrap().validate().is_err());
    assert!(read("?page_size=201").unwrap().validate().is_err());
    for wrong in ["?after=x", "?after=-1", "?page_index=0"] {
        assert!(read(wrong).is_none(), "{wrong}");
    }
    assert_eq!(KeysetQuery::new(None, 0).limit(), 2);
    assert_eq!(KeysetQuery::new(None, u64::MAX).limit(), PAGE_SIZE_MAX + 1);
}
