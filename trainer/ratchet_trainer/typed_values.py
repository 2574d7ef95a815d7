"""Whether a value is of the type that a field has, and what is said where it is not."""

from __future__ import annotations

import json
import math
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin

from .protocol import Refusal

NAMES: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    tuple[str, ...]: "a list of text",
    NoneType: "null",
}


def read_value(name: str, value: Any, wanted: Any) -> Any:
    """
    `value`, as JSON has it, as a field of the type `wanted` holds it: of those in `NAMES`, a `Literal`, or a union of
    them. Raises Refusal, with `name` and what was expected.
    """
    kinds = get_args(wanted) if isinstance(wanted, UnionType) else (wanted,)
    for kind in kinds:
        if _fits(value, kind):
            return float(value) if kind is float else tuple(value) if isinstance(value, list) else value
    choices = [choice for kind in kinds if get_origin(kind) is Literal for choice in get_args(kind)]
    expected = [*choices, *(NAMES[kind] for kind in kinds if kind in NAMES)]
    near = get_close_matches(value, choices, 1) if isinstance(value, str) else []
    raise Refusal(
        f"{name}: expected {_join(expected)}, found {json.dumps(value, ensure_ascii=False)}"
        f"{f': did you mean {near[0]}?' if near else ''}"
    )


def _fits(value: Any, kind: Any) -> bool:
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if get_origin(kind) is tuple:
        return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _join(words: list[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last
