//! What every rendered file must pass before it may be written.

use anyhow::{Context as _, Result, bail};

use super::DELIMITERS;

/// Checks one rendered file: parses as its language, carries no delimiter of the generator, has
/// clean line ends.
///
/// # Errors
/// The first thing that is wrong, with the line.
pub fn check(path: &str, content: &str) -> Result<()> {
    if content.is_empty() {
        bail!("`{path}` is empty");
    }
    if !content.ends_with('\n') || content.ends_with("\n\n") {
        bail!("`{path}` does not end with exactly one line end");
    }
    for (index, line) in content.lines().enumerate() {
        let number = index + 1;
        if let Some(delimiter) = DELIMITERS
            .iter()
            .find(|delimiter| line.contains(*delimiter))
        {
            bail!("`{path}`, line {number}: the delimiter `{delimiter}` is left");
        }
        if line.ends_with([' ', '\t', '\r']) {
            bail!("`{path}`, line {number}: white space at the end");
        }
    }
    match path.rsplit_once('.') {
        Some((_, "rs")) => {
            syn::parse_file(content).with_context(|| format!("`{path}`: not Rust"))?;
        }
        Some((_, "toml")) => {
            toml::from_str::<toml::Table>(content)
                .with_context(|| format!("`{path}`: not TOML"))?;
        }
        _ => {}
    }
    Ok(())
}
