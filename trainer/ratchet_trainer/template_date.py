"""Chat templates that tell the date tell the same one every day: a block that goes on tomorrow sees equal prompts."""

from __future__ import annotations

from datetime import datetime

DATE = datetime(2024, 7, 26)
"""The one that Llama 3.1's template has where it is given none."""
CLOCK = "strftime_now"
"""What transformers calls the clock of its templates."""
DIRECTIVES = "aAbBdjmyYHIMSp"


def stop_clock(template: str) -> str:
    """A macro of the template hides the function of that name."""
    if CLOCK not in template:
        return template
    replaced = "".join(f"|replace('%{one}', '{DATE.strftime(f'%{one}')}')" for one in DIRECTIVES)
    return f"{{%- macro {CLOCK}(format) -%}}{{{{ format{replaced} }}}}{{%- endmacro -%}}{template}"
