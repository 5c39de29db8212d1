//! The ledger's statements: what is read under the owners' locks, and what is written.
//!
//! Each is about many rows at once. Their number is rounded up (conditions) or split (inserts) to
//! few sizes, so that the databases know nearly all statements already.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait as _, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};

use super::book::{Balance, Book, Head, Lot};
use super::entity::{balance, journal, lot, owner};
use super::owner::{Account, Asset, Owner};
use crate::error::{AppError, AppResult, ErrorCode};
use crate::types::{DateTime, Id, Utc};

/// Numbers of rows that statements come with.
const SIZES: [usize; 14] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128];

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
    pub(super) owners: BTreeSet<Owner>,
    pub(super) reads: Reads,
}

impl<C: ConnectionTrait> Shelf<'_, C> {
    fn is_here(&self, owner: &Owner) -> bool {
        self.owners.contains(owner)
    }

    /// Locks the owners that there are.
    pub(super) async fn lock(&self, heads: &mut BTreeMap<Owner, Head>) -> Result<(), DbErr> {
        use owner::Column;
        for part in self.owners.iter().collect::<Vec<_>>().chunks(SIZE_MAX) {
            let is_one = part_of(part, |one: &&Owner| {
                let is_user = Column::UserId.eq(one.user_id);
                let is_app = Column::AppId.eq(&one.app_id);
                Condition::all().add(is_user).add(is_app).add(Column::ActId.eq(one.act_id))
            });
            // In the order in which everybody locks.
            let rows = sea_orm::QueryOrder::order_by_asc(
                owner::Entity::find().filter(is_one),
                Column::UserId,
            );
            let rows = sea_orm::QueryOrder::order_by_asc(rows, Column::AppId);
            let rows = sea_orm::QueryOrder::order_by_asc(rows, Column::ActId);
            for row in rows.lock_exclusive().all(self.conn).await? {
                let head = Head {
                    id: row.id,
                    seq: row.seq,
                    chain: row.chain,
                    at: row.updated_at,
                    stored: Some(row.seq),
                };
                heads.insert(Owner::user(row.app_id, row.act_id, row.user_id), head);
            }
        }
        Ok(())
    }

    /// Rows of the journal with these keys.
    pub(super) async fn known(
        &self,
        keys: &BTreeSet<(Owner, String)>,
        known: &mut HashMap<(Owner, String), Vec<journal::Model>>,
    ) -> Result<(), DbErr> {
        use journal::Column;
        let keys: Vec<_> = keys.iter().filter(|(owner, _)| self.is_here(owner)).collect();
        for part in keys.chunks(SIZE_MAX) {
            let is_one = part_of(part, |(one, only_id): &&(Owner, String)| {
                let is_user = Column::UserId.eq(one.user_id);
                let is_app = Column::AppId.eq(&one.app_id);
                let is_owner = Condition::all().add(is_user).add(is_app);
                let is_owner = is_owner.add(Column::ActId.eq(one.act_id));
                is_owner.add(Column::OnlyId.eq(only_id))
            });
            let mut rows = journal::Entity::find().filter(is_one);
            if self.reads == Reads::Locking {
                rows = rows.lock_exclusive();
            }
            for row in rows.all(self.conn).await? {
                let owner = Owner::user(row.app_id.clone(), row.act_id, row.user_id);
                let key = (owner, row.only_id.clone());
                known.entry(key).or_default().push(row);
            }
        }
        Ok(())
    }

    /// Balances.
    pub(super) async fn balances(
        &self,
        accounts: &BTreeSet<Account>,
        balances: &mut HashMap<Account, Balance>,
    ) -> Result<(), DbErr> {
        use balance::Column;
        let here = accounts.iter().filter(|account| self.is_here(&account.owner));
        for part in here.collect::<Vec<_>>().chunks(SIZE_MAX) {
            let is_one = part_of(part, |account: &&Account| {
                let Account { owner, asset } = account;
                let is_user = Column::UserId.eq(owner.user_id);
                let is_app = Column::AppId.eq(&owner.app_id);
                let is_owner = Condition::all().add(is_user).add(is_app);
                let is_owner = is_owner.add(Column::ActId.eq(owner.act_id));
                let is_type = is_owner.add(Column::AssetType.eq(asset.asset_type));
                is_type.add(Column::AssetObjectId.eq(&asset.object_id))
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
                let balance = Balance {
                    id: row.id,
                    value: row.asset_value,
                    stored: Some(row.asset_value),
                };
                balances.insert(account, balance);
            }
        }
        Ok(())
    }

    /// Lots, of each account in the order of time.
    pub(super) async fn lots(
        &self,
        accounts: &BTreeSet<Account>,
        lots: &mut HashMap<Account, Vec<Lot>>,
    ) -> Result<(), DbErr> {
        use lot::Column;
        let here = accounts.iter().filter(|account| self.is_here(&account.owner));
        for part in here.collect::<Vec<_>>().chunks(SIZE_MAX) {
            let is_one = part_of(part, |account: &&Account| {
                let Account { owner, asset } = account;
                let is_user = Column::UserId.eq(owner.user_id);
                let is_app = Column::AppId.eq(&owner.app_id);
                let is_owner = Condition::all().add(is_user).add(is_app);
                let is_owner = is_owner.add(Column::ActId.eq(owner.act_id));
                let is_type = is_owner.add(Column::AssetType.eq(asset.asset_type));
                is_type.add(Column::AssetObjectId.eq(&asset.object_id))
            });
            let rows = lot::Entity::find().filter(is_one);
            let mut rows = sea_orm::QueryOrder::order_by_asc(rows, Column::ExpiresAt);
            if self.reads == Reads::Locking {
                rows = rows.lock_exclusive();
            }
            for row in rows.all(self.conn).await? {
                let account = Account {
                    owner: Owner::user(row.app_id, row.act_id, row.user_id),
                    asset: Asset::new(row.asset_type, row.asset_object_id),
                };
                lots.entry(account).or_default().push(Lot {
                    id: row.id,
                    remaining: row.remaining,
                    expires_at: row.expires_at,
                });
            }
        }
        Ok(())
    }

    /// Writes what the book changed of these owners.
    pub(super) async fn write(&self, book: &Book, key_id: &str) -> AppResult<()> {
        self.write_heads(&book.state.heads, key_id).await?;
        self.write_balances(&book.state.balances, &book.state.heads)
            .await?;
        let entries = book.entries.iter().filter(|row| {
            let is_of = |owner: &&Owner| {
                (owner.user_id, owner.act_id) == (row.user_id, row.act_id)
                    && owner.app_id == row.app_id
            };
            self.owners.iter().any(|owner| is_of(&owner))
        });
        insert::<journal::Entity, _>(self.conn, entries.cloned().collect()).await?;
        self.write_lots(book).await
    }

    async fn write_heads(&self, heads: &BTreeMap<Owner, Head>, key_id: &str) -> AppResult<()> {
        use owner::Column;
        let changed = heads.iter().filter(|(owner, head)| {
            self.is_here(owner) && head.stored.is_none_or(|stored| stored != head.seq)
        });
        let (old, new): (Vec<_>, Vec<_>) = changed.partition(|(_, head)| head.stored.is_some());
        let new = new.into_iter().map(|(owner, head)| owner::Model {
            id: head.id,
            app_id: owner.app_id.clone(),
            act_id: owner.act_id,
            user_id: owner.user_id,
            seq: head.seq,
            chain: head.chain.clone(),
            key_id: key_id.to_owned(),
            created_at: head.at,
            updated_at: head.at,
        });
        insert::<owner::Entity, _>(self.conn, new.collect()).await?;
        for part in old.chunks(SIZE_MAX) {
            let padded: Vec<&Head> = padded(part).map(|(_, head)| *head).collect();
            let seqs = cases(&padded, Column::Seq, |head| head.seq.into());
            let chains = cases(&padded, Column::Chain, |head| head.chain.as_str().into());
            let times = cases(&padded, Column::UpdatedAt, |head| head.at.into());
            let as_before = padded.iter().fold(Condition::any(), |any, head| {
                let is_it = Column::Id.eq(head.id);
                any.add(is_it.and(Column::Seq.eq(head.stored.unwrap_or_default())))
            });
            let update = owner::Entity::update_many()
                .col_expr(Column::Seq, seqs)
                .col_expr(Column::Chain, chains)
                .col_expr(Column::UpdatedAt, times)
                .col_expr(Column::KeyId, Expr::value(key_id))
                .filter(as_before);
            expect(update.exec(self.conn).await?.rows_affected, part.len())?;
        }
        Ok(())
    }

    async fn write_balances(
        &self,
        balances: &HashMap<Account, Balance>,
        heads: &BTreeMap<Owner, Head>,
    ) -> AppResult<()> {
        use balance::Column;
        let at = |owner: &Owner| heads.get(owner).map(|head| head.at).unwrap_or_default();
        let changed = balances.iter().filter(|(account, balance)| {
            self.is_here(&account.owner)
                && balance.stored.is_none_or(|stored| stored != balance.value)
        });
        let (old, mut new): (Vec<_>, Vec<_>) =
            changed.partition(|(_, balance)| balance.stored.is_some());
        new.sort_by_key(|(account, _)| *account);
        let new = new.into_iter().map(|(account, balance)| balance::Model {
            id: balance.id,
            app_id: account.owner.app_id.clone(),
            act_id: account.owner.act_id,
            user_id: account.owner.user_id,
            asset_type: account.asset.asset_type,
            asset_object_id: account.asset.object_id.clone(),
            asset_value: balance.value,
            created_at: at(&account.owner),
            updated_at: at(&account.owner),
        });
        insert::<balance::Entity, _>(self.conn, new.collect()).await?;
        for part in old.chunks(SIZE_MAX) {
            let padded: Vec<(&Balance, DateTime<Utc>)> = padded(part)
                .map(|(account, balance)| (*balance, at(&account.owner)))
                .collect();
            let values = cases(&padded, Column::AssetValue, |(one, _)| one.value.into());
            let times = cases(&padded, Column::UpdatedAt, |(_, at)| (*at).into());
            let as_before = padded.iter().fold(Condition::any(), |any, (one, _)| {
                let is_it = Column::Id.eq(one.id);
                any.add(is_it.and(Column::AssetValue.eq(one.stored.unwrap_or_default())))
            });
            let update = balance::Entity::update_many()
                .col_expr(Column::AssetValue, values)
                .col_expr(Column::UpdatedAt, times)
                .filter(as_before);
            expect(update.exec(self.conn).await?.rows_affected, part.len())?;
        }
        Ok(())
    }

    /// The lots of an account are written as a whole: there are few, and seldom.
    async fn write_lots(&self, book: &Book) -> AppResult<()> {
        use lot::Column;
        for account in &book.touched_lots {
            let Account { owner, asset } = account;
            if !self.is_here(owner) {
                continue;
            }
            lot::Entity::delete_many()
                .filter(Column::UserId.eq(owner.user_id))
                .filter(Column::AppId.eq(&owner.app_id))
                .filter(Column::ActId.eq(owner.act_id))
                .filter(Column::AssetType.eq(asset.asset_type))
                .filter(Column::AssetObjectId.eq(&asset.object_id))
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
}

const SIZE_MAX: usize = 128;

/// The rows, and the last one again up to the next size.
fn padded<T>(rows: &[T]) -> impl Iterator<Item = &T> {
    let size = SIZES.into_iter().find(|size| *size >= rows.len());
    let more = size.unwrap_or(rows.len()) - rows.len();
    rows.iter().chain(rows.last().into_iter().cycle().take(more))
}

/// Any of the rows.
fn part_of<T>(rows: &[T], one: impl Fn(&T) -> Condition) -> Condition {
    padded(rows).fold(Condition::any(), |any, row| any.add(one(row)))
}

/// The new value of a column, by id.
fn cases<T: HasId>(
    rows: &[T],
    column: impl ColumnTrait,
    value: impl Fn(&T) -> sea_orm::Value,
) -> SimpleExpr {
    let cases = rows.iter().fold(CaseStatement::new(), |cases, row| {
        cases.case(Expr::col("id").eq(row.id()), Expr::value(value(row)))
    });
    cases.finally(Expr::col(column.as_column_ref().1)).into()
}

trait HasId {
    fn id(&self) -> Id;
}

impl HasId for &Head {
    fn id(&self) -> Id {
        self.id
    }
}

impl HasId for (&Balance, DateTime<Utc>) {
    fn id(&self) -> Id {
        self.0.id
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
    let mut left = rows.len();
    while left > 0 {
        let size = SIZES.into_iter().rev().find(|size| *size <= left);
        let part: Vec<E::ActiveModel> = rows.by_ref().take(size.unwrap_or(1)).collect();
        left -= part.len();
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
