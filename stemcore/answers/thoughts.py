"""What a model thinks before it answers, cut out of its text.

Reasoning models put drafts, also whole JSON drafts, between marks of their own before the answer.
Marks inside the JSON of the answer are its words and stay.
"""

import re

from stemcore.answers.strict import ANY_OPENER, value_end

_NAMES = "think|thinking|thoughts?|reasoning|reflection|scratchpad|analysis|seed:think"
_MARK = re.compile(
    rf"[<\[◁](?:(?P<close>/(?:(?:{_NAMES})>|THINK\]|think▷))|(?:{_NAMES})>|THINK\]|think▷)",
    re.IGNORECASE,
)
# The channels of the Harmony format: only what the final one holds is said.
_FINAL_CHANNEL = re.compile(
    r"(?:<\|channel\|>|(?<=assistant))final(?:<\|message\|>|(?=\s*[{\[`]))", re.IGNORECASE
)
_SPECIAL_TOKEN = re.compile(r"<\|(?:return|end|start|im_end|eot_id)\|>")
_BEGINS_JSON = re.compile(r"\s*(?:```\w*\s*)?[{\[]")
# A text of broken JSON is not tried at more openers than these.
_MAX_TRIES = 24


def without_thoughts(text: str) -> str:
    """The text without thoughts: between their marks, or before a lone closing mark.

    Thoughts that never end leave nothing behind them: what follows the mark may be a draft.
    """
    channels = list(_FINAL_CHANNEL.finditer(text)) if "final" in text else []
    if channels:
        text = text[channels[-1].end() :]
        end = _SPECIAL_TOKEN.search(text)
        text = text[: end.start()] if end else text
    return _cut(text) if _MARK.search(text) else text


def _cut(text: str) -> str:
    kept: list[str] = []
    start = position = depth = 0
    outside = _Outside(text)
    while mark := _MARK.search(text, position):
        position = mark.end()
        if depth:
            depth += -1 if mark["close"] else 1
            start = position
        elif after := outside.next_place(mark):
            position = after
        elif mark["close"]:
            kept, start = [], position
        else:
            kept.append(text[start : mark.start()])
            depth = 1
    return "".join(kept) + ("" if depth else text[start:])


class _Outside:
    """Tells marks outside the JSON of a text from those within it; asked in order."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = self.tries = 0
        self.is_broken = False

    def next_place(self, mark: re.Match[str]) -> int | None:
        """Where to go on when the mark is a word of the answer, else None."""
        while self.tries < _MAX_TRIES and (
            opener := ANY_OPENER.search(self.text, self.position, mark.start())
        ):
            self.tries += 1
            end = value_end(self.text, opener.start())
            self.is_broken = self.is_broken or end is None
            self.position = end or opener.end()
            if self.position > mark.start():
                return self.position
        if not self.is_broken:
            self.position = mark.end()
            return None
        # Inside JSON that is broken, or behind it: cut only what leaves JSON behind it.
        begins = mark["close"] and _BEGINS_JSON.match(self.text, mark.end())
        return None if begins else mark.end()
