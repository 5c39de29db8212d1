//! Ids, 64-bit integers and decimals in JSON and in each database.

use cloudapp_runtime::migrate::prelude::{big_integer, big_integer_null, decimal_len_null};
use cloudapp_runtime::migrate::{Migration, Migrator, Options, Stream};
use cloudapp_runtime::types::{Decimal, Id, Int64};
use garde::rules::range::Bounds;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Query, Table};
use serde::{Deserialize, Serialize};

use crate::support::database::Database;

fn json<T: Serialize + for<'a> Deserialize<'a>>(text: &str) -> Result<String, String> {
    let value: T = serde_json::from_str(text).map_err(|error| error.to_string())?;
    serde_json::to_string(&value).map_err(|error| error.to_string())
}

#[test]
fn ids_are_strings_in_json() {
    assert_eq!(
        json::<Id>("\"9223372036854775807\"").unwrap(),
        "\"9223372036854775807\""
    );
    assert_eq!(
        json::<Id>("9007199254740993").unwrap(),
        "\"9007199254740993\""
    );
    for wrong in [
        "-1",
        "\"-1\"",
        "\"+1\"",
        "\"\"",
        "\" 1\"",
        "1.0",
        "\"9223372036854775808\"",
        "null",
        "[]",
    ] {
        let error = json::<Id>(wrong).unwrap_err();
        assert!(
            error.contains("64-bit integer") || error.contains("an id is"),
            "{wrong}: {error}"
        );
    }
    assert_eq!("12".parse::<Id>().unwrap(), Id::new(12));
    assert!("１２".parse::<Id>().is_err(), "digits of other scripts");
}

#[test]
fn int64_may_be_negative() {
    assert_eq!(
        json::<Int64>("\"-9223372036854775808\"").unwrap(),
        "\"-9223372036854775808\""
    );
    assert_eq!(json::<Int64>("-5").unwrap(), "\"-5\"");
    for wrong in ["\"+5\"", "\"--5\"", "\"-\"", "5.5", "9223372036854775808"] {
        json::<Int64>(wrong).unwrap_err();
    }
    assert!(Int64(5).validate_bounds(0, 10).is_ok());
    assert!(Int64(11).validate_bounds(0, 10).is_err());
}

#[test]
fn decimals_are_exact_or_refused() {
    assert_eq!(json::<Decimal>("\"12.50\"").unwrap(), "\"12.5\"");
    assert_eq!(json::<Decimal>("12").unwrap(), "\"12\"");
    assert_eq!(json::<Decimal>("\"-0.0000001\"").unwrap(), "\"-0.0000001\"");
    let long = "\"79228162514264337593543950335\"";
    assert_eq!(json::<Decimal>(long).unwrap(), long);
    for wrong in [
        "0.1",
        "1e3",
        "\"\"",
        "\"abc\"",
        "\"0.12345678901234567890123456789012345\"",
        "true",
    ] {
        let error = json::<Decimal>(wrong).unwrap_err();
        assert!(
            error.contains("a decimal number as a string"),
            "{wrong}: {error}"
        );
    }
    let ten: Decimal = "10".parse().unwrap();
    assert!(ten.validate_bounds(0.5, 10.0).is_ok());
    assert!(ten.validate_bounds(0.5, 9.99).is_err());
    assert!(ten.validate_bounds(10.01, Decimal::MAX).is_err());
    assert!(ten.validate_bounds(Decimal::MIN, Decimal::MAX).is_ok());
}

#[tokio::test]
async fn every_database_gives_back_what_it_was_given() {
    for database in Database::each().await {
        let conn = &database.conn;
        let create = Migration::new("sample_0001_create", |steps| {
            let table = Table::create()
                .table("sample_tb")
                .col(big_integer("id").primary_key())
                .col(big_integer_null("count"))
                .col(decimal_len_null("price", 20, 4))
                .to_owned();
            steps.create_table(table);
        });
        let migrator = Migrator::new(vec![Stream::new("sample", vec![create])]).unwrap();
        migrator.up(conn, &Options::default()).await.unwrap();
        let rows = [
            (
                Id::new(i64::MAX),
                Some(Int64(i64::MIN)),
                Some("1234567890123456.7891"),
            ),
            (Id::new(1), Some(Int64(-1)), Some("-0.1")),
            (Id::new(2), None, None),
        ];
        for (id, count, price) in rows {
            let price: Option<Decimal> = price.map(|price| price.parse().unwrap());
            let insert = Query::insert()
                .into_table("sample_tb")
                .columns(["id", "count", "price"])
                .values_panic([id.into(), count.into(), price.into()])
                .to_owned();
            conn.execute(&insert).await.unwrap();
            let select = Query::select()
                .columns(["id", "count", "price"])
                .from("sample_tb")
                .and_where(Expr::col("id").eq(id))
                .to_owned();
            let row = conn.query_one(&select).await.unwrap().unwrap();
            assert_eq!(row.try_get::<Id>("", "id").unwrap(), id);
            assert_eq!(row.try_get::<Option<Int64>>("", "count").unwrap(), count);
            let stored: Option<Decimal> = row.try_get("", "price").unwrap();
            assert_eq!(stored, price);
            assert_eq!(
                serde_json::to_string(&stored).unwrap(),
                serde_json::to_string(&price).unwrap()
            );
        }
        database.drop().await;
    }
}
