"""The rooms stand on each other in one order."""

from importlinter.cli import lint_imports


def test_imports_run_one_way(capsys: object) -> None:
    assert lint_imports(no_cache=True) == 0
