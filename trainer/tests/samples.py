"""Small examples, written by hand."""

from __future__ import annotations

import json
from typing import Any

TOOLS: dict[str, Any] = {
    "GetWeather": {
        "type": "function",
        "function": {
            "name": "GetWeather",
            "description": "Weather of a city on a day.",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}},
        },
    },
    "BookHotel": {
        "type": "function",
        "function": {
            "name": "BookHotel",
            "description": "Books a hotel.",
            "parameters": {"type": "object", "properties": {"id": {"type": "string"}}},
        },
    },
}


def call(name: str, **arguments: Any) -> dict[str, Any]:
    return {"name": name, "arguments": arguments}


def asking(*calls: dict[str, Any]) -> dict[str, Any]:
    """An assistant's message with calls, as OpenAI's chat API writes them."""
    functions = [{"name": one["name"], "arguments": json.dumps(one["arguments"])} for one in calls]
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": f"call_{i}", "type": "function", "function": one} for i, one in enumerate(functions)],
    }


def example(turns: int = 1, trace: bool = True) -> dict[str, Any]:
    """So many turns; each before the last was answered by a call, which `trace` shows."""
    messages: list[dict[str, Any]] = [{"role": "system", "content": "Answer with calls."}]
    for turn in range(1, turns):
        messages.append({"role": "user", "content": f"Weather in town {turn}?"})
        if trace:
            messages.append(asking(call("GetWeather", city=f"town {turn}", days=turn)))
            messages.append({"role": "tool", "tool_call_id": "call_0", "content": '{"sky": "grey"}'})
        messages.append({"role": "assistant", "content": f"Grey, in town {turn}."})
    messages.append({"role": "user", "content": "Book the hotel HT1."})
    return {
        "id": "e-1",
        "dialogue": "e",
        "messages": messages,
        "tools": ["GetWeather", "BookHotel"],
        "target": [call("BookHotel", id="HT1")],
    }
