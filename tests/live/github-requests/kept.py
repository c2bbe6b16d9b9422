"""Looks whether every field that milepost keeps of GitHub's records is in at least one record of an archive.

    python3 kept.py REQUESTS ARCHIVE
"""
import json
import sqlite3
import sys
import zlib

# Fields that only other answers than those of this pull hold.
ELSEWHERE = {
    # Changes are marked among the issues of a REST list; GraphQL lists issues alone.
    ("issues", "is_change"),
}


def held(value, parts):
    """Whether something stands at a path."""
    if not parts:
        return value is not None and value != []
    part, rest = parts[0], parts[1:]
    if not isinstance(value, dict):
        return False
    if part.endswith("[]"):
        members = value.get(part[:-2])
        return isinstance(members, list) and any(held(member, rest) for member in members)
    return held(value.get(part), rest)


requests, archive = sys.argv[1:]
streams = [line for line in map(json.loads, open(requests)) if line["is"] == "stream"]
records = {}
for stream, body in sqlite3.connect(archive).execute("select stream, body from record"):
    text = body[1:] if body[0] == 0 else zlib.decompress(body[1:], -15)
    records.setdefault(stream, []).append(json.loads(text))
fields, lacking = 0, []
for stream in streams:
    found = records.get(stream["name"], [])
    for path in stream["keep"]:
        # A member of a list within a record finds the record's own number beside itself.
        places = [path.split("."), ["_of", *path.split(".")]]
        there = any(held(record, place) for record in found for place in places)
        fields += 1
        if there == ((stream["name"], path) in ELSEWHERE):
            lacking.append(f"{stream['name']}: `{path}` in {'some' if there else 'none'} of {len(found)} records")
skips = sqlite3.connect(archive).execute("select stream, reason, count from skip").fetchall()
lacking += [f"{stream}: {count} left out: {reason}" for stream, reason, count in skips]
print(f"{len(streams)} streams, {sum(map(len, records.values()))} records, {fields} fields kept, {len(lacking)} lacking")
for line in lacking:
    print(f"  {line}")
sys.exit(bool(lacking) or not fields)
