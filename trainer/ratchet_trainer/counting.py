"""The count stage, and the counts that the others announce."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .base_model import load_tokenizer
from .protocol import Events, Job, read_lines
from .rendering import Rendered, Renderer

if TYPE_CHECKING:
    from .hyperparameters import Hyperparameters


def count(job: Job, settings: Hyperparameters, events: Events) -> int:
    renderer = Renderer(load_tokenizer(job, settings), job.tools, settings)
    for name, file in job.files:
        rendered = [render_any(renderer, example) for example in read_lines(file)]
        sizes = [_size_of(one) for one in rendered] if job.sizes else None
        events.tell("count", **count_rendered(name, rendered), **({"sizes": sizes} if sizes is not None else {}))
    events.tell("result", steps=0, tokens=0)
    return 0


def render_any(renderer: Renderer, example: dict[str, Any]) -> Rendered:
    return renderer.render(example) if "target" in example else renderer.render_prompt(example)


def count_rendered(name: str, rendered: list[Rendered]) -> dict[str, Any]:
    return {
        "name": name,
        "examples": len(rendered),
        "tokens": sum(one.tokens for one in rendered),
        "targetTokens": sum(len(one.target) for one in rendered),
        "truncatedExamples": sum(one.turns_lost > 0 or one.cut for one in rendered),
        "truncatedTurns": sum(one.turns_lost for one in rendered),
        "droppedExamples": sum(one.dropped for one in rendered),
    }


def _size_of(one: Rendered) -> dict[str, Any]:
    return {"tokens": one.tokens, "targetTokens": len(one.target), "turnsLost": one.turns_lost, "dropped": one.dropped}
