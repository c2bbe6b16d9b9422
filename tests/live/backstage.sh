#!/usr/bin/env bash
# A real Backstage (catalog and scaffolder, on SQLite in memory), and milepost against it: what the log says is compared
# with what the server itself answers. Opt-in, since it installs some 860 packages and compiles one:
#
#   MILEPOST_PEER=…/backstage-peer MILEPOST_BIN=target/debug/milepost tests/live/backstage.sh
#
# MILEPOST_PEER          the folder with package.json, catalog/ and template/ (also as first argument)
# MILEPOST_BIN           the binary
# MILEPOST_PEER_INSTALL  where the packages are, or are put, to be found again (default: a temporary folder)
# MILEPOST_PEER_PORT     default 7917
#
# Needs Node 20, npm, a C++ compiler, make, python3 and curl.
set -euo pipefail

peer="${1:-${MILEPOST_PEER:-}}"
bin="${MILEPOST_BIN:-}"
port="${MILEPOST_PEER_PORT:-7917}"
if [[ -z "$peer" || -z "$bin" ]]; then
  echo "skipped: no live Backstage (set MILEPOST_PEER to the peer's folder and MILEPOST_BIN to the binary)"
  exit 0
fi
peer="$(cd "$peer" && pwd)"
bin="$(cd "$(dirname "$bin")" && pwd)/$(basename "$bin")"
[[ "$(node --version)" == v20.* ]] || { echo "live Backstage: Node 20 is needed, this is $(node --version)" >&2; exit 1; }

work="$(mktemp -d)"
server=
finish() {
  local status=$?
  if [[ -n "$server" ]]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  if [[ $status -ne 0 && -f "$work/server.log" ]]; then
    echo "live Backstage: failed; the server's last lines:" >&2
    tail -n 20 "$work/server.log" >&2
  fi
  rm -rf "$work"
}
trap finish EXIT

# -- the server -------------------------------------------------------------------------------------------------------

install="${MILEPOST_PEER_INSTALL:-$work/install}"
mkdir -p "$install"
if [[ ! -f "$install/node_modules/better-sqlite3/build/Release/better_sqlite3.node" ]]; then
  echo "== install"
  cp "$peer/package.json" "$install/"
  (cd "$install" && npm install --ignore-scripts --no-audit --no-fund --legacy-peer-deps)
  headers="$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")"
  (cd "$install/node_modules/better-sqlite3" &&
    node "$(npm root -g)/npm/node_modules/node-gyp/bin/node-gyp.js" rebuild --release --nodedir="$headers")
fi

echo "== server"
cp -r "$peer/catalog" "$peer/template" "$work/"
chmod -R u+w "$work/catalog" "$work/template"
# Modules are looked for beside the script, so it stands with the packages; search and events are not installed.
grep -v -e plugin-search -e plugin-events "$peer/index-full.js" > "$install/index-live.js"
sed -e "s#/srv/peer#$work#g" -e "s#7007#$port#g" -e '/^search:/d' "$peer/app-config-full.yaml" > "$work/app-config.yaml"
token="$(sed -n 's/^ *token: *//p' "$work/app-config.yaml")"
url="http://127.0.0.1:$port"

component() {
  printf -- '---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: %s }\n' "$1"
  printf 'spec: { type: service, lifecycle: production, owner: %s }\n' "$2"
}
root() {
  printf 'apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: { name: root }\nspec:\n  targets: [%s]\n' "$1" \
    > "$work/catalog/next" && mv "$work/catalog/next" "$work/catalog/all.yaml"
}
component live-leaves payments > "$work/catalog/leaves.yaml"
component live-comes payments > "$work/catalog/comes.yaml"
root './org.yaml, ./services.yaml, ./leaves.yaml'

(cd "$install" && NODE_ENV=development exec node index-live.js --config "$work/app-config.yaml") > "$work/server.log" 2>&1 &
server=$!

get() { curl --silent --show-error --fail --header "Authorization: Bearer $token" "$url$1"; }
# until WHAT COMMAND…: waits for a command to succeed.
until_true() {
  local what="$1" tries
  shift
  for tries in $(seq 120); do
    if "$@" > /dev/null 2>&1; then return 0; fi
    kill -0 "$server" 2>/dev/null || { echo "live Backstage: the server has ended" >&2; return 1; }
    sleep 1
  done
  echo "live Backstage: $what did not come about in $tries s" >&2
  return 1
}
# count FACET VALUE: of how many entries the catalog says this.
count() {
  get "/api/catalog/entity-facets?facet=$1" | python3 -c '
import json, sys
facet, value = sys.argv[1:]
print(sum(one["count"] for one in json.load(sys.stdin)["facets"][facet] if one["value"] == value))' "$1" "$2"
}
counts() { [[ "$(count "$1" "$2")" == "$3" ]]; }

until_true "readiness" get /.backstage/health/v1/readiness
services="$(grep -c '^kind: Component' "$work/catalog/services.yaml")"
until_true "the catalog" counts kind Component $((services + 1))

echo "== templates"
guest="$(curl --silent --fail "$url/api/auth/guest/refresh" |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["backstageIdentity"]["token"])')"
run() {
  curl --silent --show-error --fail --header "Authorization: Bearer $guest" --header 'Content-Type: application/json' \
    --data "{\"templateRef\": \"template:default/$1\", \"values\": $2}" "$url/api/scaffolder/v2/tasks" > /dev/null
}
ended() {
  get '/api/scaffolder/v2/tasks?limit=50&offset=0' | python3 -c '
import json, sys
tasks = json.load(sys.stdin)["tasks"]
sys.exit(not (len(tasks) == int(sys.argv[1]) and all(task["status"] in ("completed", "failed") for task in tasks)))' "$1"
}
until_true "the templates" counts kind Template 2
run new-api-service '{"name": "orders", "owner": "payments"}'
run new-api-service '{"name": "billing", "owner": "payments"}'
run broken '{}'
until_true "the end of the runs" ended 3

# -- milepost ---------------------------------------------------------------------------------------------------------

mkdir "$work/study"
# Without a later instant to look from, that would be the latest event: a run, before anything of the catalog was seen.
tomorrow="$(python3 -c 'import datetime; print(datetime.date.today() + datetime.timedelta(days=2))')"
cat > "$work/study/milepost.toml" <<END
[study]
name = "A live catalog"
as-of = $tomorrow
public-pseudonym-key = "a catalog that is made up, and nobody in it exists"

[[apis]]
id = "portal"
kind = "backstage"
url = "$url"
token-env = "MILEPOST_LIVE_TOKEN"
END
export MILEPOST_LIVE_TOKEN="$token"
study=(--study "$work/study/milepost.toml")

pull() { "$bin" pull "${study[@]}" && "$bin" build "${study[@]}"; }
ask() { "$bin" query "${study[@]}" --format csv "$1" | tail -n +2 | tr -d '"'; }
failed=0
# same WHAT EXPECTED FOUND
same() {
  if [[ "$2" == "$3" ]]; then
    echo "ok: $1: ${2//$'\n'/ | }"
  else
    printf 'DIFFERS: %s\n  the server: %s\n  the log:    %s\n' "$1" "${2//$'\n'/ | }" "${3//$'\n'/ | }"
    failed=1
  fi
}
# What the catalog holds, from its own answers and without the source: WORD → lines.
holds() {
  get '/api/catalog/entities' > "$work/entities.json"
  get '/api/scaffolder/v2/tasks?limit=50&offset=0' > "$work/tasks.json"
  python3 - "$url" "$token" "$work" "$1" <<'END'
import json, sys, urllib.request
from datetime import datetime
url, token, work, wanted = sys.argv[1:]
entities = json.load(open(f"{work}/entities.json"))
tasks = json.load(open(f"{work}/tasks.json"))["tasks"]
components = [entity for entity in entities if entity["kind"] == "Component"]

def ask(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return json.load(urllib.request.urlopen(urllib.request.Request(url + path, data, headers)))

def owners(entity):
    return [one["targetRef"] for one in entity.get("relations", []) if one["type"] == "ownedBy"]

def seconds(text):
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())

if wanted == "components":
    print(len(components))
elif wanted in ("owned", "unowned"):
    there = {ref: ask("/api/catalog/entities/by-refs", {"entityRefs": [ref]})["items"][0] is not None
             for entity in components for ref in owners(entity)}
    print(sum(any(there[ref] is (wanted == "owned") for ref in owners(entity)) for entity in components))
elif wanted == "orphans":
    print(sum(entity["metadata"].get("annotations", {}).get("backstage.io/orphan") == "true" for entity in components))
elif wanted == "broken":
    print(sum(any(item["level"] == "error" for item in entity.get("status", {}).get("items", []))
              for entity in entities if entity["kind"] == "Location"))
elif wanted in ("lifecycles", "described"):
    found = {}
    for entity in components:
        word = entity["spec"]["lifecycle"] if wanted == "lifecycles" else "yes" if entity["metadata"].get("description") else None
        if word:
            found[word] = found.get(word, 0) + 1
    print("\n".join(f"{word},{found[word]}" for word in sorted(found)))
elif wanted == "members":
    print(sum(len([one for one in entity.get("relations", []) if one["type"] == "memberOf"])
              for entity in entities if entity["kind"] == "User"))
elif wanted in ("runs", "steps"):
    lines = []
    for task in tasks:
        events = sorted(ask(f"/api/scaffolder/v2/tasks/{task['id']}/events"), key=lambda event: event["id"])
        if wanted == "runs":
            end = [event for event in events if event["type"] == "completion"][-1]
            outcome = {"completed": "success", "failed": "failure"}[task["status"]]
            lines.append(f"{task['id']},{outcome},{seconds(task['createdAt'])},{seconds(end['createdAt'])}")
        else:
            began = {}
            for event in events:
                step, status = event["body"].get("stepId"), event["body"].get("status")
                if status == "processing":
                    began[step] = seconds(event["createdAt"])
                elif status in ("completed", "failed"):
                    outcome = {"completed": "success", "failed": "failure"}[status]
                    lines.append(f"{task['id']},step:{step},{outcome},{seconds(event['createdAt']) - began[step]}")
    print("\n".join(sorted(lines)))
END
}
present="field = '@present' and value = 'true' and to_us is null and object_id like 'component:%'"
# caveats START: how many records are behind the caveats whose detail begins so.
caveats() { ask "select coalesce(sum(count), 0) as n from caveats where detail like '$1%'"; }
compare() {
  same "components" "$(holds components)" "$(ask "select count(*) as n from field_stretches where $present")"
  same "components owned by a group that is there" "$(holds owned)" \
    "$(ask "select count(*) as n from object_links where qualifier = 'owned_by' and valid_to_us is null and from_id like 'component:%'")"
  same "components owned by a group that is not" "$(holds unowned)" "$(caveats '`Component` entries whose owner is a group')"
  same "orphans" "$(holds orphans)" "$(caveats '`Component` entries that the catalog still holds')"
  same "locations that cannot be read" "$(holds broken)" "$(caveats '`Location` entries that the catalog could not read')"
}

echo "== first pull"
pull
compare
same "lifecycles" "$(holds lifecycles)" "$(ask "select value, count(*) as n from field_stretches where field = 'lifecycle' and to_us is null and object_id like 'component:%' group by value order by value")"
same "descriptions" "$(holds described)" "$(ask "select 'yes' as word, count(*) as n from field_stretches where field = 'description' and value is not null and to_us is null and object_id like 'component:%'")"
same "memberships" "$(holds members)" "$(ask "select count(*) as n from memberships")"
runs="select replace(replace(event_id, 'api:portal:', ''), ':template.run', '') as id, outcome, cast(began_us / 1000000 as bigint) as began, cast(at_us / 1000000 as bigint) as ended from events where activity = 'template.run'"
same "runs of templates" "$(holds runs | sort)" "$(ask "$runs" | sort)"
steps="select event_id as id, category, outcome, cast((at_us - began_us) / 1000000 as bigint) as took from events where activity = 'pipelinerun.finished'"
same "steps" "$(holds steps)" "$(ask "$steps" | sed 's/^api:portal:\([^:,]*\):step:[^,]*/\1/' | sort)"
same "nobody registered what was there before" 0 "$(ask "select count(*) as n from events where activity = 'metadata.registered'")"

echo "== second pull, of the same"
before="$(ask 'select * from events order by event_id'; ask 'select * from object_changes order by object_id, field, at_us')"
pull
after="$(ask 'select * from events order by event_id'; ask 'select * from object_changes order by object_id, field, at_us')"
same "events and fields" "$(md5sum <<< "$before")" "$(md5sum <<< "$after")"

echo "== one comes, one is an orphan"
root './org.yaml, ./services.yaml, ./comes.yaml'
until_true "the orphan" counts metadata.annotations.backstage.io/orphan true 1
until_true "the new component" counts kind Component $((services + 2))
pull
compare
same "registered" 'component:live-comes' "$(ask "select o.object_id as id from events as e inner join event_objects as o on e.event_id = o.event_id where e.activity = 'metadata.registered'")"

echo "== the orphan is removed, and a location breaks"
cp "$peer/catalog/all.broken.yaml.txt" "$work/catalog/next" && chmod u+w "$work/catalog/next"
mv "$work/catalog/next" "$work/catalog/all.yaml"
uid="$(get '/api/catalog/entities/by-name/component/default/live-leaves' |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["metadata"]["uid"])')"
curl --silent --show-error --fail --request DELETE --header "Authorization: Bearer $token" \
  "$url/api/catalog/entities/by-uid/$uid"
is_broken() { [[ "$(holds broken)" != 0 ]]; }
until_true "the broken location" is_broken
until_true "the removal" counts kind Component $((services + 1))
pull
compare
same "deregistered" 'component:live-leaves' "$(ask "select o.object_id as id from events as e inner join event_objects as o on e.event_id = o.event_id where e.activity = 'metadata.deregistered'")"

echo "== privacy"
found="$(python3 - "$work/study" <<'END'
import pathlib, sqlite3, sys, zlib
found = 0
for path in pathlib.Path(sys.argv[1]).rglob("archive.sqlite"):
    for key, body in sqlite3.connect(path).execute("select key, body from record"):
        text = body[1:] if body[0] == 0 else zlib.decompress(body[1:], -15)
        found += "alice" in (key + text.decode()).lower()
print(found)
END
)"
same "stored records that hold the user's name" 0 "$found"

[[ $failed == 0 ]] && echo "live Backstage: the log says what the server says"
exit $failed
