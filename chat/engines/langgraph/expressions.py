"""How expressions are written, and their reading by Python's own parser; nothing of them is run."""

import ast
import re
from typing import Final

EXPRESSION_CHARS: Final = 200
MOST_NODES: Final = 100

_SPELLINGS: Final = str.maketrans(
    {"×": "*", "·": "*", "⋅": "*", "÷": "/", "−": "-", "–": "-", "^": "**", "²": "**2", "³": "**3"}
)
_NUMBER: Final = r"(?<![\w.])(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*"
# A number and its unit belong together before anything else: `5 km / 2 h` divides by two hours.
_QUANTITY: Final = re.compile(
    _NUMBER + r"(?![eE][+-]?\d)([A-Za-zµΩ°Å]+(?:\*\*-?\d+)?)(?![\w(]|\s*\()"
)
_BEFORE_FACTOR: Final = re.compile(_NUMBER + r"(?![eE][+-]?\d)(?=[A-Za-zα-ωπ(])")


class WrongExpression(ValueError):
    """It cannot be worked out; the message says why."""


def spelled(text: str, *, quantities: bool = False) -> str:
    """The expression as Python writes it, where a number before a name or bracket multiplies.

    With `quantities`, a number and the name after it belong together before all else.
    """
    if len(text) > EXPRESSION_CHARS:
        raise WrongExpression("too long")
    plain = text.translate(_SPELLINGS)
    if quantities:
        plain = _QUANTITY.sub(r"(\1*\2)", plain)
    return _BEFORE_FACTOR.sub(r"\1*", plain)


def parsed(plain: str) -> ast.expr:
    """Its tree. Raises WrongExpression, and SyntaxError or another of the parser's errors."""
    tree = ast.parse(plain.strip(), mode="eval")
    if sum(1 for _ in ast.walk(tree)) > MOST_NODES:
        raise WrongExpression("too long")
    return tree.body
