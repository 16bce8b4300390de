"""When two texts are the same to an expert, and what is seen of a formula."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.gate.all_or_none import speaks_of_the_others
from learning.gate.notation import seen
from learning.gate.sameness import comparable, front_key, is_about_code, stem_key

DIFFERENT = [
    (r"e^{3x}", r"e^3x"), (r"\sqrt{5y}", r"\sqrt{5}y"), ("(n+2)!", "(n+2)"), ("f'", "f''"),
    ("f'", "f"), ("x³", "x3"), ("x_2", "x^2"), ("10⁶", "106"), ("mW", "MW"), ("mm", "Mm"),
    ("mbar", "Mbar"), ("CO", "Co"), ("NO", "No"), ("Aa", "AA"), ("AABB", "aabb"), ("AaBb", "AABB"),
    ("ABC", "abc"), ("K", "k"), ("K", "K⁺"), ("True", "TRUE"), ("&p", "p"), ("p", "*p"),
    ('"7"', "7"), ("7 − 4", "7 + 4"), ("log_3 9", "log_9 3"), ("acid to base", "base to acid"),
    ("1 1/2", "11/2"), ("[1 2]", "[12]"), ("C", "C++"), ("f(*v)", "f(v)"), ("0.333...", "0.333"),
    ("n!", "n"), ("$5", "5"), (r"\Delta", r"\delta"), ("a allele", "A allele"), ("5 m/s", "5 m/s²"),
    ("5 m/s^2", "5 m/s^-2"), ("≤", "<"), ("x++", "x+"), (">", ">="), ("{1}", "1"),
    (r"\{1\}", "1"), ("in vitro", "in vivo"), ("D-glucose", "L-glucose"), ("½", "1/3"),
    ("(R)-lactic acid", "(S)-lactic acid"), (r"\frac{a}{b}", r"\frac{b}{a}"), ("¹²C", "¹⁴C"),
    ("`print(x)`", "`Print(x)`"), ("`a  b`", "`ab`"), (r"$x^{-1}$", "$x^1$"), ("−5", "5"),
    ("α-helix", "β-helix"), ("Fe²⁺", "Fe³⁺"), ("2 H₂ + O₂", "H₂ + O₂"), ("MeV", "meV"),
]  # fmt: skip
SAME = [
    ("Newton", "NEWTON"), ("newton", "newton."), ("It doubles.", "IT DOUBLES"), ("x³", "x^3"),
    ("x^3", "$x^{3}$"), ("a  b", "a b"), ("5 kg", "5kg"), (r"5\,kg", "5 kg"), ("stack", "`stack`"),
    (r"\frac{1}{2}", r"\dfrac{1}{2}"), ("stack", '"stack"'), ("**stack**", "stack"),
    ("photo\u00adsynthesis", "photosynthesis"), ("3.0 m\u200b/s", "3.0 m/s"), ("f'", "f′"),
    (r"\text{stack}", "stack"), ("$stack$", "stack"), ("30°", r"$30^\circ$"), ("f’", "f'"),
    (r"3\times 10^{8}", "3 × 10⁸"), ("e\u0301", "é"), ("10^-3", "10^{-3}"), ("πr²", r"$\pi r^2$"),
    ("10⁻³", "$10^{-3}$"), ("In water", "in water"), ("the same;", "The Same"), ("7 - 4", "7−4"),
    ("10 000", "10000"), ("A moving charge", "a moving charge"), ("ＡＴＰ合成", "ATP合成"),
    (r"$\mathrm{SO_4^{2-}}$", "$SO_4^{2-}$"), (r"\sin x", "sin x"), (r"x^{\prime}", "x'"),
    (r"a \ b\quad", "a b"), (r"\(x\)", "x"), (r"\left(x\right)", "(x)"), ("x\ufeff", "x"),
    ("F = ma", "F=ma"), ("Newton's law", "NEWTON'S LAW"), ("𝑥 + 1", "x + 1"), ("50 %", "50%"),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), DIFFERENT)
def test_signs_scripts_and_the_case_of_symbols_tell_texts_apart(first: str, second: str) -> None:
    assert comparable(first) != comparable(second)


@pytest.mark.parametrize(("first", "second"), SAME)
def test_notation_spaces_and_the_case_of_words_do_not(first: str, second: str) -> None:
    assert comparable(first) == comparable(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a b", "ab"),
        ("True", "true"),
        ('"a"', "a"),
        ("5.", "5"),
        ("print", "Print"),
        ("a, b", "a,b"),
    ],
)
def test_code_counts_to_the_letter(first: str, second: str) -> None:
    assert comparable(first, code=True) != comparable(second, code=True)
    assert comparable(f"`{first}`") != comparable(f"`{second}`")


def test_sentences_about_code_are_compared_as_prose() -> None:
    sentence = "All statements run twice"
    assert comparable(sentence, code=True) == comparable(f"{sentence.lower()}.", code=True)


@pytest.mark.parametrize("text", ["{}", ">", "∈", "!", "'", "-", "…", "$", "*", "``"])
def test_a_symbol_is_not_nothing(text: str) -> None:
    assert comparable(text)


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\n\t", "\u00ad\u2060"])
def test_what_is_not_seen_is_nothing(text: str) -> None:
    assert not comparable(text)


@given(st.text(max_size=60))
def test_any_text_is_the_same_as_itself_with_space_around_it(text: str) -> None:
    assert comparable(f" {text}\u00a0") == comparable(text)
    assert stem_key(text) == stem_key(f"  {text} ")
    assert isinstance(seen(text) + front_key(text), str)


# Stems and fronts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Which force acts?", "what FORCE acts"),
        ("What is the unit of force?", "So what was this unit of force"),
        ("Which gas is it?", "Please tell me: which gas is it?"),
    ],
)
def test_stems_are_the_same_without_articles_tense_and_lead_in(first: str, second: str) -> None:
    assert stem_key(first) == stem_key(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("What is the work done by the gas?", "What is the work done on the gas?"),
        ("Which change is from acid to base?", "Which change is from base to acid?"),
        ("What is 7 + 4?", "What is 7 − 4?"),
        ("What is 3!?", "What is 3?"),
        ("What does `a` mean?", "What does `A` mean?"),
        ("What is the unit of a?", "What is the unit of A?"),
    ],
)
def test_parallel_stems_are_no_twins(first: str, second: str) -> None:
    assert stem_key(first) != stem_key(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Half-life", "half life."), ("Newton's first law", "**Newtons first-law!**"),
        ("Ohm's law", '"Ohms Law"'), ("The unit", "unit:"), ("pH, definition", "pH definition"),
    ],
)  # fmt: skip
def test_fronts_are_the_same_by_letters_and_digits(first: str, second: str) -> None:
    assert front_key(first) == front_key(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [("C", "C++"), ("K", "K⁺"), ("$f'$", "$f''$"), ("n!", "n"), ("a-b", "a+b"), ("`=`", "`==`")],
)
def test_fronts_differ_by_the_signs_of_formulas(first: str, second: str) -> None:
    assert front_key(first) != front_key(second)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"$\frac{m_1 v^2}{2}$", "m1 v2/2"), (r"$2\pi\sqrt{\frac{L}{g}}$", "2π√L/g"),
        (r"$\mathrm{kg\,m\,s^{-2}}$", "kg m s-2"), ("plain words", "plain words"),
    ],
)  # fmt: skip
def test_what_is_seen_of_a_formula_is_not_its_source(text: str, shown: str) -> None:
    assert seen(text) == shown


# Choices that speak of the others -----------------------------------------------------------------


@pytest.mark.parametrize(
    "choice",
    [
        "All of the above", "none of the above.", "All of these", "None of those", "Both A and B",
        "A and C", "B, C and D", "Neither A nor B", "Options A and B", "I and II only",
        "All three of the above", "Any of the above", "All answers are correct", "None are correct",
        "All of these factors", "None of the given options", "More than one of the above",
        "All the other answers", "none", "Alle genannten", "Alle Antworten sind richtig",
        "Keine davon", "Keine der genannten Antworten", "Todas las anteriores",
        "Ninguna de las anteriores", "Toutes les réponses ci-dessus", "Aucune de ces réponses",
        "Todas as anteriores", "Nessuna delle precedenti", "Alle bovenstaande", "Hepsi", "Hiçbiri",
        "Wszystkie powyższe", "Все перечисленное", "以上都是", "以上皆非", "上記すべて",
        "위의 모두", "كل ما سبق", "इनमें से कोई नहीं", "All statements are true",
        "All of the statements", "both a and b", "options a and c",
    ],
)  # fmt: skip
def test_it_knows_choices_that_mean_the_others(choice: str) -> None:
    assert speaks_of_the_others("Which of these is a unit?", ["newton", "joule", "watt", choice])


@pytest.mark.parametrize(
    "choice",
    [
        "All statements in the loop run.", "`None`", "all of them", "all real numbers", "no force",
        "toutes les réponses immunitaires", "None of these reactions occurs", "All alleles",
        "todas las otras moléculas", "Alle Quadrate", "all of the light", "both ends", "Alle ruhen",
        "all the given reactants are used up", "all three quarks", "1 and 2", "Tutte le cellule",
        "All other planets", "neither", "both", "It cannot be determined from the data.",
    ],
)  # fmt: skip
def test_it_lets_through_what_only_sounds_like_them(choice: str) -> None:
    assert not speaks_of_the_others("Which is true?", ["newton", "joule", "watt", choice])


@pytest.mark.parametrize(
    ("question", "choices"),
    [
        ("Which antigens has group AB?", ["A and B", "only A", "only B", "none"]),
        ("Lamps A and B are in series. Which glow?", ["A and B", "the first", "no lamp", "B"]),
        ('What does `print("a", "b")` show?', ["a b", "ab", "a, b", "b, a"]),
        ("Which sides meet at the corner?", ["a and b", "the base", "the longest one", "a"]),
        ("What does f return?", ["None", "0", "1", "2"]),
        ("What does `g` return, of these?", ["None", "0", "1", "2"]),
        ("Which hold? I. a II. b", ["I only", "II only", "I and II", "III"]),
        ("How many are lost?", ["none of them", "half of them", "a third", "all of them"]),
    ],
)
def test_letters_and_values_may_be_the_matter_itself(question: str, choices: list[str]) -> None:
    assert not speaks_of_the_others(question, choices)


@pytest.mark.parametrize(
    ("text", "about_code"),
    [("What does `x` hold?", True), ("In Python, what is {}?", True), ("In C, what is &p?", True),
     ("What is programmed cell death?", False), ("Which vitamin is C?", False)],
)  # fmt: skip
def test_it_knows_questions_about_code(text: str, about_code: bool) -> None:
    assert is_about_code(text) is about_code
