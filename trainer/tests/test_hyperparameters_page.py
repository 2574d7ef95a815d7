"""docs/hyperparameters.md against what the trainer knows."""

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args, get_type_hints

from ratchet_trainer.combinations import camel
from ratchet_trainer.hyperparameters import RECIPES, Hyperparameters

PAGE = Path(__file__).parents[2] / "docs" / "hyperparameters.md"
ROW = re.compile(r"^\| `(\w+)` \| (.*?) ?\| (.*?) ?\| (.+) \|$", re.MULTILINE)
ROWS = {name: (default, recipes, meaning) for name, default, recipes, meaning in ROW.findall(PAGE.read_text())}
SHORT = {"trajectory-supervision-as-published": "as-published", "tiny": "tiny"}


def write(value):
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value) if isinstance(value, str) else f"{value:.9g}"


def test_it_names_every_hyperparameter_with_its_default_and_what_recipes_set_otherwise():
    expected = {}
    for field in fields(Hyperparameters):
        set_otherwise = [
            f"{SHORT[recipe]}: {write(values[field.name])}"
            for recipe, values in RECIPES.items()
            if field.name in values
        ]
        expected[camel(field.name)] = (write(field.default), ", ".join(set_otherwise))
    assert {name: row[:2] for name, row in ROWS.items()} == expected


def test_it_names_every_value_where_there_are_a_few():
    types = get_type_hints(Hyperparameters)
    for field in fields(Hyperparameters):
        choices = [one for one in get_args(types[field.name]) if isinstance(one, str)]
        named = re.findall(r"`([\w-]+)`", ROWS[camel(field.name)][2])
        assert set(choices) <= set(named), field.name
