import pytest

from ratchet_trainer.call_text import format_calls, from_native, read_message_calls

from .samples import asking, call


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"city": "Oslo", "days": 2}, "[A(city='Oslo', days=2)]"),
        ({"quote": "it's \\ here\n"}, r"[A(quote='it\'s \\ here\n')]"),
        ({"all": ["a", 1, None, True], "map": {"k": False}}, "[A(all=['a', 1, None, True], map={'k': False})]"),
        ({"whole": 2.0, "half": 0.5}, "[A(whole=2, half=0.5)]"),
        ({"small": 1e-5, "smaller": 1.5e-7, "none": -0.0}, "[A(small=0.00001, smaller=1.5e-7, none=0)]"),
        ({"large": 2**67, "larger": 10**21}, "[A(large=147573952589676410000, larger=1e+21)]"),
    ],
)
def test_calls_are_written_as_python_literals(arguments, text):
    assert format_calls([call("A", **arguments)]) == text


def test_the_calls_of_one_turn_share_a_pair_of_brackets():
    assert format_calls([call("A"), call("B", x="y")]) == "[A(), B(x='y')]"


def test_calls_of_a_message_come_back_from_their_json():
    calls = [call("A", city="Oslo"), call("B", days=[1, 2])]
    assert read_message_calls(asking(*calls)) == calls


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ('{"name": "A", "parameters": {"city": "Oslo"}}', "[A(city='Oslo')]"),
        ('{"name": "A", "parameters": {}}<|eom_id|>', "[A()]"),
        (
            '<tool_call>\n{"name": "A", "arguments": {"n": 1}}\n</tool_call>\n'
            '<tool_call>{"name": "B", "arguments": {}}</tool_call>',
            "[A(n=1), B()]",
        ),
        ("I cannot do that.", "I cannot do that."),
        ('{"name": "A", "parameters": {"city"', '{"name": "A", "parameters": {"city"'),
    ],
)
def test_a_models_own_tool_format_becomes_calls_and_other_text_stays(said, text):
    assert from_native(said) == text


@pytest.mark.parametrize("value", ["1" * 330, "[" * 100_000, '{"a": ' * 300 + "1" * 330 + "}" * 300])
def test_what_a_model_repeats_without_end_stays_text(value):
    said = f'{{"name": "A", "parameters": {{"n": {value}}}}}'
    assert from_native(said) == said
