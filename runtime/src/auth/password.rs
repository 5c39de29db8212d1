//! Passwords: argon2id, off the async threads, a few at a time.

use std::time::Duration;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::config::Environment;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::random;

/// Hashes at once in this process. Each takes 19 MiB and a core; without a bound a flood of log-ins
/// would take all of both.
const AT_ONCE: usize = 2;

/// Longest time to wait for one's turn.
const PATIENCE: Duration = Duration::from_secs(5);

static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);

/// The right to hash, held during an attempt to log in.
pub(super) async fn turn() -> AppResult<SemaphorePermit<'static>> {
    match tokio::time::timeout(PATIENCE, TURNS.acquire()).await {
        Ok(Ok(turn)) => Ok(turn),
        Ok(Err(_)) | Err(_) => Err(AppError::new(ErrorCode::BUSY)),
    }
}

/// The hash to store for a password, as a PHC string with its own salt and cost.
pub(super) async fn hash(password: String, environment: Environment) -> AppResult<String> {
    let salt = SaltString::encode_b64(&random::bytes::<16>()?).map_err(unhashable)?;
    off_thread(move || {
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost(environment));
        let hash = argon
            .hash_password(password.as_bytes(), &salt)
            .map_err(unhashable)?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether a password fits a stored hash; the cost is that of the hash. Without a hash (there is no
/// such user) the same work is done for nothing.
pub(super) async fn verify(
    password: String,
    stored: Option<String>,
    environment: Environment,
) -> AppResult<bool> {
    off_thread(move || {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| nobody(&cost(environment)));
        let hash = PasswordHash::new(&stored).map_err(unhashable)?;
        let fits = Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok();
        Ok(fits && known)
    })
    .await
}

/// A hash that no password has, at the given cost.
fn nobody(cost: &Params) -> String {
    let (m, t, p) = (cost.m_cost(), cost.t_cost(), cost.p_cost());
    let (salt, hash) = ("A".repeat(22), "A".repeat(43));
    format!("$argon2id$v=19$m={m},t={t},p={p}${salt}${hash}")
}

/// OWASP's choice (19 MiB, 2 passes); next to nothing in tests, whose suites make many operators.
fn cost(environment: Environment) -> Params {
    match environment {
        Environment::Test => Params::new(Params::MIN_M_COST, 1, 1, None).unwrap_or(Params::DEFAULT),
        Environment::Development | Environment::Production => Params::DEFAULT,
    }
}

/// The library's error is no `std::error::Error` without its feature for that.
fn unhashable(error: argon2::password_hash::Error) -> AppError {
    AppError::internal(error.to_string())
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> AppResult<T> + Send + 'static,
) -> AppResult<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(AppError::internal)?
}
