"""Breaks one formula of `src/study` at a time and looks whether a test notices.

    python3 tests/mutants/run.py [SCRATCH FOLDER] [WORD]

Each line of `list.txt` names a file, what stands there, and what takes its place. `src/study` needs none of the heavy crates,
so each mutant is built as a crate of its own with the versions of `Cargo.lock`; the tests of the protocol, which take
minutes in all, are left out. A mutant that no test notices, and one whose text is not there (or stands there more than
once), ends the run with 1. Needs cargo and Python 3.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
NEEDED = ("rand", "rand_chacha", "rayon", "special", "statrs", "serde", "serde_json", "thiserror", "proptest")


def crate(folder):
    """A crate of `src/study` alone."""
    lines = (ROOT / "Cargo.toml").read_text().splitlines()
    sections, name = {}, None
    for line in lines:
        if line.startswith("["):
            name = line.strip("[]")
        elif name in ("dependencies", "dev-dependencies") and line.split(" ")[0] in NEEDED:
            sections.setdefault(name, []).append(line)
    manifest = ['[package]', 'name = "mutant"', 'version = "0.1.0"', 'edition = "2024"', "[workspace]"]
    for name, deps in sections.items():
        manifest += [f"[{name}]", *deps]
    manifest += ["[profile.dev]", "opt-level = 1", "debug = 0"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Cargo.toml").write_text("\n".join(manifest) + "\n")
    shutil.copy(ROOT / "Cargo.lock", folder / "Cargo.lock")
    source = folder / "src"
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(ROOT / "src/study", source / "study")
    (source / "lib.rs").write_text("//! A mutant.\npub mod study;\n")
    return source / "study"


def passes(folder):
    run = subprocess.run(
        ["cargo", "test", "--lib", "--quiet", "--", "--skip", "protocol::"],
        cwd=folder, capture_output=True, text=True,
    )
    return run.returncode == 0, run.stdout + run.stderr


folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(tempfile.mkdtemp())
wanted = sys.argv[2] if len(sys.argv) > 2 else ""
study = crate(folder)
fine, said = passes(folder)
if not fine:
    sys.exit(f"the tests fail before anything is broken:\n{said[-2000:]}")
survived, broken, caught = [], [], 0
mutants = [line for line in (pathlib.Path(__file__).parent / "list.txt").read_text().splitlines() if line and line[0] != "#"]
for line in mutants:
    name, old, new = (part.strip() for part in line.split(" | "))
    if wanted not in line:
        continue
    file = study / f"{name}.rs"
    text = file.read_text()
    if text.count(old) != 1:
        broken.append(f"{name}: `{old}` stands there {text.count(old)} times")
        continue
    file.write_text(text.replace(old, new))
    fine, said = passes(folder)
    file.write_text(text)
    if fine:
        survived.append(f"{name}: `{old}` as `{new}`")
    else:
        caught += 1
    how = "SURVIVED" if fine else ("caught" if "test result: FAILED" in said else "caught by the compiler")
    print(f"{how}: {name}: `{old}` as `{new}`", flush=True)
print(f"{caught} of {len(mutants)} mutants caught, {len(survived)} survived, {len(broken)} could not be made")
for line in survived + broken:
    print(f"  {line}")
sys.exit(bool(survived or broken))
