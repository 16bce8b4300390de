r"""Backslashes in a model's JSON, brought to what the model meant.

Models write LaTeX into JSON strings with single backslashes. `\alpha` is then an illegal JSON
escape, and `\theta`, `\nu`, `\frac` or `\beta` are legal ones that would come out as a tab, a
line feed, a form feed or a backspace. `legal_escapes` doubles the backslashes that are LaTeX and
leaves the ones that are JSON.
"""

import re

_ESCAPE = re.compile(
    r"""\\(?:
        (?P<pair>u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})
      | u(?P<code>[0-9a-fA-F]{4})
      | (?P<word>[A-Za-z]+)
      | (?P<other>.)
    )""",
    re.VERBOSE | re.DOTALL,
)

# LaTeX commands that begin with n, r or t. A backspace or a form feed is never meant, so a word
# after \b or \f is always LaTeX.
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
_COMMANDS = frozenset(_COMMAND_LIST.split())
# Commands that are also a line break before a one-letter word ("…:\nu = 3").
_MAYBE_BREAKS = frozenset({"nu", "ne", "ni"})
# A line break is likely after punctuation, another break or a whole word.
_BREAK_BEFORE = re.compile(r"""(?:[.!?:;,*|]|\\n|(?<![\\A-Za-z])[A-Za-z]{3,})\Z""")
_LOOK_BACK = 24


def legal_escapes(text: str) -> str:
    r"""The text with every backslash part of a legal JSON escape.

    LaTeX comes out of a JSON parser as LaTeX, `\n` before a word as a line feed. Escapes of NUL
    are removed and those of lone surrogates replaced, so no parsed string holds either.
    """
    return _ESCAPE.sub(_legal, text) if "\\" in text else text


def _legal(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "pair":
            return found[0]
        case "code":
            return _unicode(found[0], int(found["code"], 16))
        case "word":
            return "\\" + found[0] if _is_latex(found, found["word"]) else found[0]
    return _punctuation(found[0], found["other"])


def _unicode(escape: str, code: int) -> str:
    if code == 0:
        return ""
    return r"\ufffd" if 0xD800 <= code <= 0xDFFF else escape


def _punctuation(escape: str, character: str) -> str:
    if character in '\\"/':
        return escape
    # An escaped apostrophe and a continued line are no JSON, nor are they meant as LaTeX.
    return character if character in "'\n" else "\\" + escape


def _is_latex(found: re.Match[str], word: str) -> bool:
    if word[0] in "bf":
        return len(word) > 1
    if word[0] not in "nrt":
        return True
    if word in _MAYBE_BREAKS:
        start = found.start()
        return not _BREAK_BEFORE.search(found.string[max(0, start - _LOOK_BACK) : start])
    return word in _COMMANDS
