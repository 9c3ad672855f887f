"""The rules of the house: what a reviewer would otherwise have to look for."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.cli.running import CAMPAIGN, environment, jsonl, post

ROOT = Path(__file__).parents[1]
TOP_LEVEL = {
    ".ci", ".gitignore", "README.md", "config.example.toml", "leadtui", "pyproject.toml", "tests", "themes",
}  # fmt: skip
TWELVE = {
    "textual", "sqlalchemy", "aiosqlite", "praw", "google-generativeai", "httpx", "apscheduler", "redis", "tenacity",
    "pybreaker", "prometheus-client", "structlog",
}  # fmt: skip
HEAVY = {
    "textual", "rich", "sqlalchemy", "alembic", "aiosqlite", "asyncpg", "praw", "prawcore", "google.generativeai", "httpx",
    "apscheduler", "redis", "tenacity", "pybreaker", "prometheus_client", "structlog",
}  # fmt: skip
DOES_IO = HEAVY | {
    "sqlite3",
    "socket",
    "ssl",
    "asyncio",
    "http.client",
    "urllib.request",
    "subprocess",
    "multiprocessing",
}
PURE = ("domain", "scoring", "text", "config", "errors", "ports")


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python on this source tree."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**environment(), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


@pytest.mark.parametrize(
    "arguments",
    [
        ["-m", "ruff", "check", "."],
        ["-m", "ruff", "format", "--check", "."],
        ["-m", "mypy"],
        ["-c", "from importlinter.cli import lint_imports_command as run; run(['--no-cache'])"],
    ],
    ids=["ruff check", "ruff format", "mypy --strict", "import contracts"],
)
def test_the_tools_have_nothing_to_say(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_is_longer_than_500_lines() -> None:
    lengths = {path: path.read_text("utf-8").count("\n") for path in sources("leadtui", "tests")}
    assert {str(path.relative_to(ROOT)): length for path, length in lengths.items() if length > 500} == {}


def test_nothing_is_left_for_later_and_no_test_is_passed_over() -> None:
    later = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError")
    passed_over = re.compile(r"pytest\.(mark\.)?(skip|xfail|importorskip)|unittest\.skip")
    found = [path for path in sources("leadtui", "tests") if later.search(path.read_text("utf-8"))]
    found += [path for path in sources("tests") if passed_over.search(path.read_text("utf-8"))]
    assert [str(path) for path in found if path != Path(__file__)] == []


def test_the_top_level_stays_as_it_is() -> None:
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text("utf-8").split()]
    names = {
        path.name for path in ROOT.iterdir() if not any(fnmatch(path.name, pattern) for pattern in ignored)
    }
    assert names - {".git"} == TOP_LEVEL


def test_the_twelve_packages_are_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = {re.split(r"[\[<>=~!; ]", dependency)[0].lower() for dependency in project["dependencies"]}
    assert named >= TWELVE


def test_ci_runs_the_line_that_the_readme_gives() -> None:
    *_, line = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    fences = re.findall(
        r"^```sh\n(.*?)\n```$", (ROOT / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    assert line in fences
    assert line.endswith("pytest -n 2")


_LOADED = """
import json, sys
from leadtui.__main__ import main
sys.argv = ["leadtui", *json.loads(sys.argv[1])]
try:
    main()
except SystemExit as end:
    code = end.code
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""


def loaded_by(*arguments: str, home: Path) -> set[str]:
    """Return the heavy modules that a command loads."""
    done = run("-c", _LOADED, json.dumps(arguments), LEADTUI_HOME=str(home))
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, done
    return set(modules)


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["leads", "--help"], ["run", "--help"], ["config", "show"]]
)
def test_help_loads_nothing_heavy(tmp_path: Path, arguments: list[str]) -> None:
    assert loaded_by(*arguments, home=tmp_path) & (HEAVY | {"sqlite3", "asyncio", "ssl"}) == set()


def test_scoring_loads_neither_database_nor_dashboard(tmp_path: Path) -> None:
    (tmp_path / "campaign.toml").write_text(CAMPAIGN, "utf-8")
    (tmp_path / "posts.jsonl").write_text(jsonl([post(1)]), "utf-8")
    files = str(tmp_path / "campaign.toml"), str(tmp_path / "posts.jsonl")
    modules = loaded_by("score", "--campaign", *files, home=tmp_path)
    assert modules & (HEAVY | {"sqlite3"}) == set()
    assert "leadtui.scoring" in modules


def imported(*names: str) -> set[str]:
    """Return the modules that are there after importing `names` in a process of their own."""
    code = f"import json, sys, {', '.join(names)}; print(json.dumps(sorted(sys.modules)))"
    done = run("-c", code)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def test_the_first_frame_of_the_dashboard_loads_no_engine() -> None:
    modules = imported("leadtui.tui.app", "leadtui.store.firstpage")
    assert modules & (HEAVY - {"textual", "rich"}) == set()
    assert {
        name for name in modules if name.startswith(("leadtui.services", "leadtui.sources", "click"))
    } == set()


@pytest.mark.parametrize("name", PURE)
def test_the_core_loads_nothing_that_does_io(name: str) -> None:
    place = ROOT / "leadtui" / name
    inside = [f"leadtui.{name}.{path.stem}" for path in place.glob("*.py") if path.stem != "__init__"]
    assert imported(f"leadtui.{name}", *inside) & DOES_IO == set()


_ALONE = """
import importlib, os, sys
# What others made cannot be part of a circle of ours, and is loaded once for all.
import alembic.command, apscheduler.schedulers.asyncio, click, prometheus_client, sqlalchemy.ext.asyncio, structlog
import textual.app, textual.widgets, aiosqlite, asyncpg, msgspec, http.server
for name in sys.argv[1:]:
    child = os.fork()
    if not child:
        importlib.import_module(name)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        print(name)
"""


def test_every_module_can_be_the_first_to_be_imported() -> None:
    skeleton = {"leadtui.__main__", "leadtui.store.migrations.env"}  # run by others, not imported
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in sources("leadtui")]
    names = [name.removesuffix(".__init__") for name in modules if name not in skeleton]
    done = run("-c", _ALONE, *names)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_the_wheel_is_whole_and_holds_no_tests(tmp_path: Path) -> None:
    done = run("-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path))
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        example = archive.read("leadtui/config.example.toml")
    wanted = {str(path.relative_to(ROOT)) for path in sources("leadtui")}
    wanted |= {
        "leadtui/sources/demo_posts.jsonl",
        "leadtui/sources/demo_campaigns.toml",
        "leadtui/tui/app.tcss",
    }
    wanted |= {f"leadtui/themes/{path.name}" for path in (ROOT / "themes").glob("*.toml")}
    wanted |= {"leadtui/store/migrations/script.py.mako"}
    assert wanted - names == set()
    left_out = re.compile(r"(^|[/_])(tests?|conftest)[/_.]|__pycache__")
    assert {name for name in names if left_out.search(name.casefold())} == set()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"leadtui"}
    assert example == (ROOT / "config.example.toml").read_bytes()


_UNPACKED = """
import sys
sys.path.insert(0, sys.argv[1])
import leadtui
from leadtui.cli.config import example
from leadtui.sources.demo import demo_campaigns
from leadtui.tui import themes
assert leadtui.__file__.startswith(sys.argv[1])
print(len(demo_campaigns()), len(themes.files(None)), len(example()))
"""


def test_what_the_wheel_holds_is_found_when_it_is_installed(tmp_path: Path) -> None:
    assert run("-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)).returncode == 0
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    done = run("-c", _UNPACKED, str(tmp_path / "installed"), PYTHONPATH="")
    campaigns, themes, length = map(int, done.stdout.split())
    assert (campaigns, length) == (4, len((ROOT / "config.example.toml").read_text("utf-8")))
    assert themes == len(list((ROOT / "themes").glob("*.toml")))
