"""What generates: prompts in, answers out as they are finished."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Pair = tuple[list[int], list[int]]
"""Tokens of a prompt and of the target that follows it, which is not empty."""
TOGETHER = 8
"""
Batches whose prompts are one group where an engine fills places as they become free: by what is left of the group.
"""


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
    """On one GPU of several, each of which answers other groups, or on all of them by itself."""

    @abstractmethod
    def turn_to(self, domain: str) -> None:
        """From here on it answers for that domain, where weights differ from one to another."""

    def group_requests(self, lengths: Sequence[int]) -> list[list[int]]:
        """
        Places of the requests, whose prompts are so long, that are to be computed together. The last bits of an answer
        may depend on its group, and on nothing else: not on what came before, nor on how many GPUs there are.
        """
        return [list(range(len(lengths)))]

    def group_pairs(self, lengths: Sequence[int]) -> list[list[int]]:
        """The same of pairs, each as long as its prompt and target together."""
        return [list(range(len(lengths)))]

    @abstractmethod
    def answer(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        """Of one group each request's place with its answer, in any order; whoever stops asking stops the work."""

    @abstractmethod
    def measure(self, pairs: Sequence[Pair]) -> Iterator[float]:
        """Of each target in one group its negative log-likelihood given its prompt, in nats; in any order."""


def end_at(tokens: list[int], ends: frozenset[int]) -> Answer:
    """What stands before the first token that ends a turn."""
    for place, token in enumerate(tokens):
        if token in ends:
            return Answer(tokens[:place], ended=True)
    return Answer(tokens, ended=False)


def order_by_length(lengths: Sequence[int]) -> list[int]:
    """Places, the longest first: what is too large for the memory fails at once."""
    return sorted(range(len(lengths)), key=lambda place: lengths[place], reverse=True)
