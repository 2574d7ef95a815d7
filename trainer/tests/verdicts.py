"""
What a prediction is worth, written a second time: reads calls and compares them as Ratchet's scorer says that it does
(conventions `exact` and `paper-1`), and shares no line with it.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from ratchet_trainer.call_text import Call, format_calls

SPACE = "[\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]*"
NAME = "[A-Za-z_][A-Za-z0-9_.-]*"
NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?")
WORDS = {"True": True, "true": True, "False": False, "false": False, "None": None, "null": None}
ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
PLAIN = {"\\": "\\", "'": "'", '"': '"', "n": "\n", "r": "\r", "t": "\t"}
END_OF_ARGUMENT = f"{SPACE}(?:,{SPACE}{NAME}{SPACE}=|(?:,{SPACE})?\\){SPACE}(?:\\]|,{SPACE}(?:\\]|{NAME}{SPACE}\\()))"
END_OF_ITEM = f"{SPACE}[,\\]}})]"
END_OF_KEY = f"{SPACE}:"


class Unreadable(Exception):
    pass


class Reader:
    def __init__(self, text: str) -> None:
        self.rest = text

    def take(self, pattern: str | re.Pattern[str]) -> str | None:
        self.rest = re.sub(f"^{SPACE}", "", self.rest)
        found = re.match(pattern, self.rest)
        if found is None:
            return None
        self.rest = self.rest[found.end() :]
        return found[0]

    def need(self, pattern: str) -> str:
        found = self.take(pattern)
        if found is None:
            raise Unreadable(self.rest)
        return found

    def until(self, close: str, read: Any) -> list[Any]:
        items = []
        while not self.take(re.escape(close)):
            items.append(read())
            if not self.take(","):
                self.need(re.escape(close))
                break
        return items

    def call(self) -> Call:
        name = self.need(NAME)
        self.need(r"\(")
        given = self.until(")", self.argument)
        if len(dict(given)) < len(given):
            raise Unreadable("an argument twice")
        return {"name": name, "arguments": dict(given)}

    def argument(self) -> tuple[str, Any]:
        name = self.need(NAME)
        self.need("=")
        return name, self.value(END_OF_ARGUMENT)

    def value(self, end: str) -> Any:
        if quote := self.take("['\"]"):
            return self.string(quote, end)
        if bracket := self.take(r"[\[(]"):
            return self.until({"[": "]", "(": ")"}[bracket], lambda: self.value(END_OF_ITEM))
        if self.take("{"):
            return dict(self.until("}", self.entry))
        for pattern, read in ((NUMBER, float), ("|".join(WORDS), WORDS.__getitem__)):
            before = self.rest
            found = self.take(pattern)
            if found is not None and re.match(END_OF_ITEM, self.rest):
                if found[0] not in "TtFfNn" and not math.isfinite(read(found)):
                    raise Unreadable(found)
                return read(found)
            self.rest = before
        raise Unreadable(self.rest)

    def entry(self) -> tuple[str, Any]:
        key = self.string(self.need("['\"]"), END_OF_KEY)
        self.need(":")
        return key, self.value(END_OF_ITEM)

    def string(self, quote: str, end: str) -> str:
        """A quote closes it only where what may follow does."""
        said = ""
        while self.rest:
            if escape := ESCAPE.match(self.rest):
                byte, unit, other = escape.groups()
                said += chr(int(byte or unit, 16)) if byte or unit else PLAIN.get(other, escape[0])
                self.rest = self.rest[escape.end() :]
            elif self.rest[0] == quote and re.match(end, self.rest[1:]):
                self.rest = self.rest[1:]
                return said
            else:
                said += self.rest[0]
                self.rest = self.rest[1:]
        raise Unreadable("a string without an end")


def read_calls(text: str) -> list[Call]:
    """Empty where none can be read."""
    start = re.compile(f"\\[{SPACE}{NAME}{SPACE}\\(").search(text, max(0, text.find("API-Request:")))
    if start is None:
        return []
    reader = Reader(text[start.start() + 1 :])
    try:
        return reader.until("]", reader.call)
    except Unreadable:
        return []


def judge(gold: list[Call], text: str) -> dict[str, Any]:
    calls = read_calls(text)
    exact = _bag(gold, _canonical) == _bag(calls, _canonical)
    names = _bag(gold, lambda call: call["name"]) == _bag(calls, lambda call: call["name"])
    return {
        "exact": exact,
        "paper": _read_on_paper(format_calls(gold)) == _read_on_paper(text) is not None,
        "nameRight": names,
        "outcome": _name_outcome(gold, calls, exact, names),
    }


def _name_outcome(gold: list[Call], calls: list[Call], exact: bool, names: bool) -> str:
    if exact:
        return "exact"
    if not calls:
        return "malformed"
    if not names:
        return "wrong-name"
    wanted, given = ({item for call in side for item in _arguments(call)} for side in (gold, calls))
    return "some-arguments" if wanted & given else "wrong-arguments"


def _arguments(call: Call) -> list[str]:
    return [_canonical([call["name"], *item]) for item in call["arguments"].items()]


def _bag(calls: list[Call], key: Any) -> list[str]:
    return sorted(map(key, calls))


def _canonical(value: Any) -> str:
    """Equal for equal JSON: 3.0 is 3, but True is not 1."""
    return json.dumps(_whole(value), sort_keys=True)


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list | tuple):
        return [_whole(item) for item in value]
    return {key: _whole(item) for key, item in value.items()} if isinstance(value, dict) else value


def _read_on_paper(text: str) -> tuple[str, frozenset[tuple[str, str]]] | None:
    start = re.search(f"\\[{SPACE}({NAME}){SPACE}\\(", text)
    end = start and re.compile(f"\\){SPACE}\\]").search(text, start.end())
    if not start or not end:
        return None
    given = re.findall(f"(?<![A-Za-z0-9_])([A-Za-z0-9_]+){SPACE}={SPACE}'([^']*)'", text[start.end() : end.start()])
    return start[1].lower(), frozenset((name.lower(), value.strip().lower()) for name, value in given)
