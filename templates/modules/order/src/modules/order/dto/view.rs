//! What answers show.

use cloudapp_runtime::lottery::WinningRow;
use cloudapp_runtime::order::{Address, Imported, OrderRow};
use cloudapp_runtime::types::{DateTime, Decimal, Id, Utc};
use serde::Serialize;
use utoipa::ToSchema;

/// Something in a shipment.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = order::ItemView)]
pub struct ItemView {
    /// What was won: `prize_roster_id` of a draw.
    pub prize_roster_id: Id,
    /// The prize.
    pub prize_id: Id,
    /// Its name then.
    pub prize_name: String,
    /// Its picture then.
    pub prize_pic: String,
    /// The variant.
    pub sku_name: String,
}

impl From<&WinningRow> for ItemView {
    fn from(row: &WinningRow) -> Self {
        Self {
            prize_roster_id: row.id,
            prize_id: row.prize_id,
            prize_name: row.prize_name.clone(),
            prize_pic: row.prize_pic.clone(),
            sku_name: row.sku_name.clone(),
        }
    }
}

/// A shipment as its player sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = order::View)]
pub struct View {
    /// Its id.
    pub id: Id,
    /// Its number.
    pub order_no: String,
    /// The activity.
    pub act_id: Id,
    /// -2 being paid, -1 unpaid, 0 to be shipped, 1 shipped, 2 will not be, 3 refunded, 4 complete.
    pub order_status: i32,
    /// Who carries it.
    pub express_company: String,
    /// The tracking number.
    pub express_no: String,
    /// When it was shipped.
    pub deliver_date: Option<DateTime<Utc>>,
    /// What is in it.
    pub items: Vec<ItemView>,
    /// What that is worth.
    pub order_price: Decimal,
    /// Who receives it.
    pub real_name: String,
    /// How to reach him.
    pub telephone: String,
    /// Province.
    pub province: String,
    /// City.
    pub city: String,
    /// County.
    pub county: String,
    /// Street or town.
    pub street: String,
    /// House and door.
    pub address: String,
    /// What the player says.
    pub buyer_remark: String,
    /// Freight.
    pub freight_price: Decimal,
    /// The payment of the freight; empty for none.
    pub freight_pay_order_no: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl View {
    /// With whom it goes to and what is in it.
    pub fn new(order: &OrderRow, to: Address, items: &[WinningRow]) -> Self {
        Self {
            id: order.id,
            order_no: order.order_no.clone(),
            act_id: order.act_id,
            order_status: order.order_status,
            express_company: order.express_company.clone(),
            express_no: order.express_no.clone(),
            deliver_date: order.deliver_date,
            items: items.iter().map(ItemView::from).collect(),
            order_price: order.order_price,
            real_name: to.real_name,
            telephone: to.telephone,
            province: to.province,
            city: to.city,
            county: to.county,
            street: to.street,
            address: to.address,
            buyer_remark: order.buyer_remark.clone(),
            freight_price: order.freight_price,
            freight_pay_order_no: order.freight_pay_order_no.clone(),
            created_at: order.created_at,
        }
    }
}

/// A shipment as an operator sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = order::AdminView)]
pub struct AdminView {
    /// The player.
    pub user_id: Id,
    /// How the platform knows him; empty when it is not known here.
    pub open_id: String,
    /// His nickname; empty when it is not known here.
    pub user_nick: String,
    /// What the merchant says.
    pub seller_remark: String,
    /// Whether an operator changed the address.
    pub cs_modify_address: bool,
    /// What the ERP knows: 0 to be told, 1 told, 2 failed, 3 another address to be told.
    pub sync_status: i32,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// What the player sees.
    #[serde(flatten)]
    pub view: View,
}

impl AdminView {
    /// What only operators see, beside the rest.
    pub fn new(order: &OrderRow, view: View) -> Self {
        Self {
            user_id: order.user_id,
            open_id: order.open_id.clone(),
            user_nick: order.user_nick.clone(),
            seller_remark: order.seller_remark.clone(),
            cs_modify_address: order.cs_modify_address,
            sync_status: order.sync_status,
            updated_at: order.updated_at,
            view,
        }
    }
}

/// The variant that was chosen.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = order::VariantView)]
pub struct VariantView {
    /// What was won.
    pub prize_roster_id: Id,
    /// The variant.
    pub sku_id: String,
    /// Its name.
    pub sku_name: String,
}

impl From<WinningRow> for VariantView {
    fn from(row: WinningRow) -> Self {
        Self {
            prize_roster_id: row.id,
            sku_id: row.sku_id,
            sku_name: row.sku_name,
        }
    }
}

/// What became of an import.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = order::ImportView)]
pub struct ImportView {
    /// Rows that are shipped.
    pub total_num: usize,
    /// Rows that were left out.
    pub problem_num: usize,
    /// Row by row.
    pub rows: Vec<ImportedView>,
}

impl From<Vec<Imported>> for ImportView {
    fn from(rows: Vec<Imported>) -> Self {
        let problem_num = rows.iter().filter(|row| row.problem.is_some()).count();
        Self {
            total_num: rows.len() - problem_num,
            problem_num,
            rows: rows.into_iter().map(ImportedView::from).collect(),
        }
    }
}

/// What became of a row.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = order::ImportedView)]
pub struct ImportedView {
    /// Its place: of rows from 1, of a spreadsheet its number there.
    pub row: usize,
    /// The number of the shipment.
    pub order_no: String,
    /// Why it was left out; null: it is shipped.
    pub problem: Option<String>,
}

impl From<Imported> for ImportedView {
    fn from(row: Imported) -> Self {
        Self {
            row: row.row,
            order_no: row.order_no,
            problem: row.problem,
        }
    }
}

/// How many addresses were encrypted anew.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = order::ResealedView)]
pub struct ResealedView {
    /// So many; when there were none, all have the current key.
    pub resealed: u64,
}
