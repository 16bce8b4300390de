"""Equations of Office Math: each construct against the line that means the same."""

import pytest
from lxml import etree

from materials.extraction.ooxml.equations import equation_text

_NAMESPACE = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


def line(xml: str) -> str:
    """The line of an equation; names stand without prefix, text in braces."""
    return equation_text(etree.fromstring(f"<oMath {_NAMESPACE}>{xml}</oMath>"))


def r(text: str) -> str:
    return f"<r><t xml:space='preserve'>{text.replace('&', '&amp;').replace('<', '&lt;')}</t></r>"


def f(above: str, below: str, kind: str = "") -> str:
    properties = f"<fPr><type m:val='{kind}'/></fPr>" if kind else ""
    return f"<f>{properties}<num>{above}</num><den>{below}</den></f>"


def sup(base: str, script: str) -> str:
    return f"<sSup><e>{base}</e><sup>{script}</sup></sSup>"


def sub(base: str, script: str) -> str:
    return f"<sSub><e>{base}</e><sub>{script}</sub></sSub>"


def rad(inner: str, index: str = "") -> str:
    hide = "" if index else "<radPr><degHide m:val='1'/></radPr>"
    return f"<rad>{hide}<deg>{index}</deg><e>{inner}</e></rad>"


def nary(sign: str, low: str, high: str, inner: str) -> str:
    return (
        f"<nary><naryPr><chr m:val='{sign}'/></naryPr><sub>{low}</sub><sup>{high}</sup>"
        f"<e>{inner}</e></nary>"
    )


def d(inner: str, opening: str = "(", closing: str = ")", between: str | None = None) -> str:
    separator = f"<sepChr m:val='{between}'/>" if between is not None else ""
    brackets = f"<begChr m:val='{opening}'/><endChr m:val='{closing}'/>"
    return f"<d><dPr>{brackets}{separator}</dPr>{inner}</d>"


def e(*parts: str) -> str:
    return "".join(f"<e>{part}</e>" for part in parts)


def m(*rows: tuple[str, ...]) -> str:
    cells = ("".join(f"<e>{r(cell)}</e>" for cell in row) for row in rows)
    return f"<m>{''.join(f'<mr>{row}</mr>' for row in cells)}</m>"


def func(name: str, inner: str) -> str:
    return f"<func><fName>{name}</fName><e>{inner}</e></func>"


def acc(sign: str, inner: str) -> str:
    return f"<acc><accPr><chr m:val='{sign}'/></accPr><e>{inner}</e></acc>"


LIMIT = f"<limLow><e>{r('lim')}</e><lim>{r('x→0')}</lim></limLow>"
CASES = f"<eqArr>{e(r('x,&x≥0'), r('-x,&x<0'))}</eqArr>"
CONSTRUCTS = [
    # Fractions: what stands above and below stays together, whatever stands beside it.
    (f(r("a"), r("b")), "a/b"),
    (f(r("a"), r("bc")), "a/(bc)"),
    (f(r("ab"), r("c")), "ab/c"),
    (f(r("a+b"), r("c-d")), "(a+b)/(c-d)"),
    (f(r("1"), r("2")) + r("x"), "(1/2)x"),
    (r("2") + f(r("1"), r("2")), "2 1/2"),
    (f(r("1"), r("2")) + r("m") + sup(r("v"), r("2")), "(1/2)mv²"),
    (f(r("a"), r("b")) + r("+c"), "a/b+c"),
    (f(f(r("a"), r("b")), r("c")), "(a/b)/c"),
    (f(r("a"), f(r("b"), r("c"))), "a/(b/c)"),
    (r("1/") + f(r("a"), r("b")), "1/(a/b)"),
    (f(r("dy"), r("dx")), "dy/dx"),
    (f(r("∂f"), r("∂t")), "∂f/∂t"),
    (f(r("a"), r("b"), "lin"), "a/b"),
    (f(r("a"), r("b"), "skw"), "a/b"),
    (f(d(e(r("a+b"))), r("c")), "(a+b)/c"),
    (f(sub(r("V"), r("max")) + d(e(r("S")), "[", "]"), sub(r("K"), r("m")) + r("+c")),
     "(V_(max)[S])/(K_m+c)"),
    # Scripts.
    (sup(r("x"), r("2")), "x²"),
    (sup(r("x"), r("n+1")), "x^(n+1)"),
    (sup(r("x"), r("n")) + r("y"), "x^n y"),
    (sup(r("mc"), r("2")), "mc²"),
    (sup(sup(r("x"), r("2")), r("3")), "(x²)³"),
    (sup(r("e"), sup(r("x"), r("2"))), "e^(x²)"),
    (sup(f(r("a"), r("b")), r("2")), "(a/b)²"),
    (sup(d(e(r("a+b"))), r("2")), "(a+b)²"),
    (sub(r("x"), r("i")), "x_i"),
    (sub(r("x"), r("i")) + sub(r("y"), r("j")), "x_i y_j"),
    (sub(r("H"), r("2")) + r("O"), "H₂O"),
    (f"<sSubSup><e>{r('x')}</e><sub>{r('1')}</sub><sup>{r('2')}</sup></sSubSup>", "x₁²"),
    (f"<sPre><sub>{r('6')}</sub><sup>{r('14')}</sup><e>{r('C')}</e></sPre>", "¹⁴₆C"),
    (r("2") + f"<sPre><sub>{r('1')}</sub><sup>{r('3')}</sup><e>{r('H')}</e></sPre>", "2 ³₁H"),
    (f"<sPre><sub>{r('Z')}</sub><sup>{r('A')}</sup><e>{r('X')}</e></sPre>", "^A_Z X"),
    (r("10") + sup("", r("-3")), "10⁻³"),
    # Roots.
    (rad(r("x")), "√x"),
    (rad(r("x+1")), "√(x+1)"),
    (rad(r("x")) + r("y"), "(√x)y"),
    (r("2") + rad(r("x")), "2√x"),
    (rad(r("x"), r("3")), "root(3, x)"),
    (rad(r("x+1"), r("n")), "root(n, x+1)"),
    (rad(f(r("a"), r("b"))), "√(a/b)"),
    # Sums, products, integrals.
    (nary("∑", r("i=1"), r("n"), sup(r("i"), r("2"))), "∑_(i=1)^n i²"),
    (nary("∑", r("i"), "", r("a+b")), "∑_i (a+b)"),
    (nary("∏", r("k=1"), r("n"), r("k")), "∏_(k=1)^n k"),
    (nary("∫", r("0"), r("1"), r("x dx")), "∫₀¹ x dx"),
    (nary("∫", r("0"), r("∞"), r("x+1 dx")), "∫₀^∞ x+1 dx"),
    (f"<nary><sub/><sup/><e>{r('f')}</e></nary>", "∫ f"),
    (nary("∮", r("C"), "", r("F")), "∮_C F"),
    # Brackets.
    (d(e(r("x"), r("y")), between=","), "(x,y)"),
    (d(e(r("x"), r("y"))), "(x|y)"),
    (d(e(r("x")), "|", "|"), "|x|"),
    (d(e(r("x")), "⌊", "⌋"), "⌊x⌋"),
    (f"<d><e>{r('x')}</e></d>", "(x)"),
    (d(e(f(r("n"), r("k"), "noBar"))), "binom(n, k)"),
    (r("2") + d(e(f(r("n"), r("k"), "noBar"))), "2binom(n, k)"),
    (d(e(CASES), "{", ""), "cases(x, x≥0; -x, x<0)"),
    (r("|x|=") + d(e(CASES), "{", ""), "|x|=cases(x, x≥0; -x, x<0)"),
    # Matrices.
    (d(e(m(("1", "2"), ("3", "4"))), "[", "]"), "[1, 2; 3, 4]"),
    (d(e(m(("1", "2"), ("3", "4")))), "(1, 2; 3, 4)"),
    (d(e(m(("a", "b"), ("c", "d"))), "|", "|"), "|a, b; c, d|"),
    (m(("1", "2"), ("3", "4")), "[1, 2; 3, 4]"),
    # Functions and limits.
    (func(r("sin"), r("x")), "sin x"),
    (func(r("sin"), d(e(r("x+1")))), "sin(x+1)"),
    (func(r("sin"), r("x+1")), "sin(x+1)"),
    (func(r("sin"), f(r("a"), r("b"))), "sin(a/b)"),
    (func(sup(r("sin"), r("2")), r("x")), "sin² x"),
    (func(sub(r("log"), r("2")), r("8")), "log₂ 8"),
    (r("2") + func(r("cos"), r("θ")), "2 cos θ"),
    (func(r("sin"), r("x")) + func(r("cos"), r("y")), "sin x cos y"),
    (func(LIMIT, f(func(r("sin"), r("x")), r("x"))), "lim_(x→0) (sin x)/x"),
    (sup(func(r("sin"), r("x")), r("2")), "(sin x)²"),
    # Accents, bars, braces, arrows.
    (acc("\u0302", r("x")), "x̂"),
    (acc("\u20d7", r("v")), "v⃗"),
    (acc("\u20d7", r("AB")), "vec(AB)"),
    (acc("\u0307", r("x")), "ẋ"),
    (f"<acc><e>{r('p')}</e></acc>", "p̂"),
    (f"<bar><barPr><pos m:val='top'/></barPr><e>{r('x')}</e></bar>", "x̄"),
    (f"<bar><barPr><pos m:val='top'/></barPr><e>{r('AB')}</e></bar>", "overline(AB)"),
    (f"<bar><e>{r('AB')}</e></bar>", "underline(AB)"),
    (f"<groupChr><e>{r('a+b')}</e></groupChr>", "underbrace(a+b)"),
    (r("A") + f"<groupChr><groupChrPr><chr m:val='→'/><pos m:val='bot'/></groupChrPr>"
     f"<e>{r('heat')}</e></groupChr>" + r("B"), "A →^(heat) B"),
    # The rest.
    (f"<box><e>{r('x')}</e></box>", "x"),
    (f"<borderBox><e>{r('x')}</e></borderBox>", "x"),
    (f"<phant><phantPr><show m:val='0'/></phantPr><e>{r('x')}</e></phant>", ""),
    ("<r><rPr><scr m:val='double-struck'/></rPr><t>R</t></r>", "ℝ"),
    (r("𝐸=𝑚") + sup(r("𝑐"), r("2")), "E=mc²"),
    (r("ℎ") + r("ν"), "hν"),
    ("<r><br/></r>", ""),
    ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("xml", "expected"), CONSTRUCTS)
def test_it_reads_an_equation_without_changing_the_mathematics(xml: str, expected: str) -> None:
    assert line(xml) == expected
