//! Where a shipment goes, and how that is kept.

use super::entity::Model;
use crate::error::{AppError, AppResult};
use crate::personal::KeyRing;
use crate::types::Id;

/// Whom something is sent to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// Who receives it: 1 to 50 characters.
    pub real_name: String,
    /// How to reach him: 5 to 20 digits, `+`, `-`, spaces.
    pub telephone: String,
    /// Province.
    pub province: String,
    /// City.
    pub city: String,
    /// County.
    pub county: String,
    /// Street or town.
    pub street: String,
    /// House and door: 1 to 200 characters.
    pub address: String,
}

/// What is encrypted of an address.
pub(super) struct Sealed {
    pub(super) real_name: String,
    pub(super) telephone: String,
    pub(super) address: String,
}

/// The place of a value that is encrypted.
fn place(id: Id, field: &str) -> String {
    format!("prize_order_tb:{id}:{field}")
}

impl Address {
    /// # Errors
    /// `param_error`: what is wrong.
    pub(super) fn check(&self) -> AppResult<()> {
        let is_between = |text: &str, from: usize, to: usize| {
            let is_long = (from..=to).contains(&text.trim().chars().count());
            is_long && !text.chars().any(char::is_control)
        };
        let is_phone = self
            .telephone
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' '));
        for (is_good, english, chinese) in [
            (
                is_between(&self.real_name, 1, 50),
                "real_name: must have 1 to 50 characters",
                "real_name：须为 1 到 50 个字符",
            ),
            (
                is_phone && is_between(&self.telephone, 5, 20),
                "telephone: must have 5 to 20 digits",
                "telephone：须为 5 到 20 位号码",
            ),
            (
                is_between(&self.address, 1, 200),
                "address: must have 1 to 200 characters",
                "address：须为 1 到 200 个字符",
            ),
            (
                is_between(&self.province, 1, 50),
                "province: must have 1 to 50 characters",
                "province：须为 1 到 50 个字符",
            ),
            (
                is_between(&self.city, 0, 50) && is_between(&self.county, 0, 50),
                "city, county: at most 50 characters",
                "city、county：最多 50 个字符",
            ),
            (
                is_between(&self.street, 0, 100),
                "street: at most 100 characters",
                "street：最多 100 个字符",
            ),
        ] {
            if !is_good {
                return Err(AppError::param((english, chinese)));
            }
        }
        Ok(())
    }

    /// What is to be kept in the row of a shipment.
    pub(super) fn seal(&self, ring: &KeyRing, id: Id) -> AppResult<Sealed> {
        let seal = |field: &str, text: &str| ring.seal(&place(id, field), text);
        Ok(Sealed {
            real_name: seal("real_name", &self.real_name)?,
            telephone: seal("telephone", &self.telephone)?,
            address: seal("address", &self.address)?,
        })
    }

    /// What the row of a shipment keeps.
    pub(super) fn open(ring: &KeyRing, row: &Model) -> AppResult<Self> {
        let open = |field: &str, text: &str| ring.open(&place(row.id, field), text);
        Ok(Self {
            real_name: open("real_name", &row.real_name)?,
            telephone: open("telephone", &row.telephone)?,
            province: row.province.clone(),
            city: row.city.clone(),
            county: row.county.clone(),
            street: row.street.clone(),
            address: open("address", &row.address)?,
        })
    }
}
