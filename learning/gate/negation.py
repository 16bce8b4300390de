"""Negations in capitals, so that a question for what is not so is not read over."""

import re

from learning.gate.code import outside_code

_INTERROGATIVE = re.compile(
    r"\b(?:which|what|who|select|choose|identify|pick|find|all|each)\b", re.I
)
_SUBORDINATE = re.compile(
    r"\b(?:when|if|that|because|while|where|since|although|whose|until|unless|so)\b", re.I
)
_NEGATIVE = re.compile(
    r"\b(?:not|except|least(?=\s+(?:likely|correct|accurate|true))|incorrect|false|untrue|wrong)\b"
)
_SHORT_NEGATIVE = re.compile(
    r"\b(is|are|was|were|does|do|did|can|could|would|should|has|have)n['’]t\b"
)
_CANNOT = re.compile(r"\bcannot\b")

_SENTENCE_ENDS = (". ", "? ", "! ", ": ", "\n")


def emphasised(stem: str) -> str:
    """The question with the negation of its main clause in capitals; code and formulas stay."""
    return outside_code(stem, _marked)


def _marked(stem: str) -> str:
    start, end = _main_clause(stem)
    clause = _SHORT_NEGATIVE.sub(r"\1 NOT", _CANNOT.sub("can NOT", stem[start:end]))
    marked = _NEGATIVE.sub(lambda found: _upper(clause, found), clause)
    return stem[:start] + marked + stem[end:]


def _upper(clause: str, found: re.Match[str]) -> str:
    """The word in capitals, unless Markdown or HTML emphasises it already."""
    before, after = clause[: found.start()], clause[found.end() :]
    is_marked = before.endswith(("*", "_", "<b>", "<strong>", "<em>", "\\")) or after.startswith(
        "*"
    )
    return found[0] if is_marked else found[0].upper()


def _main_clause(stem: str) -> tuple[int, int]:
    """Where the last sentence asks: from its question word to the next subordinate clause."""
    body = stem.rstrip(" ?.:*_")
    sentence = max(map(body.rfind, _SENTENCE_ENDS)) + 1
    asks = _INTERROGATIVE.search(stem, sentence)
    if asks is None:
        return 0, 0
    below = _SUBORDINATE.search(stem, asks.end())
    end = below.start() if below else len(stem)
    # "All of the following are metals except" ends in its negation, after whatever clause.
    exception = re.search(r"\bexcept\b\W*(?:for\W*)?$", stem)
    return asks.start(), len(stem) if exception else end
