//! Prizes and winnings as spreadsheets (feature `xlsx`).

use super::draw::Lottery;
use super::prizes::PrizeFilter;
use super::winnings::WinningFilter;
use crate::error::AppResult;
use crate::excel::{Cell, Sheet, Spreadsheet};
use crate::http::PageQuery;

/// Rows that are read at a time.
const PAGE: u64 = 1_000;
/// Prizes that are read at a time.
const PRIZES_PAGE: u64 = 200;

impl Lottery<'_> {
    /// A tenant's prizes as a spreadsheet, in the operator's order.
    ///
    /// # Errors
    /// The database's; the temporary file's.
    pub async fn export_prizes(
        &self,
        app_id: &str,
        filter: &PrizeFilter,
    ) -> AppResult<Spreadsheet> {
        let columns = [
            "奖品ID",
            "活动ID",
            "模块ID",
            "奖品名称",
            "奖品类型",
            "商家编码",
            "奖品价值",
            "权重",
            "概率(%)",
            "总库存",
            "剩余库存",
            "已发放",
            "是否上架",
        ];
        let mut sheet = Sheet::new("奖品", &columns)?;
        for index in 0.. {
            let page = PageQuery::new(index, PRIZES_PAGE);
            let rows = self.prizes(app_id, filter, &page).await?.items;
            let is_last = (rows.len() as u64) < PRIZES_PAGE;
            for row in rows {
                let cells = vec![
                    Cell::text(row.id.to_string()),
                    Cell::text(row.act_id.to_string()),
                    Cell::text(row.module_id.to_string()),
                    Cell::text(row.prize_name),
                    Cell::Int(row.prize_type.into()),
                    Cell::text(row.goods_code),
                    Cell::Decimal(row.prize_price),
                    Cell::Int(row.probability),
                    Cell::Decimal(row.chance),
                    Cell::Int(row.prize_total),
                    Cell::Int(row.surplus),
                    Cell::Int(row.hand_out),
                    Cell::text(if row.is_release { "是" } else { "否" }),
                ];
                sheet.row(cells).await?;
            }
            if is_last {
                break;
            }
        }
        sheet.finish().await
    }

    /// A tenant's winnings as a spreadsheet, newest first.
    ///
    /// # Errors
    /// The database's; the temporary file's.
    pub async fn export_winnings(
        &self,
        app_id: &str,
        filter: &WinningFilter,
    ) -> AppResult<Spreadsheet> {
        let columns = [
            "中奖ID",
            "活动ID",
            "模块ID",
            "用户ID",
            "OpenID",
            "用户昵称",
            "奖品ID",
            "奖品名称",
            "商家编码",
            "规格",
            "奖品价值",
            "奖品状态",
            "物流状态",
            "订单号",
            "中奖时间",
        ];
        let mut sheet = Sheet::new("中奖记录", &columns)?;
        let offset = self.ctx.config().tenant.offset()?;
        let mut after = None;
        loop {
            let rows = self.winnings(app_id, filter, after, PAGE).await?;
            let is_last = (rows.len() as u64) < PAGE;
            after = rows.last().map(|row| row.id);
            for row in rows {
                let at = row.created_at.with_timezone(&offset);
                let cells = vec![
                    Cell::text(row.id.to_string()),
                    Cell::text(row.act_id.to_string()),
                    Cell::text(row.module_id.to_string()),
                    Cell::text(row.user_id.to_string()),
                    Cell::text(row.open_id),
                    Cell::text(row.user_nick),
                    Cell::text(row.prize_id.to_string()),
                    Cell::text(row.prize_name),
                    Cell::text(row.goods_code),
                    Cell::text(row.sku_name),
                    Cell::Decimal(row.prize_price),
                    Cell::Int(row.prize_status.into()),
                    Cell::Int(row.logistics_status.into()),
                    Cell::text(row.order_no),
                    Cell::text(at.format("%Y-%m-%d %H:%M:%S").to_string()),
                ];
                sheet.row(cells).await?;
            }
            if is_last {
                return sheet.finish().await;
            }
        }
    }
}
