//! What the operation log is told of shipments.

use crate::oplog::{Field, Logged};

/// Shipments in the operation log. What players told of themselves stays out of it.
pub const LOGGED: Logged = Logged::new("order")
    .called("Shipment", "奖品订单")
    .fields(&[
        Field::new("order_no", "Number", "订单号"),
        Field::new("act_id", "Activity", "活动"),
        Field::new("user_id", "Player", "用户"),
        Field::new("order_name", "Content", "订单名称"),
        Field::secret("real_name", "Recipient", "收件人"),
        Field::secret("telephone", "Telephone", "电话"),
        Field::new("province", "Province", "省"),
        Field::new("city", "City", "市"),
        Field::new("county", "County", "区县"),
        Field::secret("street", "Street", "街道"),
        Field::secret("address", "Address", "详细地址"),
        Field::new("order_status", "State", "订单状态").values(&[
            ("-2", "Being paid", "付款中"),
            ("-1", "Unpaid", "未付款"),
            ("0", "To be shipped", "未发货"),
            ("1", "Shipped", "已发货"),
            ("2", "Will not be shipped", "不予发货"),
            ("3", "Refunded", "已退款"),
            ("4", "Complete", "交易完成"),
        ]),
        Field::new("express_company", "Carrier", "快递公司"),
        Field::new("express_no", "Tracking number", "快递单号"),
        Field::new("deliver_date", "Shipped at", "发货时间"),
        Field::new("buyer_remark", "Player's remark", "买家备注"),
        Field::new("seller_remark", "Merchant's remark", "卖家备注"),
        Field::new("cs_modify_address", "Address was changed", "客服改址"),
        Field::new("sync_status", "What the ERP knows", "同步状态"),
        Field::new("created_at", "Made at", "创建时间"),
        Field::new("updated_at", "Changed at", "修改时间"),
    ]);
