"""What the trainer is held against: scripts without it, each a process that is given a task and leaves a result."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import processes
from setting import Setting


def run_plain(
    setting: Setting, name: str, script: str, fields: dict[str, Any], python: str = sys.executable
) -> dict[str, Any]:
    """What `plain_<...>.py` measured, on the model and data of the shape. Raises processes.Failure."""
    folder = setting.work / name
    folder.mkdir(parents=True, exist_ok=True)
    task, result = folder / "task.json", folder / "result.json"
    task.write_text(json.dumps({"made": str(setting.made), "result": str(result), **fields}))
    path = str(Path(__file__).with_name(script))
    processes.run_python([path, str(task)], folder / "log", setting.seconds_left(), python=python)
    return json.loads(result.read_text())
