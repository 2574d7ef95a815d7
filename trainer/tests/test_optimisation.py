"""Every schedule and optimiser that may be asked for is the one that trains, on a processor too."""

from typing import get_args

import pytest
import torch
from transformers import Trainer, get_scheduler

from ratchet_trainer.choices import Optimiser, Schedule
from ratchet_trainer.hyperparameters import read_hyperparameters
from ratchet_trainer.protocol import read_job
from ratchet_trainer.training_arguments import make_arguments

from .jobs import write_training

MANY = 100_000
"""Weights of a tensor from which on bitsandbytes pages, and takes 8 bits."""


def arguments_of(folder, **given):
    settings = read_hyperparameters({"recipe": "tiny", **given})
    return make_arguments(read_job(write_training(folder / "job")), settings, 1)


@pytest.mark.parametrize("optimiser", get_args(Optimiser))
def test_an_optimiser_that_may_be_asked_for_takes_a_step_and_goes_on_from_its_state(optimiser, tmp_path):
    kind, options = Trainer.get_optimizer_cls_and_kwargs(arguments_of(tmp_path, optimiser=optimiser))
    ends = []
    for is_resumed in (False, True):
        weight = torch.nn.Parameter(torch.ones(MANY))
        made = kind([weight], **options)
        for step in range(4):
            if is_resumed and step == 2:
                state = made.state_dict()
                made = kind([weight], **options)
                made.load_state_dict(state)
            weight.grad = torch.linspace(0.1, 1 + step, MANY)
            made.step()
        ends.append(weight.detach())
    assert bool((ends[0] < 1).all())
    assert torch.equal(ends[0], ends[1])


@pytest.mark.parametrize(
    ("optimiser", "kind"),
    [("sgd", torch.optim.SGD), ("adamw_torch", torch.optim.AdamW), ("adagrad", torch.optim.Adagrad)],
)
def test_a_processor_takes_the_optimiser_that_was_asked_for(optimiser, kind, tmp_path):
    assert Trainer.get_optimizer_cls_and_kwargs(arguments_of(tmp_path, optimiser=optimiser))[0] is kind


@pytest.mark.parametrize("schedule", get_args(Schedule))
def test_a_schedule_that_may_be_asked_for_goes_through_a_whole_block(schedule, tmp_path):
    arguments = arguments_of(tmp_path, schedule=schedule, warmup=0.1)
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=arguments.learning_rate)
    made = get_scheduler(arguments.lr_scheduler_type, optimiser, arguments.get_warmup_steps(50), 50)
    rates = []
    for _ in range(50):
        optimiser.step()
        made.step()
        rates += made.get_last_lr()
    assert max(rates) == pytest.approx(arguments.learning_rate)
