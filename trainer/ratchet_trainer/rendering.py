"""Examples become tokens: what a model reads, what it learns, and what was cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError

from .call_text import format_calls, message_with_calls, read_message_calls, with_parsed_arguments
from .protocol import Refusal
from .template_date import stop_clock

if TYPE_CHECKING:
    from .choices import CallFormat
    from .hyperparameters import Hyperparameters

NO_LOSS = -100
INSTEAD: dict[CallFormat, str] = {
    "calls": "tools stand in a system message and results in messages of the user, which may follow one another: take "
    "callFormat native, or a model whose template allows that",
    "native": "take callFormat calls, or a model whose template allows that",
}
"""What to do about a template that refuses."""


@dataclass(frozen=True)
class Rendered:
    """One example. `target` is empty for a prompt, and where nothing was left of it; dropped examples have neither."""

    prompt: list[int]
    target: list[int]
    turns_lost: int
    dropped: bool = False
    cut: bool = False
    """Tokens inside a turn are gone too."""

    @property
    def tokens(self) -> int:
        return len(self.prompt) + len(self.target)

    def training(self) -> dict[str, list[int]]:
        """Loss falls on the target alone."""
        return {"input_ids": self.prompt + self.target, "labels": [NO_LOSS] * len(self.prompt) + self.target}


class Renderer:
    """Renders by the tokenizer's own chat template. One BOS at most: the template's."""

    def __init__(self, tokenizer: Any, tools: dict[str, Any], settings: Hyperparameters) -> None:
        self._tokenizer = tokenizer
        self._tools = tools
        self._settings = settings

    def render(self, example: dict[str, Any]) -> Rendered:
        """
        Of a training example, within `max_tokens`. Dropped where the target would be empty or cut; with truncation
        `right` it stays, with what is left of its target, or without any loss.
        """
        target = self.render_target(example)
        limit = self._settings.max_tokens
        if self._settings.truncation == "right":
            whole = self._encode(example, example["messages"])
            prompt = whole[:limit]
            kept = target[: limit - len(prompt)]
            return Rendered(prompt, kept, 0, cut=len(prompt) + len(kept) < len(whole) + len(target))
        prompt, lost = self._fit(example, limit - len(target))
        if not prompt or not target:
            return Rendered([], [], lost, dropped=True)
        return Rendered(prompt, target, lost)

    def render_prompt(self, prompt: dict[str, Any]) -> Rendered:
        """For generation, within `max_prompt_tokens`."""
        limit = self._settings.max_prompt_tokens
        if self._settings.truncation == "right":
            whole = self._begin_again(self._encode(prompt, prompt["messages"]))
            return Rendered(whole[:limit], [], 0, cut=len(whole) > limit)
        tokens, lost = self._fit(prompt, limit)
        if tokens:
            return Rendered(tokens, [], lost)
        # Even its last turn alone is too long: its end and the assistant's header are what counts, behind one BOS.
        last = self._encode(prompt, _without_oldest(prompt["messages"])[-1])
        begin = last[:1] if last[0] == self._tokenizer.bos_token_id else []
        return Rendered([*begin, *last[len(begin) - limit :]], [], lost, cut=True)

    def _begin_again(self, tokens: list[int]) -> list[int]:
        """The template's BOS, and as published one more before it."""
        begin = self._tokenizer.bos_token_id
        return [begin, *tokens] if self._settings.second_bos and begin is not None else tokens

    def _fit(self, example: dict[str, Any], limit: int) -> tuple[list[int], int]:
        """The longest rendering that fits once the oldest turns are gone, and how many went; empty: none does."""
        for lost, messages in enumerate(_without_oldest(example["messages"])):
            tokens = self._encode(example, messages)
            if len(tokens) <= limit:
                return tokens, lost
        return [], len(_without_oldest(example["messages"])) - 1

    def render_target(self, example: dict[str, Any]) -> list[int]:
        """With the end of its turn; empty where there is none."""
        if completion := example.get("completion"):
            text = completion
        elif not example.get("target"):
            return []
        elif self._settings.call_format == "native":
            text = self._say_natively(example)
        else:
            text = format_calls(example["target"])
        end = self._tokenizer.eos_token
        return self._tokenizer(text.removesuffix(end) + end, add_special_tokens=False).input_ids

    def _encode(self, example: dict[str, Any], messages: list[dict[str, Any]]) -> list[int]:
        if self._settings.call_format == "native":
            text = self._apply_natively(example, [with_parsed_arguments(one) for one in messages], answered=False)
        else:
            spelled = self._spell_out(messages, example["tools"])
            text = self._apply_template(example, spelled, None, answered=False)
        return self._tokenizer(text, add_special_tokens=False).input_ids

    def _say_natively(self, example: dict[str, Any]) -> str:
        """What the template makes of the target behind the prompt, up to the end of the turn."""
        messages = [with_parsed_arguments(one) for one in example["messages"]]
        prompt = self._apply_natively(example, messages, answered=False)
        answer = message_with_calls(example["target"])
        whole = self._apply_natively(example, [*messages, answer], answered=True)
        if not whole.startswith(prompt):
            raise Refusal("callFormat native: this model's chat template writes an answer apart from its prompt")
        return whole.removeprefix(prompt).rstrip()

    def _apply_natively(self, example: dict[str, Any], messages: list[dict[str, Any]], answered: bool) -> str:
        return self._apply_template(example, messages, [self._tools[name] for name in example["tools"]], answered)

    def _apply_template(
        self, example: dict[str, Any], messages: list[dict[str, Any]], tools: list[Any] | None, answered: bool
    ) -> str:
        template = stop_clock(self._tokenizer.get_chat_template(tools=tools))
        try:
            return self._tokenizer.apply_chat_template(
                messages, tools=tools, chat_template=template, add_generation_prompt=not answered, tokenize=False
            )
        except TemplateError as error:
            form = self._settings.call_format
            raise Refusal(
                f"callFormat {form}: the chat template refuses example {example['id']}: {error}; {INSTEAD[form]}"
            ) from error

    def _spell_out(self, messages: list[dict[str, Any]], tools: list[str]) -> list[dict[str, Any]]:
        """Calls as text, the tools as signatures in the system message, and results as messages of the user."""
        signatures = "\n".join(_sign(self._tools[name]["function"]) for name in tools)
        system = messages[0]["content"] if messages[0]["role"] == "system" else ""
        rest = messages[1:] if messages[0]["role"] == "system" else messages
        head = {"role": "system", "content": f"{system}\n{signatures}".strip()}
        return [head, *(_spell_message(message) for message in rest)]


def _spell_message(message: dict[str, Any]) -> dict[str, Any]:
    if message["role"] == "tool":
        return {"role": "user", "content": f"API-Response: {message['content']}"}
    calls = read_message_calls(message)
    return {"role": message["role"], "content": format_calls(calls) if calls else message.get("content") or ""}


def _sign(function: dict[str, Any]) -> str:
    properties = function["parameters"]["properties"]
    given = ", ".join(f"{name}: {schema.get('type', 'string')}" for name, schema in properties.items())
    return f"{function['name']}({given}): {function['description']}"


def _without_oldest(messages: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The messages, then without their oldest turn, and so on down to the last turn. A turn begins with the user."""
    head = messages[:1] if messages[0]["role"] == "system" else []
    rest = messages[len(head) :]
    starts = [0, *(i for i, message in enumerate(rest) if i > 0 and message["role"] == "user")]
    return [head + rest[start:] for start in starts]
