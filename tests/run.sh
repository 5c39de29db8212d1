#!/usr/bin/env bash
# The one test command: format, lints, documentation, and every test against real servers.
#
#   tests/run.sh             everything, as CI runs it
#   tests/run.sh ARGS...     only `cargo test ARGS...`, with the servers
#
# Needs a Rust toolchain and a C compiler. MariaDB, PostgreSQL and Redis come from
# tests/services.sh, unless CLOUDAPP_TEST_MYSQL_URL, CLOUDAPP_TEST_POSTGRES_URL or
# CLOUDAPP_TEST_REDIS_URL name some. Leaves nothing behind but target/, and fails when a test does.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."

SCRATCH=$(mktemp -d "${TMPDIR:-/tmp}/cloudapp-test.XXXXXX")
readonly SCRATCH
# PostgreSQL runs as a user of its own and must get through.
chmod 711 "$SCRATCH"
SUMMARY=()
PHASE=

on_exit() {
  local status=$?
  trap - EXIT
  bash tests/services.sh stop "$SCRATCH/services" || status=1
  rm -rf -- "$SCRATCH"
  if ((${#SUMMARY[@]})); then printf '%s\n' "${SUMMARY[@]}"; fi
  if [[ $status != 0 ]]; then printf 'FAILED: %s\n' "${PHASE:-set-up}"; fi
  exit "$status"
}
trap on_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# phase NAME COMMAND...: runs it, with its time in the closing summary; a failure ends the run.
phase() {
  local began=$SECONDS
  PHASE=$1
  shift
  printf '\n=== %s\n' "$PHASE"
  "$@"
  SUMMARY+=("$(printf 'ok %6d s  %s' $((SECONDS - began)) "$PHASE")")
}

toolchain() {
  if ! command -v cargo >/dev/null && [[ -f ${HOME:-}/.cargo/env ]]; then
    # shellcheck disable=SC1091
    . "$HOME/.cargo/env"
  fi
  command -v cargo >/dev/null || { echo 'no cargo: please install Rust' >&2; return 1; }
  cargo --version
  cargo fmt --version
  cargo clippy --version
  cc --version | head -n 1
}

services() {
  bash tests/services.sh start "$SCRATCH/services" $$
  # shellcheck disable=SC1091
  . "$SCRATCH/services/env.sh"
}

documentation() {
  RUSTDOCFLAGS='-D warnings' cargo doc --locked --workspace --all-features --no-deps
}

# Temporary files go to a folder of this run, so that what a test leaves there is seen. A snapshot
# that differs is a failure, never a new file. A red suite does not hide what the next ones say.
tests() {
  mkdir -m 700 "$SCRATCH/tmp"
  TMPDIR=$SCRATCH/tmp INSTA_UPDATE=no cargo test --locked --no-fail-fast "$@" </dev/null |
    tee "$SCRATCH/tests.log"
}

count() {
  grep -E '^test result: ' "$SCRATCH/tests.log" | grep -oE "[0-9]+ $1" |
    awk '{ sum += $1 } END { print sum + 0 }'
}

tests_left_nothing() {
  local left
  left=$(find "$SCRATCH/tmp" -mindepth 1 -maxdepth 1)
  if [[ -n $left ]]; then
    printf 'a test left temporary files:\n%s\n' "$left" >&2
    return 1
  fi
}

# The work tree's state as git sees it, including what is in files that were changed already.
tree_state() {
  if ! git rev-parse --is-inside-work-tree >/dev/null; then
    echo 'not a git work tree: nothing to compare'
    return
  fi
  git status --porcelain --untracked-files=all
  git diff | git hash-object --stdin
}

tree_is_as_before() {
  local now
  now=$(tree_state)
  if [[ $now != "$TREE_BEFORE" ]]; then
    echo 'the tests changed the work tree:' >&2
    diff <(printf '%s\n' "$TREE_BEFORE") <(printf '%s\n' "$now") >&2 || true
    return 1
  fi
}

phase 'toolchain' toolchain
phase 'servers' services
if (($#)); then
  phase "cargo test $*" tests "$@"
  exit
fi
# Nothing is built twice here, and what cargo keeps for that is half of the disk that a run takes.
export CARGO_INCREMENTAL=0
TREE_BEFORE=$(tree_state)
phase 'format' cargo fmt --all --check
phase 'clippy' cargo clippy --locked --workspace --all-targets --all-features -- -D warnings
phase 'documentation' documentation
phase 'tests' tests --workspace --all-features
phase 'nothing left in temporary folders' tests_left_nothing
phase 'work tree unchanged' tree_is_as_before
printf '\ntests: %s passed, %s failed, %s skipped\n' "$(count passed)" "$(count failed)" "$(count ignored)"
