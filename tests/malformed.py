"""Malformed model answers, made from a valid one by a seeded generator.

Each is what models really send. `keeps` says that the whole valid answer is still in the text and
must come out; of the others only that a valid typed answer or a typed error comes out.
"""

import json
import random
import string
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

Payload = dict[str, Any]

PROSE = [
    "Sure! Here is the JSON you asked for:",
    "Let me think about {x} and [y] first. The set {a, b} matters.",
    'I used the format {"key": …} as told.',
    "Here's the answer - it's \"valid\", I hope:",
    "The derivative is $\\frac{d}{dx}$, so:",
]


@dataclass(frozen=True)
class Malformed:
    """One malformed answer: the flaw's name, the text, whether nothing is lost in it."""

    flaw: str
    text: str
    keeps: bool


def malformed_answers(payload: Payload, seed: int, count: int) -> list[Malformed]:
    """`count` malformed answers made from `payload`, every flaw in turn."""
    rng = random.Random(seed)
    flaws = [FLAWS[index % len(FLAWS)] for index in range(count)]
    return [
        Malformed(flaw.__name__, flaw(deepcopy(payload), rng), flaw in KEEPING) for flaw in flaws
    ]


def noise(rng: random.Random, length: int) -> str:
    """Printable noise without quotes and brackets, as a model that ran away writes it."""
    block = "".join(rng.choices(string.ascii_letters + string.digits + " .,:;!?-+*/=\n", k=4096))
    return (block * (length // len(block) + 1))[:length]


def bare(payload: Payload, rng: random.Random) -> str:
    return json.dumps(payload, ensure_ascii=rng.random() < 0.5, indent=rng.choice([None, 2]))


def fenced(payload: Payload, rng: random.Random) -> str:
    language = rng.choice(["json", "JSON", "", "json5"])
    return f"```{language}\n{bare(payload, rng)}\n```"


def in_prose(payload: Payload, rng: random.Random) -> str:
    return f"{rng.choice(PROSE)}\n{bare(payload, rng)}\n{rng.choice(PROSE)}"


def among_objects(payload: Payload, rng: random.Random) -> str:
    others = ['{"thought": "first"}', "[1, 2]", "{}", '{"id": 7, "note": "x"}']
    return "\n".join([rng.choice(others), bare(payload, rng), rng.choice(others)])


def after_a_broken_draft(payload: Payload, rng: random.Random) -> str:
    draft = bare(payload, rng)
    cut = draft[: rng.randrange(len(draft) // 4, len(draft) // 2)]
    return f"{cut}\n\nWait, once more:\n\n{bare(payload, rng)}"


def wrapped(payload: Payload, rng: random.Random) -> str:
    wrapper = rng.choice(["result", "response", "data", "output"])
    return json.dumps(
        {"status": "done", wrapper: {"inner": payload} if rng.random() < 0.5 else payload}
    )


def in_a_list(payload: Payload, rng: random.Random) -> str:
    return json.dumps([payload])


def as_a_string(payload: Payload, rng: random.Random) -> str:
    inner = json.dumps(payload)
    return json.dumps(inner) if rng.random() < 0.5 else json.dumps({"content": inner})


def trailing_commas(payload: Payload, rng: random.Random) -> str:
    text = json.dumps(payload, indent=2)
    return text.replace("\n}", ",\n}").replace("\n  }", ",\n  }").replace('"\n', '",\n')


def missing_commas(payload: Payload, rng: random.Random) -> str:
    lines = json.dumps(payload, indent=2).split("\n")
    return "\n".join(line.removesuffix(",") if '": ' in line else line for line in lines)


def smart_quotes(payload: Payload, rng: random.Random) -> str:
    opened = False
    out = []
    for character in json.dumps(payload, ensure_ascii=False):
        if character == '"':
            opened = not opened
            character = "“" if opened else "”"
        out.append(character)
    return "".join(out)


def python_literals(payload: Payload, rng: random.Random) -> str:
    return repr(payload)


def comments(payload: Payload, rng: random.Random) -> str:
    return json.dumps(payload, indent=2).replace(",\n", ", // a remark\n")


def unicode_escapes(payload: Payload, rng: random.Random) -> str:
    def escape(value: Any) -> Any:
        if isinstance(value, str):
            return "".join(
                f"@u{ord(c):04x}" if c.isalpha() and ord(c) < 0xFFFF else c for c in value
            )
        if isinstance(value, dict):
            return {key: escape(entry) for key, entry in value.items()}
        return [escape(entry) for entry in value] if isinstance(value, list) else value

    return json.dumps(escape(payload), ensure_ascii=False).replace("@u", "\\u")


def numbers_as_strings(payload: Payload, rng: random.Random) -> str:
    def quote(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: quote(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [quote(entry) for entry in value]
        return (
            str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
        )

    return json.dumps(quote(payload))


def extra_fields(payload: Payload, rng: random.Random) -> str:
    text = json.dumps({"reasoning": "because", **payload, "score": "@", "tags": ["x"]})
    return text.replace('"@"', rng.choice(["NaN", "Infinity", "-Infinity", "1e999"]))


def repeated(payload: Payload, rng: random.Random) -> str:
    text = bare(payload, rng)
    return "\n".join([text] * rng.randrange(2, 5))


def single_backslashes(payload: Payload, rng: random.Random) -> str:
    return json.dumps(payload, ensure_ascii=False).replace("\\\\", "\\")


def raw_control_characters(payload: Payload, rng: random.Random) -> str:
    return json.dumps(payload, indent="\t").replace("\n", "\r\n")


def byte_order_mark(payload: Payload, rng: random.Random) -> str:
    return "\ufeff" + json.dumps(payload)


def in_noise(payload: Payload, rng: random.Random) -> str:
    length = rng.choice([5_000, 50_000])
    return noise(rng, length) + "\n" + json.dumps(payload) + "\n" + noise(rng, length)


def truncated(payload: Payload, rng: random.Random) -> str:
    encoded = json.dumps(payload, ensure_ascii=False).encode()
    return encoded[: rng.randrange(len(encoded))].decode(errors="replace")


def shuffled(payload: Payload, rng: random.Random) -> str:
    text = list(json.dumps(payload))
    for _ in range(rng.randrange(1, 6)):
        text[rng.randrange(len(text))] = rng.choice('{}[]",:\\ x0')
    return "".join(text)


def missing_field(payload: Payload, rng: random.Random) -> str:
    payload.pop(rng.choice(sorted(payload)))
    return json.dumps(payload)


def wrong_type(payload: Payload, rng: random.Random) -> str:
    payload[rng.choice(sorted(payload))] = rng.choice([None, 7, "purple", [], {}, [[]], True])
    return json.dumps(payload)


def doubled_entries(payload: Payload, rng: random.Random) -> str:
    for key, value in payload.items():
        if isinstance(value, list):
            payload[key] = value + value
    return json.dumps(payload)


def no_json(payload: Payload, rng: random.Random) -> str:
    return rng.choice(
        ["", "I cannot do that.", "null", "{", "[", "{]", '"', "\\", "{x: y: z}", "[[[[", "}{"]
    )


KEEPING: list[Callable[[Payload, random.Random], str]] = [
    bare,
    fenced,
    in_prose,
    among_objects,
    after_a_broken_draft,
    wrapped,
    in_a_list,
    as_a_string,
    trailing_commas,
    missing_commas,
    smart_quotes,
    python_literals,
    comments,
    unicode_escapes,
    numbers_as_strings,
    extra_fields,
    repeated,
    single_backslashes,
    raw_control_characters,
    byte_order_mark,
    in_noise,
]
LOSING = [truncated, shuffled, truncated, missing_field, wrong_type, doubled_entries, no_json]
FLAWS = [*KEEPING, *LOSING]
