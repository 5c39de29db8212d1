#!/usr/bin/env bash
# MariaDB, PostgreSQL and Redis for the tests: throw-away data, free ports on 127.0.0.1.
#
#   tests/services.sh start DIR [PID]   start what has no URL in the environment; URLs go to DIR/env.sh
#   tests/services.sh stop DIR          stop what `start` began and remove DIR
#   tests/services.sh one NAME DIR PID  start `mariadb`, `postgres` or `redis` for a test that will kill it
#   tests/services.sh again NAME DIR    start that one on its port again, with the data that it left
#
# With PID, the servers also stop when that process is gone, however it ended. Missing servers are
# installed from Debian's packages. A server that already runs on this machine is never touched;
# to use one, give its URL in CLOUDAPP_TEST_MYSQL_URL, CLOUDAPP_TEST_POSTGRES_URL or
# CLOUDAPP_TEST_REDIS_URL (the user must be allowed to create databases).
set -euo pipefail

SELF=$(realpath "${BASH_SOURCE[0]}")
readonly SELF
readonly START_SECONDS=60
readonly STOP_SECONDS=15
readonly PORT_ATTEMPTS=5

say() { printf 'services: %s\n' "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# --- packages -------------------------------------------------------------------------------------

postgres_bin() {
  local dir newest=
  for dir in /usr/lib/postgresql/*/bin; do
    [[ -x $dir/postgres && -x $dir/initdb ]] && newest=$dir
  done
  if [[ -z $newest ]] && command -v postgres >/dev/null && command -v initdb >/dev/null; then
    newest=$(dirname "$(realpath "$(command -v postgres)")")
  fi
  [[ -n $newest ]] && printf '%s\n' "$newest"
}

as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "not root and no sudo; please run as root: $*"
  fi
}

# Keeps Debian from starting the servers that we are about to install, and only those: an existing
# policy of this machine stays as it is.
forbid_autostart() {
  local policy=/usr/sbin/policy-rc.d
  if [[ -e $policy ]]; then
    return 1
  fi
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
}

install_packages() {
  command -v apt-get >/dev/null ||
    die "no apt-get here; please install by hand (or give their URLs): $*"
  say "installing $*"
  local attempt made_policy=no status=1
  if forbid_autostart; then made_policy=yes; fi
  for attempt in 1 2 3; do
    if as_root apt-get -qq update >/dev/null &&
      as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y \
        --no-install-recommends "$@" >/dev/null; then
      status=0
      break
    fi
    say "apt-get failed (attempt $attempt of 3)"
    sleep $((attempt * 5))
  done
  if [[ $made_policy == yes ]]; then as_root rm -f /usr/sbin/policy-rc.d; fi
  [[ $status == 0 ]] || die "could not install $*"
}

ensure_installed() {
  local missing=()
  command -v git >/dev/null || missing+=(git)
  command -v strace >/dev/null || missing+=(strace)
  if [[ -z ${CLOUDAPP_TEST_MYSQL_URL:-} ]]; then
    if ! { command -v mariadbd && command -v mariadb-install-db && command -v mariadb; } >/dev/null; then
      missing+=(mariadb-server-core mariadb-client-core)
    fi
  fi
  if [[ -z ${CLOUDAPP_TEST_POSTGRES_URL:-} ]]; then
    postgres_bin >/dev/null || missing+=(postgresql)
  fi
  if [[ -z ${CLOUDAPP_TEST_REDIS_URL:-} ]]; then
    command -v redis-server >/dev/null || missing+=(redis-server)
  fi
  if ((${#missing[@]})); then install_packages "${missing[@]}"; fi
}

# --- one server -----------------------------------------------------------------------------------

# Below the kernel's range for outgoing connections, so that no client of ours sits on it.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    if ! (: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      printf '%s\n' "$port"
      return
    fi
  done
}

# Runs a server detached from this shell and its terminal; its process id goes to DIR/NAME.pid.
# Every server changes into its data directory, by which `stop` recognises it.
detach() {
  local dir=$1 name=$2
  shift 2
  (
    cd "$dir"
    exec setsid nohup "$@" </dev/null >>"$dir/$name.log" 2>&1
  ) &
  printf '%s\n' "$!" >"$dir/$name.pid"
}

# Waits until `probe PORT` succeeds; fails when the server has exited (say, its port was taken).
await_ready() {
  local dir=$1 name=$2 port=$3 pid deadline=$((SECONDS + START_SECONDS))
  pid=$(<"$dir/$name.pid")
  until "probe_$name" "$dir" "$port" >/dev/null 2>&1; do
    kill -0 "$pid" 2>/dev/null || return 1
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
  kill -0 "$pid" 2>/dev/null
}

start_server() {
  local dir=$1 name=$2 attempt port
  "create_$name" "$dir" >>"$dir/$name.log" 2>&1 || {
    tail -n 30 "$dir/$name.log" >&2
    die "$name: could not create its data directory"
  }
  for ((attempt = 1; attempt <= PORT_ATTEMPTS; attempt++)); do
    port=$(free_port)
    "launch_$name" "$dir" "$port"
    if await_ready "$dir" "$name" "$port"; then
      "url_$name" "$port" >"$dir/$name.url"
      return
    fi
    stop_server "$dir" "$name"
  done
  tail -n 30 "$dir/$name.log" >&2
  die "$name did not start"
}

create_mariadb() {
  mkdir -p "$1/mariadb"
  mariadb-install-db --no-defaults --datadir="$1/mariadb" --user="$(id -un)" \
    --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve \
    --innodb-log-file-size=16M --innodb-buffer-pool-size=16M
}

launch_mariadb() {
  # The socket's path is relative to the data directory: an absolute one can be too long.
  detach "$1" mariadb "$(command -v mariadbd)" --no-defaults --user="$(id -un)" \
    --datadir="$1/mariadb" --socket=mariadb.sock --bind-address=127.0.0.1 --port="$2" \
    --skip-name-resolve --max-connections=500 --character-set-server=utf8mb4 \
    --innodb-flush-log-at-trx-commit=1 --innodb-buffer-pool-size=64M --innodb-log-file-size=64M \
    --key-buffer-size=1M --aria-pagecache-buffer-size=1M --performance-schema=OFF --skip-log-bin
}

# Asks for the data directory, so that a stranger on the same port is not taken for ours.
probe_mariadb() {
  mariadb --no-defaults --host=127.0.0.1 --port="$2" --user=root --batch --skip-column-names \
    --execute='select @@datadir' | grep -qxF "$1/mariadb/"
}

url_mariadb() { printf 'mysql://root@127.0.0.1:%s/\n' "$1"; }

# PostgreSQL refuses to run as root: then it runs as its own user, who must reach the data.
as_postgres() {
  if [[ $(id -u) == 0 ]]; then
    setpriv --reuid=postgres --regid=postgres --init-groups "$@"
  else
    "$@"
  fi
}

create_postgres() {
  local data=$1/postgres
  mkdir -p "$data"
  if [[ $(id -u) == 0 ]]; then
    chown postgres "$data"
    if ! as_postgres test -x "$data"; then
      # DIR lies below a folder that is closed to other users.
      rmdir "$data"
      data=$(mktemp -d -p /var/tmp cloudapp-postgres.XXXXXX)
      chown postgres "$data"
      ln -s "$data" "$1/postgres"
    fi
  fi
  cd "$data"
  as_postgres "$(postgres_bin)/initdb" --pgdata="$data" --username=postgres --auth=trust \
    --encoding=UTF8 --locale=C --no-sync
}

launch_postgres() {
  local as=()
  if [[ $(id -u) == 0 ]]; then as=(setpriv --reuid=postgres --regid=postgres --init-groups); fi
  detach "$1" postgres "${as[@]}" "$(postgres_bin)/postgres" -D "$(realpath "$1/postgres")" \
    -p "$2" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=300 \
    -c shared_buffers=64MB
}

probe_postgres() {
  [[ $(psql -h 127.0.0.1 -p "$2" -U postgres -d postgres -wAtqc 'show data_directory') == \
    "$(realpath "$1/postgres")" ]]
}

url_postgres() { printf 'postgres://postgres@127.0.0.1:%s/postgres\n' "$1"; }

create_redis() { mkdir -p "$1/redis"; }

launch_redis() {
  detach "$1" redis "$(command -v redis-server)" --bind 127.0.0.1 --port "$2" \
    --dir "$1/redis" --save '' --appendonly no --daemonize no
}

probe_redis() { redis-cli -h 127.0.0.1 -p "$2" config get dir | grep -qxF "$1/redis"; }

url_redis() { printf 'redis://127.0.0.1:%s/\n' "$1"; }

# --- start and stop -------------------------------------------------------------------------------

# Starts the server unless its URL is given; either way the URL goes to DIR/env.sh.
provide() {
  local dir=$1 name=$2 variable=$3
  if [[ -n ${!variable:-} ]]; then
    say "$name: given"
    printf '%s\n' "${!variable}" >"$dir/$name.url"
  else
    start_server "$dir" "$name"
    say "$name: $(<"$dir/$name.url")"
  fi
}

start() {
  local dir=$1 parent=${2:-} pids=() pid name status=0
  mkdir -p "$dir"
  dir=$(realpath "$dir")
  [[ -z $(ls -A "$dir") ]] || die "$dir is not empty"
  chmod 711 "$dir"
  touch "$dir/.cloudapp-services"
  ensure_installed
  provide "$dir" mariadb CLOUDAPP_TEST_MYSQL_URL & pids+=($!)
  provide "$dir" postgres CLOUDAPP_TEST_POSTGRES_URL & pids+=($!)
  provide "$dir" redis CLOUDAPP_TEST_REDIS_URL & pids+=($!)
  for pid in "${pids[@]}"; do wait "$pid" || status=1; done
  if [[ $status != 0 ]]; then
    stop "$dir"
    exit 1
  fi
  {
    printf 'export CLOUDAPP_TEST_MYSQL_URL=%q\n' "$(<"$dir/mariadb.url")"
    printf 'export CLOUDAPP_TEST_POSTGRES_URL=%q\n' "$(<"$dir/postgres.url")"
    printf 'export CLOUDAPP_TEST_REDIS_URL=%q\n' "$(<"$dir/redis.url")"
  } >"$dir/env.sh"
  if [[ -n $parent ]]; then
    setsid bash "$SELF" stop-after "$dir" "$parent" </dev/null >/dev/null 2>&1 &
  fi
}

# A server that is not shared. Its URL goes to DIR/NAME.url, its process id to DIR/NAME.pid.
start_one() {
  local name=$1 dir=$2 parent=$3
  mkdir -p "$dir"
  dir=$(realpath "$dir")
  chmod 711 "$dir"
  touch "$dir/.cloudapp-services"
  setsid bash "$SELF" stop-after "$dir" "$parent" </dev/null >/dev/null 2>&1 &
  start_server "$dir" "$name"
}

# PostgreSQL refuses to start for as long as a process of its killed self lives.
start_again() {
  local name=$1 dir port deadline=$((SECONDS + START_SECONDS))
  dir=$(realpath "$2")
  port=$(grep -oE ':[0-9]+/' "$dir/$name.url" | tr -d ':/')
  until "launch_$name" "$dir" "$port" && await_ready "$dir" "$name" "$port"; do
    ((SECONDS < deadline)) || die "$name did not start again: $(tail -n 5 "$dir/$name.log")"
    stop_server "$dir" "$name"
    sleep 0.1
  done
}

# True when the process is one that we started: its working directory is the data directory.
is_ours() {
  local dir=$1 name=$2 pid=$3 at
  at=$(readlink "/proc/$pid/cwd") || return 1
  [[ $at == "$dir" || $at == "$dir/$name" || $at == "$(realpath "$dir/$name")" ]]
}

stop_server() {
  local dir=$1 name=$2 pid signal=TERM deadline=$((SECONDS + STOP_SECONDS))
  [[ -f $dir/$name.pid ]] || return 0
  pid=$(<"$dir/$name.pid")
  # QUIT is PostgreSQL's "at once": the data is thrown away, its children and memory are not left.
  [[ $name == postgres ]] && signal=QUIT
  if is_ours "$dir" "$name" "$pid"; then
    kill -s "$signal" "$pid" 2>/dev/null || true
    while is_ours "$dir" "$name" "$pid"; do
      if ((SECONDS >= deadline)); then
        kill -s KILL "$pid" 2>/dev/null || true
        break
      fi
      sleep 0.1
    done
  fi
  rm -f "$dir/$name.pid"
}

stop() {
  local dir=$1 name data
  [[ -d $dir ]] || return 0
  dir=$(realpath "$dir")
  [[ -e $dir/.cloudapp-services ]] || die "$dir was not made by 'start'"
  for name in mariadb postgres redis; do stop_server "$dir" "$name" & done
  wait
  if [[ -L $dir/postgres ]]; then
    data=$(realpath "$dir/postgres")
    rm -rf -- "$data"
  fi
  rm -rf -- "$dir"
}

usage() {
  sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$SELF" >&2
  exit 2
}

case ${1:-} in
  start) [[ $# == 2 || $# == 3 ]] || usage; start "$2" "${3:-}" ;;
  stop) [[ $# == 2 ]] || usage; stop "$2" ;;
  one) [[ $# == 4 ]] || usage; start_one "$2" "$3" "$4" ;;
  again) [[ $# == 3 ]] || usage; start_again "$2" "$3" ;;
  stop-after) tail --pid="$3" -f /dev/null || true; stop "$2" ;;
  *) usage ;;
esac
