r"""Backslashes in a model's JSON, brought to what the model meant.

Models write LaTeX into JSON strings with single backslashes. `\alpha` is then an illegal JSON
escape, and `\theta`, `\nu`, `\frac` or `\beta` are legal ones that would come out as a tab, a
line feed, a form feed or a backspace. `legal_escapes` doubles the backslashes that are LaTeX and
leaves the ones that are JSON.

What is legal JSON is trusted, since `v = 20\nu = 5` has a line feed in it: a legal escape is taken
for LaTeX only for a reason. Reasons are math delimiters around it, escapes of the same answer that
are no JSON, and commands that nobody would take for text (no word begins with "heta" after a tab).
"""

import re
from operator import itemgetter

_ESCAPE = re.compile(
    r"""\\(?:
        (?P<pair>u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})
      | u(?P<code>[0-9a-fA-F]{4})
      | (?P<rows>\\\\\\)
      | (?P<word>[A-Za-z]+)
      | (?P<other>.)
    )""",
    re.VERBOSE | re.DOTALL,
)

# With what tells some of them apart; a long answer has few different ones, countless times.
_ESCAPE_AND_BRACE = re.compile(_ESCAPE.pattern + r"\{?", re.VERBOSE | re.DOTALL)

# LaTeX commands that begin with n, r or t.
_COMMAND_LIST = """
nabla natural ncong ne nearrow neg negmedspace negthickspace negthinspace neq newcommand
newline nexists ngeq ngeqq ngeqslant ngtr ni nleftarrow nLeftarrow nleftrightarrow
nLeftrightarrow nleq nleqq nleqslant nless nmid nobreak noindent nolimits nonumber normalsize
not notag notin notni nparallel nprec npreceq nrightarrow nRightarrow nshortmid nsim nsubseteq
nsubset nsucc nsucceq nsupset nsupseteq nthroot ntriangleleft ntrianglelefteq ntriangleright
ntrianglerighteq nu num nvdash nvDash nVdash nVDash nwarrow
raggedright raise raisebox rangle rarr rarrow Rarr rbrace rbrack rceil ref renewcommand
restriction rfloor rgroup rhd rho right rightarrow rightarrowtail rightharpoondown
rightharpoonup rightleftarrows rightleftharpoons rightrightarrows rightsquigarrow
rightthreetimes risingdotseq rlap rm rmoustache root rotatebox rtimes rule rvert rVert
tag tan tanh target tau tbinom text textbf textcolor textdegree textit textmd textnormal textrm
textsc textsf textstyle textsubscript textsuperscript texttt textup textwidth tfrac tg
therefore theta thetasym thickapprox thickspace thinspace thicksim tilde times tiny title to top
tr triangle triangledown triangleleft trianglelefteq triangleq triangleright trianglerighteq tt
twoheadleftarrow twoheadrightarrow
"""
COMMANDS = frozenset(_COMMAND_LIST.split())
# Commands that begin with b or f.
_CONTROL_LIST = """
backslash bar barwedge because begin beta beth between bf bfseries big Big bigcap bigcup bigg Bigg
bigl bigr Bigl Bigr bigoplus bigotimes bigstar bigsqcup biguplus bigvee bigwedge binom blacklozenge
blacksquare bm bmod boldsymbol bot bowtie boxed boxplus boxtimes bra braket breve bullet bumpeq
fallingdotseq fbox fcolorbox fint flat footnotesize forall frac frak frown ffrac frq
"""
_CONTROLS = frozenset(_CONTROL_LIST.split())
# Commands of which the rest, after a line feed or a tab, is a word or a sign that texts have.
_MISTAKABLE_LIST = """
ne neq neg newline ni nexists nless nleq ngeq ngtr nmid nsim nparallel nprec nsucc nsubset nsupset
nleftarrow nrightarrow nLeftarrow nRightarrow nleftrightarrow nLeftrightarrow nshortmid not notag
nu num ngeqq nolimits
tag tan tanh target tau text tg title to top tr tt tiny tilde
"""
_MISTAKABLE = frozenset(_MISTAKABLE_LIST.split())
# Commands that are also a line break before a one-letter word ("…:\nu = 3").
_MAYBE_BREAKS = frozenset({"nu", "ne", "ni"})
# A line break is likely after punctuation, another break or a whole word.
_BREAK_BEFORE = re.compile(r"""(?:[.!?:;,*|]|\\n|(?<![\\A-Za-z])[A-Za-z]{3,})\Z""")
_LOOK_BACK = 24

# Formulas between delimiters, which never reach over the end of a string or an empty line. As in
# Pandoc a dollar sign opens before what is no space and closes after it, and not before a digit.
_MATH = re.compile(
    r"""\$\$(?:[^$"\\]|\\[^"])++\$\$
      | \$(?!\s|\$)(?:[^$"\\]|\\(?!n\\n)[^"])++(?<!\s)\$(?!\d)
      | \\\\?\((?:(?!\\\\?[()])[^"])*+\\\\?\)
      | \\\\?\[(?:(?!\\\\?[\[\]])[^"])*+\\\\?\]
    """,
    re.VERBOSE | re.DOTALL,
)
# Environments written with single backslashes, in which two are a row break.
_ROWS = re.compile(
    r"(?<!\\)\\begin\{((?:[pbBvV]|small)?matrix|cases|aligned|align\*?|array|gathered|split)\}"
    r"(?:(?!\\begin)[^\"])*?(?<!\\)\\end\{\1\}"
)


def legal_escapes(text: str) -> str:
    r"""The text with every backslash part of a legal JSON escape.

    LaTeX comes out of a JSON parser as LaTeX, `\n` before a word as a line feed. Escapes of NUL
    are removed and those of lone surrogates replaced, so no parsed string holds either.
    """
    if "\\" not in text:
        return text
    return _Escapes(text).mended()


class _Escapes:
    """The escapes of one answer, and what they say about each other."""

    def __init__(self, text: str) -> None:
        self.text = text
        different = set(map(itemgetter(0), _ESCAPE_AND_BRACE.finditer(text)))
        kinds = {_kind(found) for found in map(_ESCAPE.match, different) if found}
        self.needs_change = not kinds <= {"json"}
        self.are_broken = bool(kinds & {"broken", "latex"})
        self.math = _Spans(_MATH, text) if "mistakable" in kinds and not self.are_broken else None
        self.rows = _Spans(_ROWS, text) if self.are_broken and "begin" in text else None

    def mended(self) -> str:
        return _ESCAPE.sub(self._legal, self.text) if self.needs_change else self.text

    def _legal(self, found: re.Match[str]) -> str:
        match found.lastgroup:
            case "pair" | "rows":
                return found[0]
            case "code":
                return _unicode(found[0], int(found["code"], 16))
            case "word":
                return "\\" + found[0] if self._is_latex(found) else found[0]
        if found["other"] == "\\" and self.rows and self.rows.hold(found.start()):
            return found[0] * 2
        return _punctuation(found[0], found["other"])

    def _is_latex(self, found: re.Match[str]) -> bool:
        kind = _kind(found)
        if kind == "control":
            return self.are_broken
        if kind != "mistakable":
            return kind != "json"
        if not self.are_broken:
            return self.math is not None and self.math.hold(found.start())
        if found["word"] in _MAYBE_BREAKS:
            start = found.start()
            return not _BREAK_BEFORE.search(self.text, max(0, start - _LOOK_BACK), start)
        return True


class _Spans:
    """Places of a text where a pattern matches, asked for in order."""

    def __init__(self, pattern: re.Pattern[str], text: str) -> None:
        self._spans = pattern.finditer(text)
        self._span = next(self._spans, None)

    def hold(self, position: int) -> bool:
        while self._span and self._span.end() <= position:
            self._span = next(self._spans, None)
        return self._span is not None and self._span.start() < position


def _kind(found: re.Match[str]) -> str:
    """What an escape is by itself.

    `json`, `broken` (no JSON), `latex` (JSON, but meant as LaTeX beyond doubt), `mistakable` and
    `control` (either of the two, the latter a control character that is hardly ever meant), `odd`
    (neither).
    """
    match found.lastgroup:
        case "pair" | "rows":
            return "json"
        case "code":
            code = int(found["code"], 16)
            return "odd" if code == 0 or 0xD800 <= code <= 0xDFFF else "json"
        case "word":
            return _kind_of_word(found["word"], found.string[found.end() : found.end() + 1])
    if found["other"] in '\\"/':
        return "json"
    return "odd" if found["other"] in "'\n" else "broken"


def _kind_of_word(word: str, following: str) -> str:
    if word[0] not in "bfnrt":
        return "broken"
    if word in _CONTROLS:
        return "latex"
    if word[0] in "bf":
        return "control" if len(word) > 1 else "json"
    if word not in COMMANDS:
        return "json"
    # A carriage return alone is never meant, nor a text that begins with "heta" or "ext{".
    return "mistakable" if word in _MISTAKABLE and following != "{" else "latex"


def _unicode(escape: str, code: int) -> str:
    if code == 0:
        return ""
    return r"\ufffd" if 0xD800 <= code <= 0xDFFF else escape


def _punctuation(escape: str, character: str) -> str:
    if character in '\\"/':
        return escape
    # An escaped apostrophe and a continued line are no JSON, nor are they meant as LaTeX.
    return character if character in "'\n" else "\\" + escape
