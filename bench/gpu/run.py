"""
Measures the trainer on one GPU, with weights that are drawn and data that are made: nothing is fetched.

    uv run --project trainer python bench/gpu/run.py                       # every part, one after another
    uv run --project trainer python bench/gpu/run.py --part throughput     # one of them, in eight minutes at most
    uv run --project trainer python bench/gpu/run.py --shape tiny --results FOLDER    # on a processor, to try it out

Adds to gpu.json and writes gpu.md anew, in the folder of results. Ends with 1 where a part failed, and with 2,
before any is begun, where packages are missing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import processes
from checkpoints import measure_stall
from generation import measure_generation
from machine import describe_machine
from page import write_page
from resuming import measure_resume
from setting import Setting
from shapes import SHAPES
from throughput import measure_throughput, measure_variants
from versions import check_versions

PARTS: dict[str, Callable[[Setting], dict[str, Any]]] = {
    "variants": measure_variants,
    "throughput": measure_throughput,
    "checkpoints": measure_stall,
    "resume": measure_resume,
    "generation": measure_generation,
}
HELP = {
    "variants": "plain TRL in every configuration that the environment has, to find its best",
    "throughput": "training against plain TRL in that configuration, taking turns",
    "checkpoints": "what a checkpoint costs a step",
    "resume": "whether a resumed block comes to the same end",
    "generation": "generating against plain generate, and vLLM where there is one",
}


def main(arguments: list[str] | None = None) -> int:
    options = _read_options(arguments)
    try:
        others = check_versions()
    except processes.Failure as failure:
        print(failure, file=sys.stderr)
        return 2
    work = (options.work or Path(tempfile.gettempdir()) / "ratchet-bench-gpu") / options.shape
    work.mkdir(parents=True, exist_ok=True)
    setting = Setting(SHAPES[options.shape], work, options.repeats, options.limit, options.vllm_python)
    failed = 0
    for part in options.part or list(PARTS):
        print(f"{part} ...", flush=True)
        measured = _measure(setting, part)
        measured["notes"] += others
        failed |= "failure" in measured
        _keep(options.results, measured)
        print(json.dumps(measured.get("result") or measured["failure"], indent=2))
        for note in measured["notes"]:
            print(f"note: {note}")
    return failed


def _measure(setting: Setting, part: str) -> dict[str, Any]:
    setting.begin()
    about = {"part": part, "shape": setting.shape.name, "machine": describe_machine()}
    try:
        if not setting.made.exists():
            script = str(processes.HERE / "make_model.py")
            arguments = [script, setting.shape.name, str(setting.made)]
            processes.run_python(arguments, setting.work / "make-model.log", setting.seconds_left())
        return {**about, "result": PARTS[part](setting), "notes": setting.notes}
    except (processes.Failure, OSError) as failure:
        return {**about, "failure": str(failure), "notes": setting.notes}


def _keep(folder: Path, measured: dict[str, Any]) -> None:
    """Part by part: what was measured stays, whatever becomes of the next."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "gpu.json"
    every = [*(json.loads(file.read_text()) if file.exists() else []), measured]
    file.write_text(json.dumps(every, indent=2) + "\n")
    (folder / "gpu.md").write_text(write_page(every))


def _read_options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures the trainer on one GPU.")
    parts = "; ".join(f"{name}: {what}" for name, what in HELP.items())
    parser.add_argument("--part", choices=PARTS, action="append", help=f"as often as wanted; default: all. {parts}")
    parser.add_argument("--shape", choices=SHAPES, default="llama-3.1-8b")
    parser.add_argument("--repeats", type=int, default=3, help="of what takes turns; fewer where time runs out")
    parser.add_argument("--limit", type=float, default=480, help="seconds of a part")
    parser.add_argument("--work", type=Path, help="scratch: 20 GB for the model of 8B, kept for the next part")
    parser.add_argument("--results", type=Path, default=processes.HERE.parent / "results")
    parser.add_argument("--vllm-python", help="the Python of an environment that has vLLM")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
