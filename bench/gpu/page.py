"""The page of what was measured, from its JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Measurement = dict[str, Any]
ONLY = "**The best of one: no other configuration was measured, and one may be faster.**"


def write_page(measurements: list[Measurement]) -> str:
    """The latest measurement of each part, shape and device."""
    latest = {(one["shape"], one["machine"]["device"], one["part"]): one for one in measurements}
    sections = [_write_section(one) for one in latest.values()]
    return (
        "\n\n".join(
            [
                "# The trainer on a GPU",
                "Written by `bench/gpu/run.py`; bench/README.md says what is measured.",
                *sections,
            ]
        )
        + "\n"
    )


def _write_section(one: Measurement) -> str:
    machine = one["machine"]
    driver = f", driver {machine['driver']}" if machine["driver"] else ""
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    lines = [
        f"## {one['part'].capitalize()}: {one['shape']}",
        f"{machine['date']} UTC, {machine['device']}{driver}. {packages}.",
        WRITERS[one["part"]](one["result"]) if "result" in one else f"Failed: {one['failure']}",
        *[f"- {note}" for note in one["notes"]],
    ]
    return "\n\n".join(lines[:3]) + ("\n\n" + "\n".join(lines[3:]) if lines[3:] else "")


def _write_variants(result: dict[str, Any]) -> str:
    rows = [
        [_features(one["features"]), _number(one["tokensPerSecond"]), _gigabytes(one)] for one in result["variants"]
    ]
    return _table(["plain TRL", "tokens/s", "peak GB"], rows) + ("" if len(rows) > 1 else f"\n\n{ONLY}")


def _write_throughput(result: dict[str, Any]) -> str:
    rows = []
    for side, name in (("ours", "this trainer"), ("trl", "plain TRL")):
        of = result[side]
        mfu = f"{100 * of['mfu']:.1f} %" if of["mfu"] is not None else "not known"
        rows.append([name, _number(of["tokensPerSecond"]), _span(of), mfu, _gigabytes(of)])
    ratio = result["ratio"]
    return (
        _table(["", "tokens/s, median", "least to most", "MFU", "peak GB"], rows)
        + f"\n\nOurs / TRL, pair by pair: median {ratio['median']:.3f}, {ratio['least']:.3f} to {ratio['most']:.3f}, "
        + f"pairs: {len(ratio['all'])}. Both with {_features(result['features'])}."
        + ("" if result["configurations"] > 1 else f" {ONLY}")
    )


def _write_checkpoints(result: dict[str, Any]) -> str:
    return (
        f"A step takes {result['stepSeconds']:.3f} s, spread {result['stepSpread']:.3f} s. A checkpoint costs "
        f"{result['stallSeconds']:.3f} s (median of {result['checkpoints']}): {100 * result['share']:.2f} % of all "
        f"time, where one is written every {result['every']} steps."
    )


def _write_resume(result: dict[str, Any]) -> str:
    rows = [
        ["loss, relative", _small(result["lossDifference"]), _small(result["lossDifferenceOfRepetition"])],
        ["weights, absolute", _small(result["weightDifference"]), _small(result["weightDifferenceOfRepetition"])],
    ]
    tolerance = result["tolerance"]
    return (
        _table([f"largest difference to {result['steps']} steps in one go", "resumed", "in one go again"], rows)
        + f"\n\nTolerance: loss {tolerance['loss']}, weights {tolerance['weights']}. "
        + ("Equal within it." if result["equal"] else "**Not equal within it.**")
    )


def _write_generation(result: dict[str, Any]) -> str:
    rows = [[name, _number(of["median"]), _span(of)] for name, of in result["tokensPerSecond"].items()]
    return (
        _table(["engine", "new tokens/s, median", "least to most"], rows)
        + f"\n\n{result['prompts']} prompts, {result['newTokens']} new tokens each, greedy."
    )


WRITERS: dict[str, Callable[[dict[str, Any]], str]] = {
    "variants": _write_variants,
    "throughput": _write_throughput,
    "checkpoints": _write_checkpoints,
    "resume": _write_resume,
    "generation": _write_generation,
}


def _features(features: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in features.items()) or "SDPA, padded"


def _span(of: dict[str, Any]) -> str:
    return f"{_number(of['least'])} to {_number(of['most'])}"


def _gigabytes(of: dict[str, Any]) -> str:
    found = of.get("peakMemoryBytes")
    return f"{found / 1e9:.1f}" if found else "not known"


def _number(value: float) -> str:
    return f"{value:,.0f}"


def _small(value: float) -> str:
    return "0" if value == 0 else f"{value:.1e}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])
