//! Shipments as a spreadsheet (feature `xlsx`).

use super::orders::Orders;
use super::read::OrderFilter;
use crate::error::AppResult;
use crate::excel::{Cell, Sheet, Spreadsheet};

/// Rows that are read at a time.
const PAGE: u64 = 500;

impl Orders<'_> {
    /// A tenant's shipments as a spreadsheet, newest first, addresses included: it can be given
    /// back to [`Orders::import`] with its tracking numbers.
    ///
    /// # Errors
    /// The database's; the temporary file's; an address cannot be opened.
    pub async fn export(&self, app_id: &str, filter: &OrderFilter) -> AppResult<Spreadsheet> {
        let columns = [
            "订单号",
            "活动ID",
            "用户ID",
            "用户昵称",
            "奖品",
            "数量",
            "收件人",
            "电话",
            "省",
            "市",
            "区县",
            "街道",
            "详细地址",
            "订单状态",
            "快递公司",
            "快递单号",
            "发货时间",
            "买家备注",
            "卖家备注",
            "下单时间",
        ];
        let mut sheet = Sheet::new("奖品订单", &columns)?;
        let offset = self.ctx.config().tenant.offset()?;
        let time = |at: crate::types::DateTime<crate::types::Utc>| {
            let at = at.with_timezone(&offset);
            Cell::text(at.format("%Y-%m-%d %H:%M:%S").to_string())
        };
        let mut after = None;
        loop {
            let rows = self.list(app_id, filter, after, PAGE).await?;
            let is_last = (rows.len() as u64) < PAGE;
            after = rows.last().map(|row| row.id);
            for row in rows {
                let address = self.address(&row)?;
                let cells = vec![
                    Cell::text(row.order_no),
                    Cell::text(row.act_id.to_string()),
                    Cell::text(row.user_id.to_string()),
                    Cell::text(row.user_nick),
                    Cell::text(row.order_name),
                    Cell::Int(row.goods_count.into()),
                    Cell::text(address.real_name),
                    Cell::text(address.telephone),
                    Cell::text(address.province),
                    Cell::text(address.city),
                    Cell::text(address.county),
                    Cell::text(address.street),
                    Cell::text(address.address),
                    Cell::Int(row.order_status.into()),
                    Cell::text(row.express_company),
                    Cell::text(row.express_no),
                    row.deliver_date.map_or(Cell::Empty, time),
                    Cell::text(row.buyer_remark),
                    Cell::text(row.seller_remark),
                    time(row.created_at),
                ];
                sheet.row(cells).await?;
            }
            if is_last {
                return sheet.finish().await;
            }
        }
    }
}
