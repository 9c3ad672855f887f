"""Reading back what was logged."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def records(home: Path, name: str = "combined.log") -> list[dict[str, Any]]:
    """Every line of a log, each of which must be one JSON object of printable ASCII."""
    data = (home / "logs" / name).read_bytes()
    assert data.endswith(b"\n")
    lines = data.decode("ascii").split("\n")[:-1]
    assert all(line.isprintable() for line in lines)
    return [json.loads(line) for line in lines]


def python(code: str, *args: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *args], cwd=ROOT, capture_output=True, text=True, timeout=60, **options
    )
