"""Simple algebra, exact and in bounded time: equations, and fractions of polynomials.

What is said is read by Python's own parser and put together here, node by node, in SymPy's fields
of fractions (docs.sympy.org, Polynomials Manipulation): nothing of it is ever run, as SymPy's own
parser would. SymPy takes half a second to load and is loaded when the first equation comes.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from chat.engines.langgraph.expressions import WrongExpression, parsed, spelled

MOST_UNKNOWNS: Final = 4
MOST_EQUATIONS: Final = 3
MOST_DEGREE: Final = 8
MOST_BITS: Final = 400
MOST_TERMS: Final = 100
"""Those of all polynomials of one degree and number of unknowns up to 8 and 2, 4 and 4."""
DIGITS: Final = 12

_VERB: Final = re.compile(
    r"\s*(solve|simplify|expand|factori[sz]e|factor|differentiate)\b[\s:]*", re.IGNORECASE
)
_FOR: Final = re.compile(r"[\s,;]+(?:for|with respect to)\s+([A-Za-z\u0370-\u03ff]\w{0,9})\s*$")
_NAME: Final = re.compile(r"[A-Za-z\u0370-\u03ff](?:_?\w{0,9})")
_JUXTAPOSED: Final = re.compile(r"(?<=[\w)])\s+(?=[A-Za-z\u0370-\u03ff(])")
_BESIDE: Final = re.compile(r"(?<=\))\s*(?=[\w(])|(?<=\b[A-Za-z\u0370-\u03ff])(?=\()")
_FUNCTIONS: Final = re.compile(r"(?:sin|cos|tan|exp|ln|log|sqrt|abs|asin|acos|atan)\d*")

HELP: Final = "for algebra, write + - * / ^ with whole powers, such as `solve x^2 = 5x - 6 for x`"


def is_algebra(said: str) -> bool:
    """Whether it is an equation, or begins with what is to be done with an expression."""
    return "=" in said or _VERB.match(said) is not None


def worked_out(said: str) -> str:
    """What comes of it: `solve 2x + 3 = 7`, `x + y = 5, x - y = 1`, `factor x^2 - 4`.

    Raises WrongExpression, and ZeroDivisionError.
    """
    said, unknown = _without_unknown(said)
    verb = _VERB.match(said)
    asked = verb[1].lower() if verb else "solve"
    parts = re.split(r"[,;]| and ", said[verb.end() :] if verb else said)
    terms = _Terms(parts)
    if asked == "solve":
        return _solutions(terms, unknown)
    if len(terms.sides) != 1 or len(terms.sides[0]) != 1:
        raise WrongExpression(f"one expression without = is needed to {asked}")
    (element,) = terms.sides[0]
    if asked == "differentiate":
        return _text(element.diff(terms.symbol(unknown)))
    return _factors(element) if asked.startswith("factor") else _text(element)


def _without_unknown(said: str) -> tuple[str, str | None]:
    found = _FOR.search(said)
    return (said[: found.start()], found[1]) if found else (said, None)


class _Terms:
    """What was said, as elements of one field; `sides` are those of each equation.

    `divisors` is what was divided by: where that is zero, nothing holds.
    """

    def __init__(self, parts: Sequence[str]) -> None:
        from sympy import QQ
        from sympy.polys.fields import FracField
        from sympy.polys.orderings import lex

        if len(parts) > MOST_EQUATIONS:
            raise WrongExpression(f"at most {MOST_EQUATIONS} equations")
        trees = [[_tree(side) for side in part.split("=")] for part in parts]
        self.names = sorted({name for sides in trees for tree in sides for name in _names(tree)})
        if not 1 <= len(self.names) <= MOST_UNKNOWNS:
            raise WrongExpression(f"there must be one to {MOST_UNKNOWNS} unknowns")
        self.field = FracField(self.names, QQ, lex)
        self.divisors: list[Any] = []
        self._known = dict(zip(self.names, self.field.gens, strict=True))
        self.sides = [[self._element(tree) for tree in sides] for sides in trees]

    def symbol(self, wanted: str | None) -> Any:
        """The unknown that is meant: the one named, the only one, or x."""
        name = wanted or (self.names[0] if len(self.names) == 1 else "x")
        if name not in self._known:
            raise WrongExpression("say for which unknown, such as `... for t`")
        return self._known[name]

    def _element(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                exact = Fraction(str(number))
                return self.field(exact.numerator) / self.field(exact.denominator)
            case ast.Name(id=name):
                return self._known[name]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self._element(operand)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self._element(operand)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self._power(self._element(left), right)
            case ast.BinOp(left=left, op=op, right=right):
                return self._joined(self._element(left), op, self._element(right))
        raise WrongExpression(HELP)

    def _joined(self, left: Any, op: ast.operator, right: Any) -> Any:
        (a, b), (c, d) = _degrees(left), _degrees(right)
        match op:
            case ast.Add() | ast.Sub():
                _require_low(a + d, b + c, b + d)
                return _bounded(left + right if isinstance(op, ast.Add) else left - right)
            case ast.Mult():
                _require_low(a + c, b + d)
                return _bounded(left * right)
            case ast.Div():
                _require_low(a + d, b + c)
                self.divisors.append(right.numer)
                return _bounded(left / right)
        raise WrongExpression(HELP)

    def _power(self, base: Any, exponent: ast.expr) -> Any:
        wanted = self._element(exponent)
        if wanted.denom != 1 or not wanted.numer.is_ground:
            raise WrongExpression(HELP)
        if wanted.numer.LC.denominator != 1:
            raise WrongExpression(HELP)
        power = int(wanted.numer.LC)
        _require_low(*(degree * abs(power) for degree in _degrees(base)))
        if max(_bits(base.numer), _bits(base.denom)) * abs(power) > MOST_BITS:
            raise WrongExpression("the numbers are too large")
        if power < 0:
            self.divisors.append(base.numer)
        return _bounded(base**power)


def _tree(side: str) -> ast.expr:
    plain = _BESIDE.sub("*", _JUXTAPOSED.sub("*", spelled(side).strip()))
    return parsed(plain)


def _names(tree: ast.expr) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            if _FUNCTIONS.fullmatch(node.id) or not _NAME.fullmatch(node.id):
                raise WrongExpression(HELP)
            yield node.id


def _degrees(element: Any) -> tuple[int, int]:
    return _total_degree(element.numer), _total_degree(element.denom)


def _require_low(*degrees: int) -> None:
    if max(degrees) > MOST_DEGREE:
        raise WrongExpression("the powers are too high")


def _total_degree(polynomial: Any) -> int:
    return max((sum(powers) for powers in polynomial.monoms()), default=0)


def _bits(polynomial: Any) -> int:
    return max(
        (
            abs(number).bit_length()
            for c in polynomial.coeffs()
            for number in (c.numerator, c.denominator)
        ),
        default=0,
    )


def _bounded(element: Any) -> Any:
    if max(_bits(element.numer), _bits(element.denom)) > MOST_BITS:
        raise WrongExpression("the numbers are too large")
    if max(len(element.numer), len(element.denom)) > MOST_TERMS:
        raise WrongExpression("it has too many terms")
    return element


# Solutions ---------------------------------------------------------------------------------------


def _solutions(terms: _Terms, unknown: str | None) -> str:
    if any(len(sides) != 2 for sides in terms.sides):
        raise WrongExpression("each equation needs one =")
    zeros = [(left - right).numer for left, right in terms.sides]
    if len(zeros) > 1:
        return _of_system(terms, zeros)
    symbol = terms.symbol(unknown)
    (zero,) = zeros
    if zero == 0:
        return "It holds whatever the unknowns are, as far as it is defined."
    if len(terms.names) == 1:
        values = _roots(zero, terms.divisors)
        return "; ".join(f"{symbol} = {value}" for value in values) or "It has no real solution."
    return "; ".join(f"{symbol} = {value}" for value in _in_symbols(zero, symbol))


def _of_system(terms: _Terms, zeros: Sequence[Any]) -> str:
    """The solution of linear equations."""
    from sympy.polys.solvers import solve_lin_sys

    if max(map(_total_degree, zeros)) > 1:
        raise WrongExpression("several equations must be linear")
    found: Mapping[Any, Any] | None = solve_lin_sys(list(zeros), terms.field.ring, _raw=False)
    if found is None:
        return "They have no solution."
    values = {str(name): _shown(value) for name, value in found.items()}
    free = [name for name in terms.names if name not in values]
    also = [f"{name} is free" for name in free]
    return "; ".join([*(f"{name} = {value}" for name, value in sorted(values.items())), *also])


def _roots(zero: Any, divisors: Sequence[Any]) -> list[str]:
    """The real roots of a polynomial in one unknown, smallest first, each once."""
    found: list[tuple[float, str]] = []
    for factor, _ in zero.factor_list()[1]:
        if not any(divisor.rem(factor) == 0 for divisor in divisors):
            found += _roots_of_irreducible(factor)
    return [text for _, text in sorted(found)]


def _roots_of_irreducible(factor: Any) -> list[tuple[float, str]]:
    from sympy import Poly, im
    from sympy import re as re_of

    poly = Poly(factor.as_expr())
    if poly.degree() == 1:
        lead, rest = poly.all_coeffs()
        return [(float(-rest / lead), _shown(-rest / lead))]
    if poly.degree() == 2:
        return _roots_of_quadratic(*poly.all_coeffs())
    # How many of them are real is certain, which of them are is seen by what is not.
    found = sorted(poly.nroots(n=2 * DIGITS, maxsteps=200), key=lambda root: abs(im(root)))
    real = [float(re_of(root)) for root in found[: poly.count_roots()]]
    return [(value, f"{value:.{DIGITS}g}") for value in real]


def _roots_of_quadratic(a: Any, b: Any, c: Any) -> list[tuple[float, str]]:
    from sympy import sqrt

    inside = b * b - 4 * a * c
    if inside < 0:
        return []
    exact = [((-b + sign * sqrt(inside)) / (2 * a)).expand() for sign in (-1, 1)]
    return [(float(value), f"{_plain(value)} ≈ {float(value):.{DIGITS}g}") for value in exact]


def _in_symbols(zero: Any, symbol: Any) -> list[str]:
    """The solutions for one unknown, written by the others."""
    from sympy import Poly, factor, sqrt

    poly = Poly(zero.as_expr(), symbol.as_expr())
    match poly.all_coeffs():
        case [a, b]:
            return [_plain(factor(-b / a))]
        case [a, b, c]:
            root = sqrt(factor(b * b / 4 - a * c))
            return [_plain((-b / 2 + sign * root) / a) for sign in (1, -1)]
        case [_]:
            raise WrongExpression("the unknown does not occur in it")
    raise WrongExpression("with other unknowns, it must be linear or quadratic")


# Words -------------------------------------------------------------------------------------------


def _factors(element: Any) -> str:
    from sympy import factor

    return _plain(factor(element.as_expr()))


def _text(element: Any) -> str:
    return _plain(element.as_expr())


def _shown(value: Any) -> str:
    """A value, with decimals where it is a fraction."""
    text = _plain(value)
    return f"{text} ≈ {float(value):.{DIGITS}g}" if "/" in text and value.is_Rational else text


def _plain(expression: Any) -> str:
    return str(expression).replace("**", "^")
