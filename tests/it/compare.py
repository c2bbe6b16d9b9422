"""Runs the queries of each folder below argv[1] on DuckDB and compares with what polars answered."""

import pathlib
import sys

import duckdb

wrong = 0
for study in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    db = duckdb.connect()
    for table in sorted((study / "log").iterdir()):
        db.execute(f"create table {table.stem} as select * from read_parquet('{table}')")
    for query in sorted((study / "queries").iterdir()):
        name = query.stem.split(".", 1)[1]
        db.execute(f"create table {name} as {query.read_text()}")
        answer = f"read_parquet('{study / 'answers' / (query.stem + '.parquet')}')"
        for one, other, engine in [(name, answer, "duckdb"), (answer, name, "polars")]:
            only = db.execute(f"select * from {one} except all select * from {other} limit 3").fetchall()
            if only:
                wrong += 1
                print(f"{study.name}: {name}: only {engine}: {only}")
sys.exit(1 if wrong else 0)
