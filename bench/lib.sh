#!/usr/bin/env bash
# What the measuring scripts share; to be sourced.
set -euo pipefail

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

say() { printf '%s\n' "$*" >&2; }

need() {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null || die "needs $tool (on Debian: apt-get install $tool)"
  done
}

# The process that is being measured; it does not outlive the script.
server=

# A folder of this run, in $scratch, removed at the end.
make_scratch() {
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/cloudapp-bench.XXXXXX")
  trap 'if [[ -n $server ]]; then kill -KILL "$server" 2>/dev/null || true; fi
    rm -rf -- "$scratch"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# The middle one of the numbers on standard input.
median() { sort -n | awk '{ a[NR] = $1 } END { print NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2 }'; }

smallest_and_largest() { sort -n | awk 'NR == 1 { first = $1 } END { print first " to " $1 }'; }

# measure FILE COMMAND...: adds "wall_ms cpu_ms" to FILE; the command's own output is dropped.
# CPU is user and system time of the command and of the children it waited for.
measure() {
  local file=$1 TIMEFORMAT='%3R %3U %3S'
  shift
  { time "$@" >"$scratch/out" 2>"$scratch/err" </dev/null; } 2>"$scratch/time" || {
    cat "$scratch/err" >&2
    die "failed: $*"
  }
  awk '{ printf "%.0f %.0f\n", $1 * 1000, ($2 + $3) * 1000 }' "$scratch/time" >>"$file"
}

machine() {
  printf '%s, %s cores, Linux %s, %s\n' \
    "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" \
    "$(uname -r)" "$(rustc --version)"
}
