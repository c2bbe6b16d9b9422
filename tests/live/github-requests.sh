#!/usr/bin/env bash
# Every request that milepost makes of GitHub, held against GitHub's own description of its REST API (by Prism) and its
# GraphQL schema (by graphql-js), for github.com and Enterprise; and milepost against a server that is made of nothing else,
# to see that every field that it keeps has a name that GitHub knows. Opt-in, since it installs some 190 packages (0.5 GB):
#
#   MILEPOST_BIN=target/debug/milepost tests/live/github-requests.sh
#
# MILEPOST_BIN               the binary
# MILEPOST_REQUESTS_INSTALL  where the packages are, or are put, to be found again (default: a temporary folder)
# MILEPOST_REQUESTS_SCHEMA   a GraphQL schema of an Enterprise server, to hold the queries against it too (GitHub publishes
#                            those with its documentation, not as packages)
# MILEPOST_REQUESTS_PORT     default 7930; the two behind it are used too
#
# The requests are no list: a test of the crate pulls a simulated organisation over a real socket, fails where the table of
# streams can ask anything that was not asked, and writes down what came. Needs cargo, Node 20, npm, python3 and curl.
set -euo pipefail

bin="${MILEPOST_BIN:-}"
port="${MILEPOST_REQUESTS_PORT:-7930}"
if [[ -z "$bin" ]]; then
  echo "skipped: GitHub's requests against its description (set MILEPOST_BIN to the binary)"
  exit 0
fi
bin="$(cd "$(dirname "$bin")" && pwd)/$(basename "$bin")"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
tools="$here/github-requests"
[[ "$(node --version)" == v20.* ]] || { echo "GitHub's requests: Node 20 is needed, this is $(node --version)" >&2; exit 1; }

work="$(mktemp -d)"
running=()
stop() {
  local one
  for one in "${running[@]}"; do
    kill "$one" 2>/dev/null || true
    wait "$one" 2>/dev/null || true
  done
  running=()
}
finish() {
  local status=$?
  stop
  if [[ $status -ne 0 ]]; then
    echo "GitHub's requests: failed; the servers' last lines:" >&2
    tail -n 5 "$work"/*.log >&2 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap finish EXIT

install="${MILEPOST_REQUESTS_INSTALL:-$work/install}"
mkdir -p "$install"
install="$(cd "$install" && pwd)"
if [[ ! -d "$install/node_modules/@stoplight/prism-cli" ]]; then
  echo "== install"
  cat > "$install/package.json" <<'END'
{
  "private": true,
  "dependencies": {
    "@octokit/graphql-schema": "15.26.1",
    "@octokit/openapi": "23.0.2",
    "@stoplight/prism-cli": "5.14.2",
    "graphql": "16.15.0",
    "graphql-schema-of-2024": "npm:@octokit/graphql-schema@15.25.0"
  }
}
END
  (cd "$install" && npm install --ignore-scripts --no-audit --no-fund)
fi
descriptions="$install/node_modules/@octokit/openapi/generated"
now="$install/node_modules/@octokit/graphql-schema/schema.graphql"
# No package holds an Enterprise schema. This one is of early 2024, older than the Enterprise versions that are checked below.
earlier="$install/node_modules/graphql-schema-of-2024/schema.graphql"

echo "== what is asked"
requests="$work/requests.jsonl"
(cd "$here/../.." && MILEPOST_REQUESTS="$requests" cargo test --quiet --locked --lib \
  everything_that_can_be_asked_is_asked_and_nothing_else > "$work/cargo.log" 2>&1) || { tail -n 40 "$work/cargo.log" >&2; exit 1; }
[[ -s "$requests" ]] || { echo "GitHub's requests: the test wrote nothing down" >&2; exit 1; }

failed=0
check() { "$@" || failed=1; }
# answers URL: waits until something answers there, whatever it says.
answers() {
  local tries
  for tries in $(seq 120); do
    if curl --silent --output /dev/null "$1"; then return 0; fi
    sleep 0.5
  done
  echo "GitHub's requests: nothing answers at $1 after $tries tries" >&2
  return 1
}
prism() {
  (cd "$install" && exec node node_modules/@stoplight/prism-cli/dist/index.js mock "$@") > "$work/prism-$running_number.log" 2>&1 &
  running+=($!)
}

echo "== GraphQL"
check node "$tools/graphql.mjs" "$requests" github.com "$now" "$install"
check node "$tools/graphql.mjs" "$requests" enterprise "$earlier" "$install"
if [[ -n "${MILEPOST_REQUESTS_SCHEMA:-}" ]]; then
  check node "$tools/graphql.mjs" "$requests" enterprise "$MILEPOST_REQUESTS_SCHEMA" "$install"
fi

# one SERVER DESCRIPTION SCHEMA: REST requests through Prism, then a pull from what the description and the schema make.
running_number=0
one() {
  local server="$1" name="$2" schema="$3" description="$descriptions/$2.json" base
  running_number=$((running_number + 1))
  echo "== REST, $name"
  node "$tools/rest.mjs" trim "$requests" "$server" "$description" "$work/$name.json"
  prism --errors --host 127.0.0.1 --port "$port" "$work/$name.json"
  answers "http://127.0.0.1:$port/"
  check node "$tools/rest.mjs" send "$requests" "$server" "$description" "http://127.0.0.1:$port"
  stop

  echo "== a pull from the description, $name"
  running_number=$((running_number + 1))
  prism --host 127.0.0.1 --port "$((port + 1))" "$work/$name.json"
  node "$tools/hub.mjs" "$((port + 2))" "$schema" "$description" "http://127.0.0.1:$((port + 1))" "$install" \
    > "$work/hub-$name.log" 2>&1 &
  running+=($!)
  answers "http://127.0.0.1:$((port + 1))/"
  answers "http://127.0.0.1:$((port + 2))/"
  base="$([[ "$server" == enterprise ]] && echo /api/v3 || true)"
  mkdir "$work/study-$name"
  cat > "$work/study-$name/milepost.toml" <<END
[study]
name = "A GitHub that is made of its description"
as-of = 2025-02-01
public-pseudonym-key = "an organisation that is made up, and nobody in it exists"

[environments]
order = ["production"]

[[apis]]
id = "hub"
kind = "github"
url = "http://127.0.0.1:$((port + 2))$base"
owners = ["acme"]
jobs = ["*"]
token-env = "MILEPOST_LIVE_TOKEN"
END
  local study=(--study "$work/study-$name/milepost.toml")
  MILEPOST_LIVE_TOKEN=made-up "$bin" pull "${study[@]}"
  stop
  check python3 "$tools/kept.py" "$requests" "$(find "$work/study-$name" -name archive.sqlite)"
  local told expected
  told="$("$bin" query "${study[@]}" --format csv "select distinct activity from events order by activity" | tail -n +2 | paste -sd' ')"
  expected="change.created change.merged change.reviewed pipelinerun.finished release.tagged service.deployed"
  expected+=" ticket.answered ticket.assigned ticket.closed ticket.created ticket.reopened"
  if [[ "$told" == "$expected" ]]; then
    echo "ok: told: $told"
  else
    printf 'DIFFERS: what is told\n  expected: %s\n  told:     %s\n' "$expected" "$told"
    failed=1
  fi
}
one github.com api.github.com "$now"
for version in 3.17 3.18 3.19; do
  one enterprise "ghes-$version" "$earlier"
done

[[ $failed == 0 ]] && echo "GitHub's requests: no violation"
exit $failed
