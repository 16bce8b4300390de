"""Arithmetic with units, and simple algebra, in bounded time.

The expression is read by Python's own parser and worked out here, node by node: nothing of it is
ever run. Units are Pint's (pint.readthedocs.io), which takes a second to load and is loaded when
the first unit comes.
"""

import ast
import math
import operator
import re
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Final

from pydantic import Field

from chat.engines.catalogue import CALCULATE
from chat.engines.langgraph.algebra import is_algebra, worked_out
from chat.engines.langgraph.expressions import (
    EXPRESSION_CHARS,
    WrongExpression,
    parsed,
    spelled,
)
from chat.engines.langgraph.toolbox import Arguments, ToolKind, add
from chat.engines.langgraph.work import Work
from stemcore.aside import aside

MOST_BITS: Final = 2_000
MOST_UNIT_POWER: Final = 12
MOST_DECIMALS: Final = 30
DIGITS: Final = 12
_UNIT: Final = re.compile(r"[A-Za-zµΩ°Å%_]{1,30}")

_ASKED: Final = re.compile(r"\s*=\s*\??\s*$")  # `2 + 2 =`
_INTO: Final = re.compile(r"\s+(?:to|in|as)\s+|\s*(?:->|→)\s*")


def calculate(expression: str) -> str:
    """The value of an expression, such as `2*(3+4)`, `sqrt(2)`, `5 km / 2 h to m/s`, or what
    `solve 2x + 3 = 7` and its like ask for.

    Raises WrongExpression.
    """
    expression = _ASKED.sub("", expression)
    try:
        return worked_out(expression) if is_algebra(expression) else _calculated(expression)
    except WrongExpression:
        raise
    except ZeroDivisionError:
        raise WrongExpression("division by zero") from None
    except (ArithmeticError, ValueError, RecursionError, MemoryError):
        raise WrongExpression("out of range, or not defined") from None
    except SyntaxError:
        raise WrongExpression("cannot be read") from None
    except Exception:  # noqa: BLE001  # Pint and SymPy have errors of their own, of many bases
        why = "it is too hard" if is_algebra(expression) else "the units do not fit"
        raise WrongExpression(why) from None


def _calculated(expression: str) -> str:
    said, *wanted = _INTO.split(expression.strip())
    value = _value(said)
    if wanted:
        value = _converted(value, wanted[0])
    return _written(value)


def _value(text: str) -> Any:
    return _node(parsed(spelled(text, quantities=True)))


def _node(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return number
        case ast.Name(id=name):
            return _named(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_node(operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _node(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _bounded(_OPERATORS[type(op)](_node(left), _node(right)))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            return _bounded(_FUNCTIONS[name](*map(_node, args)))
    raise WrongExpression("only numbers, units, + - * / % ^ and functions such as sqrt are known")


def _power(base: Any, exponent: Any) -> Any:
    exponent = _plain(exponent)
    number = _number_of(base)
    if number is not base and abs(exponent) > MOST_UNIT_POWER:
        raise WrongExpression("the power is too large")
    if isinstance(number, int) and isinstance(exponent, int):
        if number.bit_length() * abs(exponent) > MOST_BITS:
            raise WrongExpression("the power is too large")
        if number is base and exponent < 0:
            return float(base) ** exponent
    return base**exponent


def _bounded(value: Any) -> Any:
    number = _number_of(value)
    if isinstance(number, int) and number.bit_length() > MOST_BITS:
        raise WrongExpression("the number is too large")
    if isinstance(number, complex):
        raise WrongExpression("not a real number")
    return value


def _number_of(value: Any) -> Any:
    """The number of a quantity, or the number that it is."""
    return value if isinstance(value, int | float | complex) else value.magnitude


def _plain(value: Any) -> Any:
    """A number; of a quantity only one without a dimension."""
    if isinstance(value, int | float):
        return value
    return value.to("dimensionless").magnitude


def _of_numbers(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: function(*map(_plain, values))


def _angle(function: Callable[[float], float]) -> Callable[[Any], float]:
    """A function of an angle: in radians, or of a quantity in degrees."""
    return lambda value: function(
        value if isinstance(value, int | float) else value.to("radian").magnitude
    )


def _factorial(value: int) -> int:
    if not 0 <= value <= 170:
        raise WrongExpression("the number is too large")
    return math.factorial(value)


def _round(value: Any, digits: int = 0) -> Any:
    # Of a whole number, Python makes the power of ten first, however large.
    if abs(digits) > MOST_DECIMALS:
        raise WrongExpression("too many decimals")
    return round(value, digits) if digits else round(value)


_OPERATORS: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: _power,
}
_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "sqrt": lambda value: value**0.5,
    "abs": abs,
    "round": _of_numbers(_round),
    "factorial": _of_numbers(_factorial),
    "exp": _of_numbers(math.exp),
    "ln": _of_numbers(math.log),
    "log": _of_numbers(math.log10),
    "log10": _of_numbers(math.log10),
    "log2": _of_numbers(math.log2),
    **{name: _angle(getattr(math, name)) for name in ("sin", "cos", "tan")},
    **{name: _of_numbers(getattr(math, name)) for name in ("asin", "acos", "atan", "atan2")},
    **{name: _of_numbers(getattr(math, name)) for name in ("sinh", "cosh", "tanh")},
}
_CONSTANTS: Final = {"pi": math.pi, "π": math.pi, "e": math.e}


def _named(name: str) -> Any:
    if name in _CONSTANTS:
        return _CONSTANTS[name]
    if not _UNIT.fullmatch(name):
        raise WrongExpression("unknown name")
    registry = _units()
    try:
        return registry.Quantity(1, registry.parse_units(name))
    except Exception:  # noqa: BLE001  # Pint has errors of its own, made of many bases
        raise WrongExpression("unknown unit or name") from None


@cache
def _units() -> Any:
    from pint import UnitRegistry

    return UnitRegistry(autoconvert_offset_to_baseunit=True)


def _converted(value: Any, unit: str) -> Any:
    """The value in another unit, which is an expression of units itself."""
    wanted = _value(unit)
    if isinstance(wanted, int | float):
        raise WrongExpression("unknown unit")
    if isinstance(value, int | float):
        raise WrongExpression("a number has no unit to convert")
    return value.to(wanted.units)


def _written(value: Any) -> str:
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise WrongExpression("the number is too large")
        return f"{value:.{DIGITS}g}"
    number = _written(value.magnitude)
    unit = f"{value.units:~P}"
    return f"{number} {unit}".strip()


class Calculate(Arguments):
    expression: Annotated[str, Field(min_length=1, max_length=EXPRESSION_CHARS)]


async def _calculate(_: Work, arguments: Calculate) -> str:
    try:
        return await aside(calculate, arguments.expression)
    except WrongExpression as error:
        return f"Cannot calculate this: {error}."


add(
    ToolKind(
        CALCULATE,
        "Calculates with numbers and units: + - * / % ^, sqrt, sin, ln, log and others; "
        "`90 km/h to m/s` converts. Does simple algebra: `solve x^2 = 5x - 6`, `solve v = u + a*t "
        "for t`, `x + y = 5, x - y = 1`, `simplify`, `expand`, `factor`, `differentiate`.",
        Calculate,
        _calculate,
        seconds=10.0,
    )
)
