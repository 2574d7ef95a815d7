"""Calls as text: `[Name(a='x', n=3, l=['a', 'b'], b=True)]`, as contract/call-text.ts writes them."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

Call = dict[str, Any]
"""`{"name": ..., "arguments": {...}}`"""

_ESCAPES = str.maketrans({"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def format_calls(calls: list[Call]) -> str:
    """The calls of one turn in one pair of brackets, arguments in their own order."""
    return f"[{', '.join(_format_call(call) for call in calls)}]"


def _format_call(call: Call) -> str:
    given = ", ".join(f"{name}={_literal(value)}" for name, value in call["arguments"].items())
    return f"{call['name']}({given})"


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value.translate(_ESCAPES)}'"
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_literal(key)}: {_literal(item)}' for key, item in value.items())}}}"
    if value is None or isinstance(value, bool):
        return repr(value)
    return _number(value)


def _number(value: int | float) -> str:
    """As JavaScript prints it: a double's shortest digits, with an exponent below 1e-6 and from 1e21 on."""
    number = float(value) + 0.0  # Zero has no sign.
    shortest = json.dumps(number)
    if number == 0 or 1e-6 <= abs(number) < 1e21:
        return f"{Decimal(shortest).normalize():f}"
    return shortest.replace("e-0", "e-")


def read_message_calls(message: dict[str, Any]) -> list[Call]:
    """The calls of an OpenAI assistant message, whose `arguments` are a JSON string."""
    functions = (call["function"] for call in message.get("tool_calls") or [])
    return [{"name": one["name"], "arguments": json.loads(one["arguments"])} for one in functions]


def message_with_calls(calls: list[Call]) -> dict[str, Any]:
    """The calls as an assistant's message, arguments parsed."""
    return {"role": "assistant", "content": "", "tool_calls": [{"type": "function", "function": one} for one in calls]}


def with_parsed_arguments(message: dict[str, Any]) -> dict[str, Any]:
    """As chat templates want messages: arguments are no JSON string, and content is never null."""
    if message["role"] == "assistant" and message.get("tool_calls"):
        return {**message_with_calls(read_message_calls(message)), "content": message.get("content") or ""}
    return message


_TAGGED = re.compile(r"<tool_call>\s*(\{.*?\})\s*</tool_call>", re.DOTALL)


def from_native(text: str) -> str:
    """What a model said in its own tool format (Llama's JSON, Hermes' tags) as calls; other text stays as it is."""
    try:
        found = [json.loads(one) for one in _TAGGED.findall(text)] or _read_objects(text)
        named = [{"name": one["name"], "arguments": one.get("arguments", one.get("parameters", {}))} for one in found]
        return format_calls(named) if named else text
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return text  # Too long a number and too deep a nesting among it: models repeat themselves.


def _read_objects(text: str) -> list[Any]:
    """JSON objects that a text begins with, with spaces or semicolons between them; what follows is ignored."""
    found, rest = [], text.lstrip()
    while rest.startswith("{"):
        one, end = json.JSONDecoder().raw_decode(rest)
        found.append(one)
        rest = rest[end:].lstrip(" \n;")
    return found
