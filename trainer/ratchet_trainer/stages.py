"""What a job may ask for."""

from collections.abc import Callable

from .counting import count
from .generation import generate
from .hyperparameters import Hyperparameters
from .protocol import Events, Job
from .sft import train

STAGES: dict[str, Callable[[Job, Hyperparameters, Events], int]] = {
    "count": count,
    "train": train,
    "generate": generate,
}
