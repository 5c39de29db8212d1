#!/usr/bin/env bash
# What `cloudapp new` and `cloudapp add module` cost: wall and CPU time, memory, programs started.
#
#   bench/generator.sh [RUNS]     default 21; prints a Markdown table of medians
#
# Builds the release binary first, unless CLOUDAPP_BIN names one.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
# shellcheck source=bench/lib.sh
. bench/lib.sh

readonly RUNS=${1:-21}
# One field of each type.
readonly MODULE=(add module note --field 'title:string(100)' --field 'body:text?'
  --field 'place:int=0' --field 'views:bigint=0' --field 'price:decimal' --field 'pinned:bool'
  --field 'on_day:date' --field 'at_time:datetime' --field 'extra:json?' --field 'code:uuid:unique')

need /usr/bin/time strace git
make_scratch

bin=${CLOUDAPP_BIN:-}
if [[ -z $bin ]]; then
  cargo build --locked --release --package cloudapp >&2
  bin=$PWD/target/release/cloudapp
fi
bin=$(realpath "$bin")

new() { "$bin" new "$scratch/$1"; }

add_module() (
  cd "$scratch/$1"
  exec "$bin" "${MODULE[@]}"
)

# Nothing is deleted until the end: ext4 steps over the inodes of the last half minute's deletions one
# by one, which makes each new file dear (seen: 150 ms of system time for `new` after `rm -rf target`).
# Once as a warm-up, whose messages are worth reading; then again and again.
new warm >/dev/null 2>"$scratch/err" || die "$(<"$scratch/err")"
add_module warm >/dev/null 2>"$scratch/err" || die "$(<"$scratch/err")"
for ((run = 1; run <= RUNS; run++)); do
  measure "$scratch/new" new "app$run"
  measure "$scratch/add" add_module "app$run"
  /usr/bin/time -o "$scratch/new.rss" -a -f %M "$bin" new "$scratch/rss$run" >/dev/null 2>&1
  (cd "$scratch/rss$run" &&
    /usr/bin/time -o "$scratch/add.rss" -a -f %M "$bin" "${MODULE[@]}" >/dev/null 2>&1)
done
strace -f -qq -e trace=execve -o "$scratch/new.exec" "$bin" new "$scratch/traced" >/dev/null 2>&1
(cd "$scratch/traced" &&
  strace -f -qq -e trace=execve -o "$scratch/add.exec" "$bin" "${MODULE[@]}" >/dev/null 2>&1)

# The programs that were started, but for the command itself.
programs() {
  sed -n 's/.*execve("\([^"]*\)".* = 0$/\1/p' "$1" | tail -n +2 | xargs -r -n 1 basename |
    sort | uniq -c | awk '{ printf "%s%s ×%s", (NR > 1 ? ", " : ""), $2, $1 }
      END { if (NR == 0) printf "none" }'
}

row() {
  local name=$1 file=$2
  # shellcheck disable=SC2016 # Markdown's, not the shell's
  printf '| `%s` | %s | %s | %s | %s | %.1f | %s |\n' "$name" \
    "$(cut -d' ' -f1 "$file" | median)" "$(cut -d' ' -f1 "$file" | smallest_and_largest)" \
    "$(cut -d' ' -f2 "$file" | median)" "$(cut -d' ' -f2 "$file" | smallest_and_largest)" \
    "$(sort -n "$file.rss" | tail -n 1 | awk '{ print $1 / 1024 }')" "$(programs "$file.exec")"
}

printf 'Release build, %s runs; %s.\n\n' "$RUNS" "$(machine)"
echo '| command | wall ms, median | wall ms, range | CPU ms, median | CPU ms, range | peak memory MiB | programs started |'
echo '|---|---:|---:|---:|---:|---:|---|'
row 'cloudapp new' "$scratch/new"
row 'cloudapp add module' "$scratch/add"
