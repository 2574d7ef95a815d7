"""What generates: prompts in, answers out as they are finished."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Pair = tuple[list[int], list[int]]
"""Tokens of a prompt and of the target that follows it."""


@dataclass(frozen=True)
class Request:
    """Tokens to go on from. Whatever is drawn comes from `seed` alone."""

    prompt: list[int]
    seed: int


@dataclass(frozen=True)
class Answer:
    """Generated tokens without their end. Not `ended`: the limit of new tokens cut it."""

    tokens: list[int]
    ended: bool


class Engine(ABC):
    @abstractmethod
    def turn_to(self, domain: str) -> None:
        """From here on it answers for that domain, where weights differ from one to another."""

    @abstractmethod
    def answer(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        """Each request's place with its answer, in any order; whoever stops asking stops the work."""

    @abstractmethod
    def measure(self, pairs: Sequence[Pair]) -> Iterator[float]:
        """Of each target its negative log-likelihood given its prompt, in nats; in any order."""


def end_at(tokens: list[int], ends: frozenset[int]) -> Answer:
    """What stands before the first token that ends a turn."""
    for place, token in enumerate(tokens):
        if token in ends:
            return Answer(tokens[:place], ended=True)
    return Answer(tokens, ended=False)
