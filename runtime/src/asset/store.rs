//! The ledger's statements: what is read under the owners' locks, and what is written.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QueryResult, QuerySelect, Value,
};

use super::book::{Balance, Book, Head, Known, Lot};
use super::change::Receipt;
use super::entity::{balance, lot, owner};
use super::memory::Memory;
use super::owner::{Account, Asset, Owner};
use super::rows::{
    BALANCE_COLUMNS, JOURNAL_COLUMNS, OWNER_COLUMNS, balance_row, journal_row, owner_row,
};
use super::sizes::{SIZE_MAX, padded, size_below};
use super::statement::Text;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::types::{DateTime, Id, Utc};

/// Whether reads lock their rows: a transaction with one snapshot for all its statements would
/// otherwise not see what another one committed while this one waited for the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reads {
    /// Each statement sees what is committed by then.
    Fresh,
    /// Whoever began the transaction may have chosen another isolation.
    Locking,
}

/// The owners whose rows are in the same physical tables, and a connection to these.
pub(super) struct Shelf<'a, C> {
    pub(super) conn: &'a C,
    pub(super) owners: &'a BTreeSet<Owner>,
    pub(super) reads: Reads,
    pub(super) memory: &'a Memory,
}

impl<C: ConnectionTrait> Shelf<'_, C> {
    fn is_here(&self, owner: &Owner) -> bool {
        self.owners.contains(owner)
    }

    fn backend(&self) -> DbBackend {
        self.conn.get_database_backend()
    }

    /// What a read ends with that must see the newest rows, or lock them.
    fn lock_words(&self, always: bool) -> &'static str {
        match self.backend() {
            DbBackend::Sqlite => "",
            _ if always || self.reads == Reads::Locking => " FOR UPDATE",
            _ => "",
        }
    }

    /// Locks the owners that there are, in the order of their ids: everybody does.
    pub(super) async fn lock(&self, heads: &mut BTreeMap<Owner, Head>) -> AppResult<()> {
        let mut by_id: BTreeMap<i64, &Owner> = BTreeMap::new();
        let mut unknown = Vec::new();
        let known = self.memory.owner_ids(self.owners.iter());
        for (owner, id) in self.owners.iter().zip(known) {
            match id {
                Some(id) => drop(by_id.insert(id.get(), owner)),
                None => unknown.push(owner),
            }
        }
        for part in unknown.chunks(SIZE_MAX) {
            for (owner, id) in self.find_owners(part).await? {
                if let Some(owner) = self.owners.get(&owner) {
                    by_id.insert(id.get(), owner);
                }
            }
        }
        let ids: Vec<i64> = by_id.keys().copied().collect();
        for part in ids.chunks(SIZE_MAX) {
            let mut text = Text::new(self.backend());
            text.words("SELECT ")
                .names(&["id", "seq", "chain", "updated_at"]);
            text.words(" FROM ").name("asset_owner_tb");
            text.words(" WHERE ").name("id").words(" IN ");
            text.list(padded(part).copied());
            text.words(" ORDER BY ").name("id");
            text.words(self.lock_words(true));
            let rows = self.conn.query_all_raw(text.statement()).await?;
            if rows.len() != part.len() {
                return Err(gone("an owner"));
            }
            for row in rows {
                let (id, head) = head(&row)?;
                if let Some(owner) = by_id.get(&id) {
                    heads.insert((*owner).clone(), head);
                }
            }
        }
        Ok(())
    }

    /// Makes sure, under their locks, that the owners' heads are as they are remembered.
    ///
    /// # Errors
    /// `busy`: one is not.
    pub(super) async fn confirm(&self, remembered: &BTreeMap<Owner, Head>) -> AppResult<()> {
        if self.owners.is_empty() {
            return Ok(());
        }
        let mut heads = BTreeMap::new();
        self.lock(&mut heads).await?;
        let seq = |heads: &BTreeMap<Owner, Head>, owner| heads.get(owner).map(|head| head.seq);
        let mut owners = self.owners.iter();
        if owners.all(|owner| seq(&heads, owner) == seq(remembered, owner)) {
            return Ok(());
        }
        Err(AppError::new(ErrorCode::BUSY).with_source("an owner is not as he is remembered"))
    }

    async fn find_owners(&self, owners: &[&Owner]) -> Result<Vec<(Owner, Id)>, DbErr> {
        use owner::Column;
        let is_one = padded(owners).fold(Condition::any(), |any, one| {
            let is_user = Column::UserId.eq(one.user_id);
            let is_app = Column::AppId.eq(&one.app_id);
            let is_owner = Condition::all().add(is_user).add(is_app);
            any.add(is_owner.add(Column::ActId.eq(one.act_id)))
        });
        let mut rows = owner::Entity::find().filter(is_one);
        if self.reads == Reads::Locking {
            rows = rows.order_by_asc(Column::Id).lock_exclusive();
        }
        let rows = rows.all(self.conn).await?.into_iter();
        let found = rows.map(|row| (Owner::user(row.app_id, row.act_id, row.user_id), row.id));
        Ok(found.collect())
    }

    /// Rows of the journal with these keys.
    pub(super) async fn known(
        &self,
        keys: &[&str],
        known: &mut HashMap<String, Known>,
    ) -> Result<(), DbErr> {
        for part in keys.chunks(SIZE_MAX) {
            let mut text = Text::new(self.backend());
            text.words("SELECT ");
            text.names(&["only_key", "fingerprint", "id", "only_id"])
                .words(", ");
            text.names(&["history_value", "now_value", "seq"]);
            text.words(" FROM ").name("asset_log_tb");
            text.words(" WHERE ").name("only_key").words(" IN ");
            text.list(padded(part).copied());
            text.words(self.lock_words(false));
            for row in self.conn.query_all_raw(text.statement()).await? {
                let one = Known {
                    fingerprint: row.try_get_by_index(1)?,
                    receipt: Receipt {
                        log_id: row.try_get_by_index(2)?,
                        only_id: row.try_get_by_index(3)?,
                        before: row.try_get_by_index(4)?,
                        value: row.try_get_by_index(5)?,
                        seq: row.try_get_by_index(6)?,
                        replayed: false,
                    },
                };
                known.insert(row.try_get_by_index(0)?, one);
            }
        }
        Ok(())
    }

    /// Balances, of owners whose locks are held.
    pub(super) async fn balances(
        &self,
        accounts: &BTreeSet<Account>,
        balances: &mut HashMap<Account, Balance>,
    ) -> AppResult<()> {
        let here = accounts
            .iter()
            .filter(|account| self.is_here(&account.owner));
        let here: Vec<&Account> = here.collect();
        let mut by_id: BTreeMap<i64, &Account> = BTreeMap::new();
        let mut unknown = Vec::new();
        let known = self.memory.account_ids(here.iter().copied());
        for (account, id) in here.into_iter().zip(known) {
            match id {
                Some(id) => drop(by_id.insert(id.get(), account)),
                None => unknown.push(account),
            }
        }
        for part in unknown.chunks(SIZE_MAX) {
            self.find_balances(part, balances).await?;
        }
        let ids: Vec<i64> = by_id.keys().copied().collect();
        for part in ids.chunks(SIZE_MAX) {
            let mut text = Text::new(self.backend());
            text.words("SELECT ").names(&["id", "asset_value"]);
            text.words(" FROM ").name("user_asset_tb");
            text.words(" WHERE ").name("id").words(" IN ");
            text.list(padded(part).copied());
            text.words(self.lock_words(false));
            let rows = self.conn.query_all_raw(text.statement()).await?;
            if rows.len() != part.len() {
                return Err(gone("a balance"));
            }
            for row in rows {
                let id: i64 = row.try_get_by_index(0)?;
                if let Some(account) = by_id.get(&id) {
                    let balance = stored(Id::new(id), row.try_get_by_index(1)?);
                    balances.insert((*account).clone(), balance);
                }
            }
        }
        Ok(())
    }

    async fn find_balances(
        &self,
        accounts: &[&Account],
        balances: &mut HashMap<Account, Balance>,
    ) -> Result<(), DbErr> {
        use balance::Column;
        let is_one = padded(accounts).fold(Condition::any(), |any, Account { owner, asset }| {
            let is_user = Column::UserId.eq(owner.user_id);
            let is_app = Column::AppId.eq(&owner.app_id);
            let is_owner = Condition::all().add(is_user).add(is_app);
            let is_owner = is_owner.add(Column::ActId.eq(owner.act_id));
            let is_type = is_owner.add(Column::AssetType.eq(asset.asset_type));
            any.add(is_type.add(Column::AssetObjectId.eq(&asset.object_id)))
        });
        let mut rows = balance::Entity::find().filter(is_one);
        if self.reads == Reads::Locking {
            rows = rows.lock_exclusive();
        }
        for row in rows.all(self.conn).await? {
            let account = Account {
                owner: Owner::user(row.app_id, row.act_id, row.user_id),
                asset: Asset::new(row.asset_type, row.asset_object_id),
            };
            balances.insert(account, stored(row.id, row.asset_value));
        }
        Ok(())
    }

    /// Lots, of each account in the order of time. Accounts have few.
    pub(super) async fn lots(
        &self,
        accounts: &BTreeSet<Account>,
        lots: &mut HashMap<Account, Vec<Lot>>,
    ) -> Result<(), DbErr> {
        let here = accounts
            .iter()
            .filter(|account| self.is_here(&account.owner));
        for account in here {
            let mut rows = lots_of(account).order_by_asc(lot::Column::ExpiresAt);
            if self.reads == Reads::Locking {
                rows = rows.lock_exclusive();
            }
            let rows = rows.all(self.conn).await?.into_iter();
            let found = rows.map(|row| Lot {
                id: row.id,
                remaining: row.remaining,
                expires_at: row.expires_at,
            });
            lots.insert(account.clone(), found.collect());
        }
        Ok(())
    }

    /// Writes what the book changed of these owners.
    pub(super) async fn write(&self, book: &Book, key_id: &str) -> AppResult<()> {
        self.write_heads(&book.state.heads, key_id).await?;
        self.write_balances(book).await?;
        let here: HashSet<_> = self
            .owners
            .iter()
            .map(|owner| (owner.user_id, owner.act_id, owner.app_id.as_str()))
            .collect();
        let entries = book.entries.iter();
        let entries =
            entries.filter(|row| here.contains(&(row.user_id, row.act_id, row.app_id.as_str())));
        let rows = entries.map(journal_row).collect();
        self.insert("asset_log_tb", &JOURNAL_COLUMNS, rows).await?;
        self.write_lots(book).await
    }

    async fn write_heads(&self, heads: &BTreeMap<Owner, Head>, key_id: &str) -> AppResult<()> {
        let changed = heads.iter().filter(|(owner, head)| {
            self.is_here(owner) && head.stored.is_none_or(|stored| stored != head.seq)
        });
        let (old, new): (Vec<_>, Vec<_>) = changed.partition(|(_, head)| head.stored.is_some());
        let new = new
            .into_iter()
            .map(|(owner, head)| owner_row(owner, head, key_id));
        self.insert("asset_owner_tb", &OWNER_COLUMNS, new.collect())
            .await?;
        for part in old.chunks(SIZE_MAX) {
            let heads: Vec<&Head> = padded(part).map(|(_, head)| *head).collect();
            let id = |head: &&Head| head.id.get();
            let mut text = Text::new(self.backend());
            text.words("UPDATE ").name("asset_owner_tb").words(" SET ");
            text.name("seq").words(" = ");
            text.cases(&heads, id, |head| head.seq.into(), "-1");
            text.words(", ").name("chain").words(" = ");
            text.cases(&heads, id, |head| head.chain.as_str().into(), "''");
            text.words(", ").name("key_id").words(" = ").value(key_id);
            let times: Vec<_> = heads.iter().map(|head| (head.id.get(), head.at)).collect();
            set_times(&mut text, &times);
            text.words(" WHERE ")
                .name("id")
                .words(" IN ")
                .list(heads.iter().map(id));
            text.words(" AND ").name("seq").words(" = ");
            let stored = |head: &&Head| head.stored.unwrap_or_default().into();
            text.cases(&heads, id, stored, "-1");
            let done = self.conn.execute_raw(text.statement()).await?;
            expect(done.rows_affected(), part.len())?;
        }
        Ok(())
    }

    async fn write_balances(&self, book: &Book) -> AppResult<()> {
        let heads = &book.state.heads;
        let at = |owner: &Owner| heads.get(owner).map(|head| head.at).unwrap_or_default();
        let changed = book.state.balances.iter().filter(|(account, balance)| {
            self.is_here(&account.owner)
                && balance.stored.is_none_or(|stored| stored != balance.value)
        });
        let (mut old, mut new): (Vec<_>, Vec<_>) =
            changed.partition(|(_, balance)| balance.stored.is_some());
        new.sort_by_key(|(account, _)| *account);
        old.sort_by_key(|(_, balance)| balance.id);
        let new = new.into_iter();
        let new = new.map(|(account, balance)| balance_row(account, balance, at(&account.owner)));
        self.insert("user_asset_tb", &BALANCE_COLUMNS, new.collect())
            .await?;
        for part in old.chunks(SIZE_MAX) {
            let balances: Vec<&Balance> = padded(part).map(|(_, balance)| *balance).collect();
            let times = padded(part).map(|(account, one)| (one.id.get(), at(&account.owner)));
            let times: Vec<_> = times.collect();
            let id = |balance: &&Balance| balance.id.get();
            let mut text = Text::new(self.backend());
            text.words("UPDATE ").name("user_asset_tb").words(" SET ");
            // MySQL assigns from left to right: the condition below must see the old value.
            text.name("asset_value").words(" = ");
            text.cases(&balances, id, |balance| balance.value.into(), "-1");
            set_times(&mut text, &times);
            text.words(" WHERE ").name("id").words(" IN ");
            text.list(balances.iter().map(id));
            text.words(" AND ").name("asset_value").words(" = ");
            let stored = |balance: &&Balance| balance.stored.unwrap_or_default().into();
            text.cases(&balances, id, stored, "-1");
            let done = self.conn.execute_raw(text.statement()).await?;
            expect(done.rows_affected(), part.len())?;
        }
        Ok(())
    }

    /// The lots of an account are written as a whole: there are few, and seldom.
    async fn write_lots(&self, book: &Book) -> AppResult<()> {
        for account in &book.touched_lots {
            let Account { owner, asset } = account;
            if !self.is_here(owner) {
                continue;
            }
            lot::Entity::delete_many()
                .filter(is_lot_of(account))
                .exec(self.conn)
                .await?;
            let lots = book.state.lots.get(account).into_iter().flatten();
            let lots = lots.map(|lot| lot::Model {
                id: lot.id,
                app_id: owner.app_id.clone(),
                act_id: owner.act_id,
                user_id: owner.user_id,
                asset_type: asset.asset_type,
                asset_object_id: asset.object_id.clone(),
                remaining: lot.remaining,
                expires_at: lot.expires_at,
            });
            insert::<lot::Entity, _>(self.conn, lots.collect()).await?;
        }
        Ok(())
    }

    /// Inserts rows, in statements of the known sizes.
    async fn insert(&self, table: &str, columns: &[&str], rows: Vec<Vec<Value>>) -> AppResult<()> {
        let mut rows = rows.into_iter();
        while let Some(size) = size_below(rows.len()) {
            let mut text = Text::new(self.backend());
            text.words("INSERT INTO ").name(table);
            text.words(" (").names(columns).words(") VALUES ");
            for (index, row) in rows.by_ref().take(size).enumerate() {
                if index > 0 {
                    text.words(", ");
                }
                text.list(row.into_iter());
            }
            self.conn.execute_raw(text.statement()).await?;
        }
        Ok(())
    }
}

fn head(row: &QueryResult) -> Result<(i64, Head), DbErr> {
    let id: i64 = row.try_get_by_index(0)?;
    let seq = row.try_get_by_index(1)?;
    let head = Head {
        id: Id::new(id),
        seq,
        chain: row.try_get_by_index(2)?,
        at: row.try_get_by_index(3)?,
        stored: Some(seq),
    };
    Ok((id, head))
}

fn stored(id: Id, value: i64) -> Balance {
    Balance {
        id,
        value,
        stored: Some(value),
    }
}

fn is_lot_of(Account { owner, asset }: &Account) -> Condition {
    use lot::Column;
    Condition::all()
        .add(Column::UserId.eq(owner.user_id))
        .add(Column::AppId.eq(&owner.app_id))
        .add(Column::ActId.eq(owner.act_id))
        .add(Column::AssetType.eq(asset.asset_type))
        .add(Column::AssetObjectId.eq(&asset.object_id))
}

fn lots_of(account: &Account) -> sea_orm::Select<lot::Entity> {
    lot::Entity::find().filter(is_lot_of(account))
}

/// Nearly always all times are the same.
fn set_times(text: &mut Text, times: &[(i64, DateTime<Utc>)]) {
    text.words(", ").name("updated_at").words(" = ");
    let first = times.first().map(|(_, at)| *at).unwrap_or_default();
    if times.iter().all(|(_, at)| *at == first) {
        text.value(first);
    } else {
        let own = |(_, at): &(i64, DateTime<Utc>)| (*at).into();
        text.cases(times, |(id, _)| *id, own, "NULL");
    }
}

/// Inserts rows, in statements of the known sizes.
pub(super) async fn insert<E, C>(conn: &C, rows: Vec<E::Model>) -> AppResult<()>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    C: ConnectionTrait,
{
    let mut rows = rows.into_iter().map(IntoActiveModel::into_active_model);
    while let Some(size) = size_below(rows.len()) {
        let part: Vec<E::ActiveModel> = rows.by_ref().take(size).collect();
        E::insert_many(part).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// Refuses to go on when somebody wrote past the locks.
fn expect(affected: u64, rows: usize) -> AppResult<()> {
    if affected == rows as u64 {
        return Ok(());
    }
    let reason = format!("{rows} rows were to be updated, {affected} were as they had been read");
    Err(AppError::new(ErrorCode::BUSY).with_source(reason))
}

fn gone(what: &str) -> AppError {
    let reason = format!("{what} is gone whose id was known");
    AppError::new(ErrorCode::BUSY).with_source(reason)
}
