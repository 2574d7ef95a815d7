"""The generate stage: every held-out prompt, not a sample of them; each file of predictions is announced at once."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .base_model import load_tokenizer
from .call_text import from_native
from .cautions import warn_of_cuts
from .counting import count_rendered
from .engines.engine import Answer, Request
from .engines.open_engine import choose_processes, open_engine
from .engines.sampling import seed_of
from .engines.team import Team, serve
from .folders import verify
from .gpus import take_own_gpu
from .protocol import INTERRUPTED, Events, Job, Refusal, own_rank, read_lines
from .ranks import Ranks, open_channel
from .rendering import Rendered, Renderer
from .stopping import Interruption

if TYPE_CHECKING:
    from .hyperparameters import Hyperparameters

PROGRESS_EVERY = 1.0
"""Seconds."""


def generate(job: Job, settings: Hyperparameters, events: Events) -> int:
    """Returns the exit code. Rank 0 renders, reads and writes; each rank has an engine, and serves rank 0 with it."""
    if own_rank() > 0:
        take_own_gpu()
        serve(open_engine(job, settings, load_tokenizer(job, settings)), open_channel())
        return INTERRUPTED
    files = {name: list(read_lines(file)) for name, file in job.files}
    if job.weights:
        verify(job.weights)  # Once for all ranks.
    others = Ranks(job, choose_processes(job, settings))
    try:
        generation = Generation(job, settings, events, others.channels)
        generation.predict_all(files)
    except Interruption:
        return INTERRUPTED
    finally:
        others.dismiss()
    events.tell("result", steps=generation.answered, tokens=generation.tokens)
    return 0


class Generation:
    def __init__(
        self, job: Job, settings: Hyperparameters, events: Events, others: Sequence[Connection[Any, Any]]
    ) -> None:
        """`others`: channels to the other ranks."""
        self._job = job
        self._events = events
        self._native = settings.call_format == "native"
        self._limit = f"maxPromptTokens {settings.max_prompt_tokens}"
        self._tokenizer = load_tokenizer(job, settings)
        self._renderer = Renderer(self._tokenizer, job.tools, settings)
        self._team = Team(open_engine(job, settings, self._tokenizer), others)
        self._told = (time.monotonic(), 0)
        self._answers = 0
        """Of all files."""
        self.answered = 0
        self.tokens = 0
        """Of prompts and answers."""

    def predict_all(self, files: dict[str, list[dict[str, Any]]]) -> None:
        """Prompts by the name of their file, one file after another. Raises Interruption when told to stop."""
        self._answers = self._job.draws * sum(map(len, files.values()))
        for name, prompts in files.items():
            self._predict(name, prompts)

    def _predict(self, name: str, prompts: list[dict[str, Any]]) -> None:
        rendered = [self._renderer.render_prompt(prompt) for prompt in prompts]
        counts = count_rendered(name, rendered)
        self._events.tell("count", **counts)
        warn_of_cuts(self._events, counts, self._limit)
        asked = [(place, draw) for place in range(len(prompts)) for draw in range(self._job.draws)]
        answers = self._answer(
            name,
            [
                Request(rendered[place].prompt, seed_of(self._job.decoding_seed, draw, prompts[place]["id"]))
                for place, draw in asked
            ],
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
        if file := self._job.targets.get(name):
            told |= self._measure(name, prompts, rendered, file)
        self._events.tell("predictions", name=name, **told)

    def _answer(self, name: str, requests: list[Request]) -> list[Answer]:
        """In the order of the requests."""
        answers: list[Answer | None] = [None] * len(requests)
        for place, answer in self._team.answer(name, requests):
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
        self, name: str, prompts: list[dict[str, Any]], rendered: list[Rendered], file: Path
    ) -> dict[str, Any]:
        """The loss on the targets, each after the very prompt that was answered; nothing where it is not finite."""
        gold = list(read_lines(file))
        if [one["id"] for one in gold] != [one["id"] for one in prompts]:
            raise Refusal(f"{file.name} does not hold the targets of {name} in the order of its prompts")
        targets = [
            self._renderer.render_target({**prompt, **wanted}) for prompt, wanted in zip(prompts, gold, strict=True)
        ]
        pairs = [(one.prompt, target) for one, target in zip(rendered, targets, strict=True) if target]
        nats = math.fsum(self._tell_of_each(self._team.measure(name, pairs)))  # In any order the same.
        tokens = sum(map(len, targets))
        if tokens > 0 and math.isfinite(nats):
            return {"loss": {"nats": nats, "tokens": tokens}}
        self._events.warn(f"the loss on the targets of {name} is {nats} over {tokens} tokens, and is left out")
        return {}

    def _tell_of_each(self, measured: Iterator[float]) -> Iterator[float]:
        for one in measured:
            self._go_on()
            yield one

    def _go_on(self, all_answered: bool = False) -> None:
        """Tells how far it came, now and then."""
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
            peakMemoryBytes=self._team.measure_peak_memory(),
        )
