"""What all parts of a measurement share."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from shapes import Shape

T = TypeVar("T")


@dataclass
class Setting:
    shape: Shape
    work: Path
    """Scratch of this shape: model, data and jobs."""
    repeats: int
    limit: float
    """Seconds that a part may take."""
    vllm_python: str | None = None
    """Of an environment that has vLLM."""
    notes: list[str] = field(default_factory=list)
    """What was skipped, and why."""
    _since: float = field(default_factory=time.monotonic)

    @property
    def made(self) -> Path:
        """Model and data of the shape (make_model.py)."""
        return self.work / "made"

    @property
    def global_batch(self) -> int:
        return self.shape.hyperparameters.get("globalBatch", 16)

    def begin(self) -> None:
        """A part."""
        self._since, self.notes = time.monotonic(), []

    def seconds_left(self) -> float:
        return max(1.0, self.limit - (time.monotonic() - self._since))

    def repetitions(self) -> Iterator[int]:
        return self.while_time("repetitions", range(self.repeats))

    def while_time(self, what: str, items: Sequence[T]) -> Iterator[T]:
        """As many as find time: one that would end too late, by the longest so far, is not begun."""
        longest = 0.0
        for number, item in enumerate(items):
            if longest > self.seconds_left():
                self.notes.append(f"{number} of {len(items)} {what}: no time for more")
                return
            begun = time.monotonic()
            yield item
            longest = max(longest, time.monotonic() - begun)


def list_features(setting: Setting) -> list[dict[str, Any]]:
    """
    Hyperparameters that make the same training faster, where the environment has what they need; those expected to be
    the fastest stand first. None at all: attention by SDPA, batches padded.
    """
    has_flash = _is_usable("flash_attn", "attention by SDPA, batches padded", setting)
    has_liger = _is_usable("liger_kernel", "without its kernels", setting)
    flash = {"attention": "flash_attention_2"}
    layouts = [*({**flash, "packing": packing} for packing in ("padding-free", "best-fit") if has_flash), {}]
    kernels = [{"liger": True}, {}] if has_liger else [{}]
    return [{**layout, **kernel} for layout in layouts for kernel in kernels]


def _is_usable(module: str, instead: str, setting: Setting) -> bool:
    if not Path("/dev/nvidiactl").exists():
        setting.notes.append(f"{module} needs a GPU: {instead}")
    elif find_spec(module) is None:
        setting.notes.append(f"{module} is not installed: {instead}")
    else:
        return True
    return False
