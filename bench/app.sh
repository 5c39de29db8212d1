#!/usr/bin/env bash
# What a generated app costs to build and to run.
#
#   bench/app.sh APP [--release]     APP: the folder of an app; prints a Markdown table
#
# Works on a copy, with a target folder of its own. Builds are debug builds; the running app is the
# debug build too, or with --release the release build. Settings for the run come from the
# environment (CLOUDAPP__...); by default an SQLite file beside the copy.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# shellcheck source=bench/lib.sh
. "$here/lib.sh"

readonly EDITS=5
readonly STARTS=11
readonly REQUESTS=500
readonly START_MS=10000

[[ $# -ge 1 ]] || die 'which app? bench/app.sh APP [--release]'
app=$(realpath "$1")
[[ -f $app/Cargo.toml ]] || die "$app has no Cargo.toml"
profile=debug
[[ ${2:-} == --release ]] && profile=release

need curl
make_scratch
mkdir "$scratch/app"
tar -C "$app" --exclude=./target --exclude=./.git -cf - . | tar -C "$scratch/app" -xf -
cd "$scratch/app"
name=$(sed -n 's/^name = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
export CARGO_TARGET_DIR=$scratch/target

# --- building -------------------------------------------------------------------------------------

say 'cold build ...'
cargo fetch --locked >&2
measure "$scratch/cold" cargo build --locked
crates=$(grep -cE '^ *Compiling ' "$scratch/err")
gigabytes=$(du -sk "$CARGO_TARGET_DIR" | awk '{ printf "%.2f", $1 * 1024 / 1e9 }')

say "builds after an edit of one handler ..."
handler=$(find src/modules src -path '*handlers*' -name '*.rs' 2>/dev/null | sort | head -n 1)
[[ -n $handler ]] || handler=$(find src -name '*.rs' | sort | head -n 1)
for ((edit = 1; edit <= EDITS; edit++)); do
  # A line at the top moves every position in the file: nothing of it can be reused.
  sed -i "1i //! Edit $edit." "$handler"
  measure "$scratch/edit" cargo build --locked
done

if [[ $profile == release ]]; then
  say 'release build ...'
  measure "$scratch/release" cargo build --locked --release
fi

# --- running --------------------------------------------------------------------------------------

bin=$CARGO_TARGET_DIR/$profile/$name
[[ -x $bin ]] || die "the build made no $bin"
export CLOUDAPP__DATABASE__URL=${CLOUDAPP__DATABASE__URL:-sqlite://$scratch/app.db?mode=rwc}
"$bin" migrate up >&2 || die "'$name migrate up' failed"

now_us() { printf '%s\n' "${EPOCHREALTIME/./}"; }

# True when the app answers 200. In a subshell: an `exec` that can't connect ends its shell.
answers() (
  exec 3<>"/dev/tcp/127.0.0.1/$1"
  printf 'GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
  read -r -t 5 status <&3 || true
  [[ ${status:-} == 'HTTP/1.1 200'* ]]
) 2>/dev/null

# Starts the app once: adds a line each to start, rss, rss.busy, stop, exit.
start_once() {
  local port=$((20000 + RANDOM % 12000)) began ended status=0
  began=$(now_us)
  CLOUDAPP__SERVER__PORT=$port "$bin" serve >"$scratch/log" 2>&1 </dev/null &
  server=$!
  until answers "$port"; do
    kill -0 "$server" 2>/dev/null || { cat "$scratch/log" >&2; die "'$name serve' exited"; }
    (($(now_us) - began < START_MS * 1000)) || { cat "$scratch/log" >&2; die "no answer"; }
  done
  ended=$(now_us)
  echo $(((ended - began) / 1000)) >>"$scratch/start"
  memory "$server" >>"$scratch/rss"
  curl -sf -o /dev/null "http://127.0.0.1:$port/health/live?[1-$REQUESTS]" || die 'a request failed'
  memory "$server" >>"$scratch/rss.busy"
  began=$(now_us)
  kill -TERM "$server"
  wait "$server" || status=$?
  server=
  ended=$(now_us)
  echo $(((ended - began) / 1000)) >>"$scratch/stop"
  echo "$status" >>"$scratch/exit"
}

memory() { awk '/^VmRSS:/ { printf "%.1f\n", $2 / 1024 }' "/proc/$1/status"; }

say "starting it $STARTS times ..."
for ((run = 1; run <= STARTS; run++)); do start_once; done

printf '%s; %s.\n\n' "$name" "$(machine)"
echo '| what | measured |'
echo '|---|---:|'
printf '| cold debug build, CPU s | %s |\n' "$(awk '{ printf "%.0f", $2 / 1000 }' "$scratch/cold")"
printf '| cold debug build, wall s | %s |\n' "$(awk '{ printf "%.0f", $1 / 1000 }' "$scratch/cold")"
printf '| crates compiled | %s |\n' "$crates"
printf '| target folder, GB | %s |\n' "$gigabytes"
printf '| debug build after an edit of one handler, wall s, median of %s | %s |\n' "$EDITS" \
  "$(cut -d' ' -f1 "$scratch/edit" | median | awk '{ printf "%.1f", $1 / 1000 }')"
if [[ $profile == release ]]; then
  printf '| release build, CPU s | %s |\n' "$(awk '{ printf "%.0f", $2 / 1000 }' "$scratch/release")"
fi
printf '| start to first 200 (%s), ms, median of %s | %s |\n' "$profile" "$STARTS" \
  "$(median <"$scratch/start")"
printf '| resident memory after the first answer (%s), MiB, median | %s |\n' "$profile" \
  "$(median <"$scratch/rss")"
printf '| resident memory after %s more, MiB, median | %s |\n' "$REQUESTS" \
  "$(median <"$scratch/rss.busy")"
printf '| SIGTERM to end, ms, median | %s |\n' "$(median <"$scratch/stop")"
printf '| exit codes after SIGTERM | %s |\n' "$(sort -u "$scratch/exit" | paste -sd, -)"
