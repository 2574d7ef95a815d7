"""The generate stage: every held-out prompt, not a sample of them; each file of predictions is announced at once."""

from __future__ import annotations

import json
import math
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .base_model import load_tokenizer
from .call_text import from_native
from .cautions import warn_of_cuts
from .counting import count_rendered
from .engines.engine import Answer, Request
from .engines.open_engine import open_engine
from .engines.sampling import seed_of
from .protocol import INTERRUPTED, Events, Job, Refusal, read_lines, stop_requested
from .rendering import Rendered, Renderer

if TYPE_CHECKING:
    from .hyperparameters import Hyperparameters

PROGRESS_EVERY = 1.0
"""Seconds."""


class Interruption(Exception):
    """Told to stop; what is finished has been announced."""


def generate(job: Job, settings: Hyperparameters, events: Events) -> int:
    files = {name: list(read_lines(file)) for name, file in job.files}
    generation = Generation(job, settings, events, job.draws * sum(map(len, files.values())))
    try:
        for name, prompts in files.items():
            generation.predict(name, prompts)
    except Interruption:
        return INTERRUPTED
    events.tell("result", steps=generation.answered, tokens=generation.tokens)
    return 0


class Generation:
    def __init__(self, job: Job, settings: Hyperparameters, events: Events, answers: int) -> None:
        """`answers`: of all files."""
        self._job = job
        self._answers = answers
        self._events = events
        self._native = settings.call_format == "native"
        self._limit = f"maxPromptTokens {settings.max_prompt_tokens}"
        self._tokenizer = load_tokenizer(job, settings)
        self._renderer = Renderer(self._tokenizer, job.tools, settings)
        self._engine = open_engine(job, settings, self._tokenizer)
        self._told = (time.monotonic(), 0)
        self.answered = 0
        self.tokens = 0
        """Of prompts and answers."""

    def predict(self, name: str, prompts: list[dict[str, Any]]) -> None:
        rendered = [self._renderer.render_prompt(prompt) for prompt in prompts]
        counts = count_rendered(name, rendered)
        self._events.tell("count", **counts)
        warn_of_cuts(self._events, counts, self._limit)
        asked = [(place, draw) for place in range(len(prompts)) for draw in range(self._job.draws)]
        self._engine.turn_to(name)
        answers = self._answer(
            [
                Request(rendered[place].prompt, seed_of(self._job.decoding_seed, draw, prompts[place]["id"]))
                for place, draw in asked
            ]
        )
        lines = [
            {"id": prompts[place]["id"], **({"draw": draw} if self._job.draws > 1 else {}), "text": self._read(answer)}
            for (place, draw), answer in zip(asked, answers, strict=True)
        ]
        told: dict[str, Any] = {
            "file": self._write(name, lines),
            "truncated": sum(not answer.ended for answer in answers),
        }
        # Only now that everything is written: no answer can know the targets.
        if targets := self._job.targets.get(name):
            told |= self._measure(name, prompts, rendered, targets)
        self._events.tell("predictions", name=name, **told)

    def _answer(self, requests: list[Request]) -> list[Answer]:
        """In the order of the requests."""
        answers: list[Answer | None] = [None] * len(requests)
        for place, answer in self._engine.answer(requests):
            answers[place] = answer
            self.answered += 1
            self.tokens += len(requests[place].prompt) + len(answer.tokens)
            self._go_on(all_answered=self.answered == self._answers)
        return [answer for answer in answers if answer is not None]

    def _read(self, answer: Answer) -> str:
        text = self._tokenizer.decode(answer.tokens, skip_special_tokens=True)
        return from_native(text) if self._native else text

    def _write(self, name: str, lines: list[dict[str, Any]]) -> str:
        """Complete or absent."""
        file = f"predicted-{name}.jsonl"
        draft = self._job.folder / f"{file}.draft"
        draft.write_text("".join(json.dumps(one) + "\n" for one in lines))
        os.rename(draft, self._job.folder / file)
        return file

    def _measure(
        self, name: str, prompts: list[dict[str, Any]], rendered: list[Rendered], targets: Path
    ) -> dict[str, Any]:
        """The loss on the targets, each after the very prompt that was answered; nothing where it is not finite."""
        gold = list(read_lines(targets))
        if [one["id"] for one in gold] != [one["id"] for one in prompts]:
            raise Refusal(f"{targets.name} does not hold the targets of {name} in the order of its prompts")
        pairs = [
            (one.prompt, self._renderer.render_target({**prompt, "target": wanted["target"]}))
            for one, prompt, wanted in zip(rendered, prompts, gold, strict=True)
        ]
        nats = 0.0
        for one in self._engine.measure(pairs):
            nats += one
            self._go_on()
        tokens = sum(len(target) for _, target in pairs)
        if tokens > 0 and math.isfinite(nats):
            return {"loss": {"nats": nats, "tokens": tokens}}
        self._events.warn(f"the loss on the targets of {name} is {nats} over {tokens} tokens, and is left out")
        return {}

    def _go_on(self, all_answered: bool = False) -> None:
        """Tells how far it came, now and then. Raises Interruption when told to stop."""
        if stop_requested.is_set():
            raise Interruption
        now, (then, before) = time.monotonic(), self._told
        if not all_answered and now - then < PROGRESS_EVERY:
            return
        self._told = (now, self.tokens)
        self._events.tell(
            "progress",
            step=self.answered,
            steps=self._answers,
            loss=None,
            tokens=self.tokens,
            tokensPerSecond=(self.tokens - before) / max(now - then, 1e-9),
            peakMemoryBytes=0,
        )
