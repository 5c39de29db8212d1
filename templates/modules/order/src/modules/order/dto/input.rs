//! Bodies of requests.

use cloudapp_runtime::order::{Address, OrderDraft, ROWS_MAX, Shipping, Tracking, WINNINGS_MAX};
use cloudapp_runtime::prelude::*;
use cloudapp_runtime::valid;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

/// Where something is sent to.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = order::AddressInput)]
#[serde(deny_unknown_fields)]
pub struct AddressInput {
    /// Who receives it: 1 to 50 characters.
    #[garde(length(chars, min = 1), custom(valid::string(50)))]
    pub real_name: String,
    /// How to reach him: 5 to 20 digits, `+`, `-`, spaces.
    #[garde(length(chars, min = 5), custom(valid::string(20)))]
    #[schema(example = "13800000000")]
    pub telephone: String,
    /// Province.
    #[garde(length(chars, min = 1), custom(valid::string(50)))]
    pub province: String,
    /// City.
    #[garde(custom(valid::string(50)))]
    #[serde(default)]
    pub city: String,
    /// County.
    #[garde(custom(valid::string(50)))]
    #[serde(default)]
    pub county: String,
    /// Street or town.
    #[garde(custom(valid::string(100)))]
    #[serde(default)]
    pub street: String,
    /// House and door: 1 to 200 characters.
    #[garde(length(chars, min = 1), custom(valid::string(200)))]
    pub address: String,
}

impl From<AddressInput> for Address {
    fn from(input: AddressInput) -> Self {
        Self {
            real_name: input.real_name,
            telephone: input.telephone,
            province: input.province,
            city: input.city,
            county: input.county,
            street: input.street,
            address: input.address,
        }
    }
}

/// What the player wants to be sent.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = order::OrderInput)]
#[serde(deny_unknown_fields)]
pub struct OrderInput {
    /// The activity; 0 for the tenant as a whole.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// What he has won; empty for all that is to be shipped, up to 100.
    #[garde(length(max = WINNINGS_MAX))]
    #[schema(max_items = 100)]
    #[serde(default)]
    pub prize_roster_ids: Vec<Id>,
    /// What he says.
    #[garde(custom(valid::string(200)))]
    #[serde(default)]
    pub buyer_remark: String,
    /// Who receives it: 1 to 50 characters.
    #[garde(length(chars, min = 1), custom(valid::string(50)))]
    pub real_name: String,
    /// How to reach him: 5 to 20 digits, `+`, `-`, spaces.
    #[garde(length(chars, min = 5), custom(valid::string(20)))]
    #[schema(example = "13800000000")]
    pub telephone: String,
    /// Province.
    #[garde(length(chars, min = 1), custom(valid::string(50)))]
    pub province: String,
    /// City.
    #[garde(custom(valid::string(50)))]
    #[serde(default)]
    pub city: String,
    /// County.
    #[garde(custom(valid::string(50)))]
    #[serde(default)]
    pub county: String,
    /// Street or town.
    #[garde(custom(valid::string(100)))]
    #[serde(default)]
    pub street: String,
    /// House and door: 1 to 200 characters.
    #[garde(length(chars, min = 1), custom(valid::string(200)))]
    pub address: String,
}

impl OrderInput {
    /// The same with the key of the request.
    pub fn into_draft(self, key: Option<String>) -> OrderDraft {
        OrderDraft {
            act_id: self.act_id,
            winnings: self.prize_roster_ids,
            address: Address {
                real_name: self.real_name,
                telephone: self.telephone,
                province: self.province,
                city: self.city,
                county: self.county,
                street: self.street,
                address: self.address,
            },
            buyer_remark: self.buyer_remark,
            key,
        }
    }
}

/// Which variant.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = order::VariantInput)]
#[serde(deny_unknown_fields)]
pub struct VariantInput {
    /// One of those that the prize has.
    #[garde(length(chars, min = 1), custom(valid::string(64)))]
    pub sku_id: String,
}

/// The state that a shipment is to have.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = order::StatusInput)]
#[serde(deny_unknown_fields)]
pub struct StatusInput {
    /// 0 to be shipped, 1 shipped, 2 will not be, 3 refunded, 4 complete.
    #[garde(range(min = 0, max = 4))]
    #[schema(minimum = 0, maximum = 4)]
    pub order_status: i32,
    /// Who carries it; state 1 needs this or the number.
    #[garde(custom(valid::string(50)))]
    #[serde(default)]
    pub express_company: String,
    /// The tracking number.
    #[garde(custom(valid::string(50)))]
    #[serde(default)]
    pub express_no: String,
}

impl From<StatusInput> for Shipping {
    fn from(input: StatusInput) -> Self {
        Self {
            order_status: input.order_status,
            express_company: input.express_company,
            express_no: input.express_no,
        }
    }
}

/// What the merchant says of a shipment.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = order::RemarkInput)]
#[serde(deny_unknown_fields)]
pub struct RemarkInput {
    /// At most 200 characters.
    #[garde(custom(valid::string(200)))]
    pub seller_remark: String,
}

/// Tracking numbers: rows, or a spreadsheet.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = order::ImportInput)]
#[serde(deny_unknown_fields)]
pub struct ImportInput {
    /// Rows, at most 5,000.
    #[garde(length(max = ROWS_MAX), dive)]
    #[schema(max_items = 5000)]
    #[serde(default)]
    pub rows: Vec<TrackingInput>,
    /// A spreadsheet (.xlsx) in base64, instead of rows: its first row has the headings `订单号`,
    /// `快递单号` and `快递公司`, as the exported file has them.
    #[garde(skip)]
    pub content: Option<String>,
    /// The heading of the order number in the spreadsheet, where it is another.
    #[garde(custom(valid::string(100)))]
    pub ref_head_name: Option<String>,
}

/// A tracking number.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = order::TrackingInput)]
#[serde(deny_unknown_fields)]
pub struct TrackingInput {
    /// The number of the shipment.
    #[garde(custom(valid::string(32)))]
    pub order_no: String,
    /// The tracking number.
    #[garde(custom(valid::string(50)))]
    pub express_no: String,
    /// Who carries it.
    #[garde(custom(valid::string(50)))]
    #[serde(default)]
    pub express_company: String,
}

impl ImportInput {
    /// The rows, wherever they are.
    pub fn into_rows(self) -> AppResult<Vec<Tracking>> {
        if let Some(content) = &self.content {
            return sheet(content, self.ref_head_name.as_deref());
        }
        let rows = (1..).zip(self.rows);
        let rows = rows.map(|(row, input)| Tracking {
            row,
            order_no: input.order_no,
            express_no: input.express_no,
            express_company: input.express_company,
        });
        Ok(rows.collect())
    }
}

#[cfg(feature = "xlsx")]
fn sheet(content: &str, heading: Option<&str>) -> AppResult<Vec<Tracking>> {
    cloudapp_runtime::order::trackings(content, heading)
}

#[cfg(not(feature = "xlsx"))]
fn sheet(_: &str, _: Option<&str>) -> AppResult<Vec<Tracking>> {
    Err(AppError::param((
        "content: this app was built without the feature `xlsx`; send rows",
        "content：应用未启用 xlsx 特性，请改用 rows",
    )))
}
