"""Commands run as a shell would run them, inside the test's process where that is enough."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from leadtui.__main__ import main
from leadtui.telemetry import logs

CAMPAIGN = """\
name = "ledgerly"
description = "Invoicing for freelancers and tiny service businesses."
keywords = ["invoicing software", "late payment reminders"]
competitors = ["FreshBooks", "Wave"]
subreddits = ["freelance"]
min_score = 40
disclosure = "I work on Ledgerly."
"""


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        assert self.code in (0, 3), self.err
        document = json.loads(self.out)
        assert document["schema"] == 1
        return document

    @property
    def lines(self) -> list[Any]:
        """The JSON Lines on stdout."""
        return [json.loads(line) for line in self.out.splitlines()]

    def failed(self, code: int, *parts: str) -> None:
        """Check that it ended as the contract says: nothing on stdout, one line on stderr that holds `parts`."""
        assert (self.code, self.out) == (code, ""), self
        self.told(*parts)

    def told(self, *parts: str) -> None:
        """Check the one line on stderr."""
        assert self.err.startswith("leadtui: "), self
        assert self.err.endswith("\n"), self
        assert self.err.count("\n") == 1, self
        assert "Traceback" not in self.err
        for part in parts:
            assert part in self.err, self


class Cli:
    """Runs commands on one home."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch) -> None:
        self.home = home
        self._patch = patch

    def __call__(self, *arguments: str | Path, stdin: str | bytes = b"", home: bool = True) -> Result:
        """Run `leadtui` with `arguments`, on this home unless they name another."""
        given = stdin.encode() if isinstance(stdin, str) else stdin
        streams = {
            "stdin": io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"),
            "stdout": io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline=""),
            "stderr": io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline=""),
        }
        before = os.umask(0o022)
        with self._patch.context() as patch:
            if home:
                patch.setenv("LEADTUI_HOME", str(self.home))
            patch.setattr(sys, "argv", ["leadtui", *map(str, arguments)])
            for name, stream in streams.items():
                patch.setattr(sys, name, stream)
            try:
                main()
            except SystemExit as end:
                code = int(end.code or 0)
            finally:
                os.umask(before)
                logs.close()
        return Result(code, _written(streams["stdout"]), _written(streams["stderr"]))


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()


def environment(home: Path | None = None, **more: str) -> dict[str, str]:
    """The variables a process of leadtui gets: this test's, with the modules of this source tree."""
    variables = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONWARNINGS": "default"}
    if home is not None:
        variables["LEADTUI_HOME"] = str(home)
    return {**variables, **more}


def command(*arguments: str | Path) -> list[str]:
    """The argv of a real process of leadtui."""
    return [sys.executable, "-m", "leadtui", *map(str, arguments)]


def process(
    *arguments: str | Path,
    home: Path | None = None,
    stdin: str | bytes | int = subprocess.DEVNULL,
    stdout: int = subprocess.PIPE,
    preexec: Callable[[], object] | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float = 60,
) -> Result:
    """Run a real process to its end; a signal that ended it is a negative code."""
    done = subprocess.run(
        command(*arguments),
        env=environment(home, **(env or {})),
        stdout=stdout,
        stderr=subprocess.PIPE,
        preexec_fn=preexec,
        timeout=timeout,
        check=False,
        stdin=stdin if isinstance(stdin, int) else None,
        input=None if isinstance(stdin, int) else _bytes(stdin),
    )
    return Result(done.returncode, (done.stdout or b"").decode(), done.stderr.decode())


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def post(
    number: int | str, title: str = "which invoicing software should I buy?", **more: object
) -> dict[str, Any]:
    """A post as a line of a file holds it."""
    return {"id": f"p{number}", "subreddit": "freelance", "title": title, **more}


def jsonl(posts: Iterable[Mapping[str, object]]) -> str:
    """Posts as JSON Lines."""
    return "".join(json.dumps(item) + "\n" for item in posts)


def lead_ids(result: Result) -> Sequence[int]:
    """The ids in a document of leads."""
    return [lead["id"] for lead in result.json["leads"]]
