"""Several GPUs predict together: an engine on each, in a process of its own, takes group after group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing.connection import Connection
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any, Literal, NamedTuple

from ..gpus import measure_peak_memory
from ..stopping import Interruption, stop_requested
from .engine import Answer, Engine, Pair, Request

LOOK_EVERY = 0.1
"""Seconds: whether it is told to stop while nothing is finished."""


AT_WORK = "engine"
"""Name of a thread that an engine computes in."""


class Task(NamedTuple):
    """One group, for any engine of the team."""

    kind: Literal["answer", "measure"]
    domain: str
    items: list[Any]
    """Requests to answer, or pairs to measure."""


class Done(NamedTuple):
    """All results of a task were told; `peak_memory`: of the process that did it, in bytes, so far."""

    peak_memory: int


class MemberLost(Exception):
    """Its process ended: whoever watches over it ends this one, too, by its exit code."""


class Team:
    """
    What is computed together is the engine's choice, and who computes it decides nothing: results are the same with any
    number of GPUs of one kind.
    """

    def __init__(self, engine: Engine, others: Sequence[Connection[Any, Any]] = ()) -> None:
        """`others`: channels to processes that serve the same engine."""
        self._engine = engine
        self._members = [partial(do, engine), *(partial(_ask, other) for other in others)]
        self._peak_memory = 0

    def answer(self, domain: str, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        """Each request's place with its answer, in any order. Raises Interruption when told to stop."""
        groups = self._engine.group_requests([len(one.prompt) for one in requests])
        for group, (place, answer) in self._share("answer", domain, requests, groups):
            yield group[place], answer

    def measure(self, domain: str, pairs: Sequence[Pair]) -> Iterator[float]:
        """Of each target its negative log-likelihood, in nats; in any order. Raises Interruption when told to stop."""
        groups = self._engine.group_pairs([len(prompt) + len(target) for prompt, target in pairs])
        for _, nats in self._share("measure", domain, pairs, groups):
            yield nats

    def measure_peak_memory(self) -> int:
        """Bytes, of the member that used most."""
        return max(self._peak_memory, measure_peak_memory())

    def _share(
        self, kind: Literal["answer", "measure"], domain: str, items: Sequence[Any], groups: list[list[int]]
    ) -> Iterator[tuple[list[int], Any]]:
        """Each result with its group. Whoever is free takes the next group."""
        left = iter(groups)
        ended = Event()
        told: Queue[tuple[list[int], Any] | BaseException] = Queue()

        def work(member: Callable[[Task], Iterator[Any]]) -> None:
            try:
                for group in left:
                    for result in member(Task(kind, domain, [items[place] for place in group])):
                        told.put((group, result))
                        if ended.is_set():
                            return
            except MemberLost:
                return
            except BaseException as error:
                told.put(error)

        for member in self._members:
            Thread(target=work, args=(member,), name=AT_WORK, daemon=True).start()
        unfinished = len(groups)
        try:
            while unfinished > 0:
                group, result = _take(told)
                if isinstance(result, Done):
                    unfinished -= 1
                    self._peak_memory = max(self._peak_memory, result.peak_memory)
                else:
                    yield group, result
        finally:
            ended.set()


def serve(engine: Engine, rank_0: Connection[Any, Any]) -> None:
    """Does task after task, until rank 0 is gone."""
    try:
        while True:
            for result in do(engine, rank_0.recv()):
                rank_0.send(result)
    except (EOFError, ConnectionError):
        return


def do(engine: Engine, task: Task) -> Iterator[Any]:
    """Results as they are finished, and that it is done."""
    engine.turn_to(task.domain)
    yield from engine.answer(task.items) if task.kind == "answer" else engine.measure(task.items)
    yield Done(measure_peak_memory())


def _ask(other: Connection[Any, Any], task: Task) -> Iterator[Any]:
    try:
        other.send(task)
        while not isinstance(result := other.recv(), Done):
            yield result
        yield result
    except (EOFError, ConnectionError) as error:
        raise MemberLost from error


def _take(told: Queue[tuple[list[int], Any] | BaseException]) -> tuple[list[int], Any]:
    """The next result. Raises what an engine raised here, and Interruption when told to stop."""
    while not stop_requested.is_set():
        try:
            said = told.get(timeout=LOOK_EVERY)
        except Empty:
            continue
        if isinstance(said, BaseException):
            raise said
        return said
    raise Interruption
