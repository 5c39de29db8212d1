//! Tracking numbers of many shipments at once.

use super::draft::Shipping;
use super::orders::Orders;
use super::read::OrderFilter;
use crate::error::{AppResult, ErrorCode};
use crate::http::Scope;

/// Most rows at once.
pub const ROWS_MAX: usize = 5_000;
/// Shipped.
const SHIPPED: i32 = 1;

/// What a row says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tracking {
    /// The place of the row in its file, for the report.
    pub row: usize,
    /// The number of the shipment.
    pub order_no: String,
    /// The tracking number.
    pub express_no: String,
    /// Who carries it.
    pub express_company: String,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Its place in its file.
    pub row: usize,
    /// The number of the shipment.
    pub order_no: String,
    /// Why it was left out; `None`: it is shipped.
    pub problem: Option<String>,
}

impl Orders<'_> {
    /// Ships what the rows name, each in a transaction of its own: a row that cannot be done is
    /// left out, and its problem said. What is shipped with the same data stays as it is, so that a
    /// file can be sent again.
    ///
    /// # Errors
    /// The database's: the rows before are done.
    pub async fn import(&self, app_id: &str, rows: &[Tracking]) -> AppResult<Vec<Imported>> {
        let mut report = Vec::with_capacity(rows.len());
        for tracking in rows {
            let problem = match self.import_one(app_id, tracking).await {
                Ok(()) => None,
                Err(error) if error.code().status() < 500 => {
                    Some(error.message(Scope::current().language).to_owned())
                }
                Err(error) => return Err(error),
            };
            report.push(Imported {
                row: tracking.row,
                order_no: tracking.order_no.clone(),
                problem,
            });
        }
        Ok(report)
    }

    async fn import_one(&self, app_id: &str, row: &Tracking) -> AppResult<()> {
        let filter = OrderFilter {
            order_no: Some(row.order_no.clone()),
            ..OrderFilter::default()
        };
        let found = self.list(app_id, &filter, None, 1).await?;
        let order = found.first().ok_or(ErrorCode::NOT_FOUND)?;
        let is_done = order.order_status == SHIPPED
            && order.express_no == row.express_no
            && order.express_company == row.express_company;
        if is_done {
            return Ok(());
        }
        let shipping = Shipping {
            order_status: SHIPPED,
            express_company: row.express_company.clone(),
            express_no: row.express_no.clone(),
        };
        self.set_status(app_id, order.id, shipping).await?;
        Ok(())
    }
}
