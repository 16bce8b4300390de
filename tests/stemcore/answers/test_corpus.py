"""Every case of the corpus: read whole, or asked for again."""

import pytest

from stemcore.answers import UnusableAnswer, read_answer
from tests.stemcore.answers.corpus import Case, Quiz, held_out, tuned


@pytest.mark.parametrize("case", tuned.CASES, ids=lambda case: case.kind)
def test_it_reads_what_its_rules_were_made_with(case: Case) -> None:
    assert_read(case)


@pytest.mark.parametrize("case", held_out.CASES, ids=lambda case: case.kind)
def test_it_reads_what_its_rules_were_not_made_with(case: Case) -> None:
    assert_read(case)


def assert_read(case: Case) -> None:
    try:
        answer = read_answer(case.text, case.model, "corpus")
    except UnusableAnswer:
        assert case.may_refuse or case.expected is None
        return
    if isinstance(answer, Quiz):
        assert [item.question for item in answer.questions] == case.expected
    else:
        assert case.expected is not None
        assert answer.model_dump() == {"value": None, "notes": [], **case.expected}  # type: ignore[dict-item]
