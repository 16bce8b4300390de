"""What is wrong with an answer, in sentences for the model and in kinds for counts."""

import re
from collections.abc import Iterable

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

_RULE = "rule_"
# Pydantic speaks of inputs, strings and lists; here the field is named in front.
_SHOULD = re.compile(r"\A(?:Input|String|List|Value) should")


class Faults(ValueError):
    """Several faults that one validator found."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


def faults_of(error: ValidationError) -> list[str]:
    """What is wrong, one sentence a fault, naming the field and never what stood in it."""
    found: list[str] = []
    for fault in error.errors(include_url=False, include_input=False):
        path = _path(fault["loc"])
        several = fault.get("ctx", {}).get("error")
        if isinstance(several, Faults):
            found += [path + one for one in several.faults]
        else:
            found.append(path + _sentence(fault["type"], fault["msg"]))
    return found


def kinds_of(error: ValidationError) -> list[str]:
    """The kinds of the faults: the names of broken rules, `invalid` for every other fault."""
    kinds = [fault["type"] for fault in error.errors(include_url=False, include_input=False)]
    return [kind.removeprefix(_RULE) if kind.startswith(_RULE) else "invalid" for kind in kinds]


def broken_rule(name: str, message: str) -> PydanticCustomError:
    """The error of a validator of ours; `name` is the rule's name in counts of findings."""
    return PydanticCustomError(_RULE + name, message)


def _path(location: tuple[int | str, ...]) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return f"{path.lstrip('.')}: " if path else ""


def _sentence(kind: str, message: str) -> str:
    if kind == "missing":
        return "is missing"
    return _SHOULD.sub("must", message.removeprefix("Value error, "))
