r"""Formulas in one notation: what LaTeX, Unicode and plain text write differently becomes equal.

Only notation is unified, never meaning: `x³`, `x^3` and `$x^{3}$` become `x^{3}`, while `x3`,
`e^{3x}` and `e^3x`, `\sqrt{5y}` and `\sqrt{5}y` stay what they are.
"""

import re
import unicodedata

_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", "0123456789+-=()ni"
_SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙₓₐₑₒₕₖₗₘₚₛₜ", "0123456789+-=()nxaeohklmpst"
_RAISED = re.compile(f"[{_SUPERSCRIPTS[0]}]+")
_LOWERED = re.compile(f"[{_SUBSCRIPTS[0]}]+")
_TO_LINE = str.maketrans(
    "".join((_SUPERSCRIPTS[0], _SUBSCRIPTS[0])), _SUPERSCRIPTS[1] + _SUBSCRIPTS[1]
)
_COMPATIBLE = ("<wide>", "<narrow>", "<font>", "<compat>", "<noBreak>")
_SIGNS = str.maketrans(
    dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("’‘′ʹ", "'") | dict.fromkeys("“”„«»", '"')
    | {"″": "''", "‴": "'''", "º": "°", "∙": "·", "⋅": "·", "。": "."}
)  # fmt: skip

_FORMULA = re.compile(r"[\\$^_]")
_WRAPPER = re.compile(
    r"\\(?:text(?:rm|it|bf|normal)?|mathrm|mathit|operatorname\*?|ce|mbox|unit)\s*"
    r"\{((?:[^{}]|\{[^{}]*\})*)\}"
)
_SIZES = re.compile(
    r"\\(?:left|right|[bB]igg?[lrm]?|displaystyle|textstyle|limits|nolimits)(?![A-Za-z])"
)
_SPACES = re.compile(
    r"\\(?:[,;:!> ]|q?quad(?![A-Za-z])|(?:thin|med|thick)space(?![A-Za-z]))|(?<!\\)~"
)
_COMMAND = re.compile(r"\\([A-Za-z]+)\s*")
_SCRIPT = re.compile(r"(?<!\\)([\^_])\s*(?:\{([^{}]*)\}|(\\[A-Za-z]+|[+-]?\d+|[^\s{}]))")
_DEGREES = re.compile(r"\^\{(?:∘|\\circ)\s*\}")
_PRIMES = re.compile(r"\^\{((?:\\prime|'|\s)+)\}")
_INLINE = re.compile(r"\\[()\[\]]")
_DOLLAR = re.compile(r"(?<!\\)\$")
_SYMBOLS = {
    "times": "×", "cdot": "·", "div": "÷", "pm": "±", "mp": "∓", "to": "→", "rightarrow": "→",
    "longrightarrow": "→", "leftarrow": "←", "rightleftharpoons": "⇌", "leq": "≤", "le": "≤",
    "geq": "≥", "ge": "≥", "neq": "≠", "ne": "≠", "approx": "≈", "equiv": "≡", "sim": "∼",
    "infty": "∞", "circ": "∘", "degree": "°", "partial": "∂", "nabla": "∇", "int": "∫",
    "sum": "∑", "prod": "∏", "in": "∈", "notin": "∉", "subset": "⊂", "cup": "∪", "cap": "∩",
    "emptyset": "∅", "forall": "∀", "exists": "∃", "neg": "¬", "land": "∧", "lor": "∨",
    "lt": "<", "gt": ">", "ldots": "...", "dots": "...", "cdots": "...", "dfrac": r"\frac",
    "tfrac": r"\frac", "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε",
    "varepsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ", "kappa": "κ", "lambda": "λ",
    "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ",
    "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
_FUNCTIONS = frozenset(
    ["sin", "cos", "tan", "cot", "log", "ln", "lg", "exp", "lim", "max", "min", "arcsin", "arccos"]
)


def one_notation(text: str) -> str:
    """The text with its formulas in one notation; letter case and word spaces as they were."""
    if not text.isascii():
        text = plain_signs(text)
    return _latex(text) if _FORMULA.search(text) else text


def plain_signs(text: str) -> str:
    """Composed letters, one kind of dash, quote and prime; raised and lowered signs as ^{} and _{}.

    Unlike the compatibility forms of Unicode, which make 106 of 10⁶, this keeps what they mean.
    """
    text = _RAISED.sub(lambda run: f"^{{{run[0].translate(_TO_LINE)}}}", text)
    text = _LOWERED.sub(lambda run: f"_{{{run[0].translate(_TO_LINE)}}}", text)
    text = "".join(map(_compatible, unicodedata.normalize("NFC", text)))
    return text.translate(_SIGNS)


def _compatible(character: str) -> str:
    """Full-width, ligature and mathematical letters as ordinary ones."""
    if character.isascii() or not unicodedata.decomposition(character).startswith(_COMPATIBLE):
        return character
    return unicodedata.normalize("NFKC", character)


def _latex(text: str) -> str:
    if "\\" in text:
        text = _unwrapped(_SIZES.sub("", text))
        text = _COMMAND.sub(_symbol, _SPACES.sub(" ", text)).replace("\\%", "%")
        text = _INLINE.sub("", text)
    if len(_DOLLAR.findall(text)) % 2 == 0:
        text = _DOLLAR.sub("", text)
    text = _SCRIPT.sub(lambda script: f"{script[1]}{{{script[2] or script[3] or ''}}}", text)
    text = _PRIMES.sub(lambda primes: "'" * len(re.findall(r"prime|'", primes[1])), text)
    return _DEGREES.sub("°", text)


def _unwrapped(text: str) -> str:
    """The text without the commands that only set letters upright; a few may be nested."""
    for _ in range(3):
        text, count = _WRAPPER.subn(r"\1", text)
        if not count:
            break
    return text


def _symbol(command: re.Match[str]) -> str:
    name = command[1]
    if name in _FUNCTIONS:
        return f" {name} "
    return _SYMBOLS.get(name) or f"\\{name} "


_SCRIPT_GROUP = re.compile(r"[\^_]\{([^{}]*)\}")
_FRACTION = re.compile(r"\\frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_ROOT = re.compile(r"\\sqrt\s*")
_COMMANDS = re.compile(r"\\(?:begin|end)\{\w+\*?\}|\\[A-Za-z]+|\\\\")
_BRACES = re.compile(r"[{}$&\\]")


def seen(text: str) -> str:
    """About what a reader sees of a text once its formulas are set."""
    text = one_notation(text)
    if not _FORMULA.search(text):
        return text
    text = _SCRIPT_GROUP.sub(r"\1", text)
    text = _ROOT.sub("√", _FRACTION.sub(r"\1/\2", text))
    return " ".join(_BRACES.sub("", _COMMANDS.sub(" ", text)).split())
