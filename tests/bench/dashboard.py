"""The dashboard beside a bare Textual program: from exec to the first painted leads, key to screen, memory.

    python -m tests.bench.dashboard [--rounds 11] [--leads 1000,100000,1000000] [--keep DIR]

Builds the wheel, installs it into a folder of its own and measures that, in rounds that take turns, so that the
machine's mood hits all alike. Ratios are medians of per-round ratios; times are medians.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench import leads
from tests.terminal import Terminal

BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("bare program")
    def key_j(self):
        self.query_one(Static).update("key answered")
Bare().run()
"""
DOWN = b"j"


@dataclass
class Result:
    """One start of a program."""

    paint_ms: float
    cpu_ms: float
    key_ms: float
    memory_mib: float


def main() -> None:
    """Measure and print a table."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rounds", type=int, default=11)
    options.add_argument("--leads", default="1000,100000,1000000")
    options.add_argument("--keep", type=Path, help="where to keep the databases for the next run")
    chosen = options.parse_args()
    sizes = [int(size) for size in chosen.leads.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        site = install(Path(folder))
        homes = {size: _home(chosen.keep or Path(folder), size) for size in sizes}
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE)
        programs: dict[str, Callable[[], Result]] = {"bare Textual": partial(_bare, bare)}
        for size, home in homes.items():
            programs[f"leadtui, {size:,} leads"] = partial(_leadtui, site, home)
        results: dict[str, list[Result]] = {name: [] for name in programs}
        for number in range(chosen.rounds + 1):
            for name, measure in programs.items():
                result = measure()
                if number:  # the first round only warms the file cache
                    results[name].append(result)
    _print(results)


def install(folder: Path) -> Path:
    """Build the wheel of this checkout and install it alone into a folder for PYTHONPATH."""
    root = Path(__file__).parents[2]
    run = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*run, "wheel", "--no-deps", "--wheel-dir", str(folder), str(root)], check=True)
    (wheel,) = folder.glob("leadtui-*.whl")
    site = folder / "site"
    subprocess.run([*run, "install", "--no-deps", "--target", str(site), str(wheel)], check=True)
    return site


def _home(folder: Path, size: int) -> Path:
    home = folder / f"home-{size}"
    if not (home / "leadtui.db").exists():
        home.mkdir(parents=True, exist_ok=True)
        leads.make(home, size)
    (home / "config.toml").write_text("[metrics]\nenabled = false\n")
    return home


def _bare(script: Path) -> Result:
    return _measure(Terminal([sys.executable, str(script)]), "bare program")


def _leadtui(site: Path, home: Path) -> Result:
    environment = {"PYTHONPATH": str(site), "LEADTUI_HOME": str(home), "PYTHONDONTWRITEBYTECODE": ""}
    return _measure(Terminal([sys.executable, "-m", "leadtui"], env=environment), "Lead ")


def _measure(terminal: Terminal, text: str) -> Result:
    try:
        cpu = 0.0
        while terminal.painted(text) is None:
            if terminal.read(0.02) == b"" and terminal.record and terminal.record[-1][0] > 60:
                raise SystemExit("\n".join(terminal.screen()))
            cpu = terminal.cpu_ms()
        painted = terminal.painted(text) or 0.0
        terminal.read(3.0, quiet=0.8)
        keys = []
        for _ in range(15):
            before = len(terminal.record)
            sent = terminal.send(DOWN)
            terminal.read(0.5, quiet=0.06)
            after = terminal.record[before:]
            if after:
                keys.append((after[0][0] - sent) * 1000)
        return Result(painted * 1000, cpu, statistics.median(keys) if keys else 0.0, terminal.memory_mib())
    finally:
        terminal.close()


def _print(results: dict[str, list[Result]]) -> None:
    bare = results["bare Textual"]
    print(f"{len(bare)} rounds, {os.cpu_count()} processors, Python {sys.version.split()[0]}")
    print(f"{'program':<28}{'first paint ms':>16}{'x bare':>8}{'cpu ms':>8}{'key ms':>8}{'MiB':>8}")
    for name, listed in results.items():
        paint = statistics.median(result.paint_ms for result in listed)
        ratio = statistics.median(
            one.paint_ms / other.paint_ms for one, other in zip(listed, bare, strict=True)
        )
        key = statistics.median(result.key_ms for result in listed)
        memory = statistics.median(result.memory_mib for result in listed)
        cpu = statistics.median(result.cpu_ms for result in listed)
        print(f"{name:<28}{paint:>16.0f}{ratio:>8.2f}{cpu:>8.0f}{key:>8.1f}{memory:>8.0f}")
    names = [name for name in results if name != "bare Textual"]
    small, large = results[names[0]], results[names[-1]]
    for what, field in (("key", "key_ms"), ("memory", "memory_mib"), ("first paint", "paint_ms")):
        ratios = [
            getattr(one, field) / getattr(other, field) for one, other in zip(large, small, strict=True)
        ]
        print(f"{what}: {names[-1]} is {statistics.median(ratios):.2f} times {names[0]}")


if __name__ == "__main__":
    main()
