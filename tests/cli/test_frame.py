"""What all commands share: options, help, suggestions, one line for every mistake."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from leadtui import __version__
from tests.cli.running import Cli, command, environment, jsonl, post

COMMANDS = (
    "demo", "run", "discover", "score", "import", "leads", "leads list", "leads show", "leads set", "leads note",
    "leads export", "campaigns", "campaigns add", "campaigns list", "campaigns show", "campaigns edit",
    "campaigns remove", "feeds", "feeds list", "feeds add", "feeds remove", "doctor", "config", "config init",
    "config check", "config show", "db", "db upgrade",
)  # fmt: skip
GROUPS = {"leads", "campaigns", "feeds", "config", "db"}
PRINTS_RESULTS = sorted(set(COMMANDS) - GROUPS - {"demo", "run", "score", "leads export"})


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_and_takes_the_common_options(cli: Cli, name: str) -> None:
    shown = cli(*name.split(), "--help")
    assert shown.code == 0
    assert shown.err == ""
    assert f"Usage: leadtui {name} " in shown.out
    assert all(option in shown.out for option in ("--home", "--config", "--log-level")) == (
        name not in GROUPS
    )
    assert ("--json" in shown.out) == (name in PRINTS_RESULTS)
    assert not cli.home.exists()


def test_help_names_every_command_and_the_version_is_the_package_s(cli: Cli) -> None:
    for flag in ("--help", "-h"):
        shown = cli(flag)
        assert shown.code == 0
        assert {name.split()[0] for name in COMMANDS} <= set(shown.out.split())
    assert cli("--version").out == f"leadtui {__version__}\n"


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_a_group_without_a_command_is_one_line(cli: Cli, group: str) -> None:
    cli(group).failed(2, f"leadtui {group}", "--help")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("impot", "import"),
        ("lead", "leads"),
        ("leads lst", "list"),
        ("campaings", "campaigns"),
        ("leads exprt", "export"),
    ],
)
def test_a_mistyped_command_is_told_the_nearest(cli: Cli, typed: str, meant: str) -> None:
    cli(*typed.split()).failed(2, typed.split()[-1], f"'{meant}'")


@pytest.mark.parametrize(
    "arguments",
    [
        "--nonsense", "leads list --jsno", "leads list --limit -1", "leads list --limit x", "leads show", "leads show x",
        "leads show 0", "leads show 99999999999999999999999", "leads set", "leads set saved", "leads note 1",
        "leads export --format xls", "--log-level loud leads list", "score", "score --campaign nobody", "import a b",
        "campaigns add", "campaigns show", "feeds add jsonl", "feeds add nothing x", "feeds add jsonl x --every 0",
        "doctor more", "config", "run more", "discover --campaign nobody", "leads show 5", "leads note 5 text",
        "leads set saved 5", "leads set nonsense 1", "campaigns show nobody", "campaigns remove nobody",
        "feeds remove nobody", "import missing.jsonl", "import .", "score --campaign missing.toml",
        "campaigns add --file missing.toml", "campaigns add --file .", "campaigns edit nobody --file x.toml",
    ],
)  # fmt: skip
def test_wrong_usage_is_one_line_and_exit_2(cli: Cli, arguments: str) -> None:
    cli(*arguments.split()).failed(2)


def test_what_a_line_repeats_cannot_drive_the_terminal(cli: Cli) -> None:
    for arguments in (
        ["\x1b[31mred"],
        ["leads", "list", "score:\x1b]0;x\x07"],
        ["feeds", "remove", "a\x1b[2Jb\nc"],
    ):
        result = cli(*arguments)
        result.failed(2)
        assert "\x1b" not in result.err


def test_names_longer_than_any_path_are_only_unknown(cli: Cli) -> None:
    long = "a" * 5_000
    cli("score", "--campaign", long).failed(2)
    cli("score", "--campaign", f"{long}.toml").failed(2)
    cli("import", long).failed(2)
    cli("campaigns", "add", "--file", long).failed(2)
    cli("feeds", "add", "jsonl", long).failed(2)
    assert cli("feeds", "add", "jsonl", "~nobody-has-this-name/x").code == 0


@pytest.mark.parametrize("order", ["before", "after"])
def test_home_config_and_log_level_before_and_after_the_command(cli: Cli, tmp_path: Path, order: str) -> None:
    file = tmp_path / "other.toml"
    file.write_text("[metrics]\nport = 4711\n", "utf-8")
    options = ["--home", str(tmp_path / "elsewhere"), "--config", str(file), "--log-level", "debug"]
    arguments = ["config", "show", "--json"]
    shown = cli(*options, *arguments) if order == "before" else cli(*arguments, *options)
    assert shown.json["home"] == str(tmp_path / "elsewhere")
    assert shown.json["path"] == str(file)
    assert shown.json["config"]["metrics"]["port"] == 4711
    assert shown.json["config"]["log"]["level"] == "debug"


def test_the_option_nearest_to_the_command_wins(cli: Cli, tmp_path: Path) -> None:
    shown = cli("--home", tmp_path / "first", "config", "show", "--json", "--home", tmp_path / "second")
    assert shown.json["home"] == str(tmp_path / "second")


def test_home_and_configuration_from_the_environment(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "named.toml"
    file.write_text("[log]\nlevel = 'error'\n", "utf-8")
    monkeypatch.setenv("LEADTUI_CONFIG", str(file))
    shown = cli("config", "show", "--json")
    assert shown.json["home"] == str(cli.home)
    assert shown.json["config"]["log"]["level"] == "error"


def test_home_that_cannot_be_worked_out_is_one_line(cli: Cli) -> None:
    cli("--home", "~nobody-has-this-name/x", "config", "show").failed(2, "~nobody-has-this-name/x")


def test_everything_is_in_home_and_for_its_owner_only(stocked: Cli, tmp_path: Path) -> None:
    before = {path.name for path in tmp_path.iterdir()}
    assert before == {"home", "ledgerly.toml"}
    assert stocked.home.stat().st_mode & 0o777 == 0o700
    for path in stocked.home.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_loose_home_is_closed_but_a_shared_folder_is_not_taken(cli: Cli, tmp_path: Path) -> None:
    cli.home.mkdir(mode=0o755)
    cli.home.chmod(0o755)
    assert cli("leads", "list").code == 0
    assert cli.home.stat().st_mode & 0o777 == 0o700
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    (shared / "of-somebody").touch()
    cli("--home", shared, "leads", "list").failed(7, str(shared))
    assert shared.stat().st_mode & 0o7777 == 0o1777
    assert [path.name for path in shared.iterdir()] == ["of-somebody"]


def test_logs_go_to_home_and_stderr_never_to_stdout(stocked: Cli) -> None:
    result = stocked(
        "--log-level", "debug", "import", "--json", stdin=jsonl([post("x"), post("y")]) + "nonsense\n"
    )
    assert result.code == 3
    assert json.loads(result.out)["bad_lines"] == 1
    records = [
        json.loads(line) for line in (stocked.home / "logs/combined.log").read_text("utf-8").splitlines()
    ]
    assert {record["face"] for record in records} == {"cli"}


def test_no_terminal_names_what_to_use_instead(cli: Cli) -> None:
    for arguments in ([], ["demo"], ["--home", "x"], ["--log-level", "debug"]):
        cli(*arguments).failed(2, "terminal", "'leadtui run'")
    assert not cli.home.exists()


def test_without_a_terminal_a_real_process_says_the_same(tmp_path: Path) -> None:
    done = subprocess.run(
        command(),
        env=environment(tmp_path / "home"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"'leadtui run'" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_an_internal_error_is_one_line_with_its_place_and_the_log_has_the_rest(
    stocked: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_seconds: float | None) -> str | None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("leadtui.cli.common.when", broken)
    stocked("leads", "show", "1", "--json").failed(
        1, "ZeroDivisionError: a bug", "cli/common.py:", "logs/error.log"
    )
    record = json.loads((stocked.home / "logs/error.log").read_text("utf-8").splitlines()[-1])
    assert record["event"] == "internal_error"
    assert record["exception"]["class"] == "ZeroDivisionError"


def test_completion_is_offered_to_the_shell(tmp_path: Path) -> None:
    variables = environment(
        tmp_path / "home", _LEADTUI_COMPLETE="bash_complete", COMP_WORDS="leadtui ca", COMP_CWORD="1"
    )
    done = subprocess.run(command(), env=variables, capture_output=True, check=False, text=True)
    assert "campaigns" in done.stdout
    assert not os.path.exists(tmp_path / "home")
