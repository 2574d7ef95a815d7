"""What a figure was measured on."""

from __future__ import annotations

import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

PACKAGES = ("torch", "transformers", "peft", "trl", "bitsandbytes", "accelerate", "flash-attn", "liger-kernel", "vllm")


def describe_machine() -> dict[str, Any]:
    """GPUs as the driver names them; None where there are none."""
    fields = _ask_driver("name,driver_version,memory.total")
    name, driver, memory = (field.strip() for field in fields.splitlines()[0].split(",")) if fields else (None,) * 3
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M"),
        "device": name or f"no GPU: {platform.processor() or platform.machine()}",
        "driver": driver,
        "memory": memory,
        "python": platform.python_version(),
        "packages": {name: found for name in PACKAGES if (found := find_version(name))},
    }


def _ask_driver(fields: str) -> str:
    try:
        command = ["nvidia-smi", f"--query-gpu={fields}", "--format=csv,noheader"]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def find_version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
