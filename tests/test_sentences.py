"""Whatever a report may say is there in both languages: asked of the code itself."""

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from pipeline.approvals import github_reasons
from pipeline.checklist.catalogue import ALL
from pipeline.checklist.misses_ja import MISSES_JA
from pipeline.errors import PipelineError, named_below
from pipeline.plan import alone
from pipeline.sentence import Sentence
from tests.english import JAPANESE, english_in

ROOT = Path(__file__).parents[1] / "pipeline"
#: What is worded in both languages when it is made.
_BOTH = {"Malformed", "Mistake", "Sentence", "Unfit"}
_TROUBLE = {"HalfAnswer", "PipelineError", "Refused", "_Refused"}
#: Whose troubles stand in a report, a plan or a comment, and not only on an operator's terminal.
_IN_REPORTS = ("approvals", "audience", "github.py", "render/of_campaign.py")
#: Signs, names and numbers need no other words in Japanese.
_SAME = {"", "`{}`", "{}", "{}: {}.", "{} ({}, {})"}


@cache
def _calls() -> tuple[tuple[str, ast.Call, str], ...]:
    """Every call of a plain name in the code: the file, the call, the name."""
    return tuple(
        (path.relative_to(ROOT).as_posix(), node, node.func.id)
        for path in sorted(ROOT.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    )


def _literal(node: ast.expr) -> str | None:
    """The text of a literal, `{}` for each value in it; None for what is no literal."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(each.value) if isinstance(each, ast.Constant) else "{}" for each in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _pairs() -> Iterator[tuple[str, str, str]]:
    for path, call, name in _calls():
        said = [_literal(argument) for argument in call.args]
        if name in _BOTH and len(said) == 2 and said[0] is not None and said[1] is not None:
            yield f"{path}:{call.lineno}", said[0], said[1]


def test_each_sentence_is_english_in_english_and_japanese_in_japanese() -> None:
    pairs = [pair for pair in _pairs() if pair[1] not in _SAME]
    assert len(pairs) > 150
    assert [place for place, english, _ in pairs if JAPANESE.search(english.replace("東京都", ""))] == []
    assert [place for place, _, japanese in pairs if not JAPANESE.search(japanese)] == []
    assert [place for place, _, japanese in pairs if english_in(japanese)] == []


def test_english_among_japanese_is_noticed_and_names_and_code_are_not() -> None:
    assert english_in("エラー: The file is empty.\nファイルが空です。") == ["エラー: The file is empty."]
    assert (
        english_in("列: abs, coalesce, day。`postmerge test-send sale now`\n    a line of source here") == []
    )


def test_trouble_names_files_as_the_repository_does() -> None:
    root = Path("/srv/runner/campaigns")
    said = Sentence(f"{root}/a.csv is gone from {root}.", f"{root}の{root}/a.csvがありません。")
    with pytest.raises(PipelineError) as told, named_below(root):
        raise PipelineError(said)
    assert told.value.sentence == "a.csv is gone from the repository."
    assert told.value.said.ja == "リポジトリのa.csvがありません。"


def test_trouble_in_english_only_sends_a_japanese_reader_to_the_operators() -> None:
    trouble = PipelineError("The table is busy.", "Wait a minute.")
    assert (trouble.sentence, trouble.remedy) == ("The table is busy.", "Wait a minute.")
    assert trouble.said.ja == "Postmergeの実行環境に問題があります。運用担当者に連絡してください。"
    assert not trouble.to_do.ja


def test_whatever_has_a_full_stop_in_one_language_has_one_in_the_other() -> None:
    wrong = [
        place
        for place, english, japanese in _pairs()
        if english.endswith(".") != japanese.endswith("。") and not english.endswith(("?", "{}"))
    ]
    assert wrong == []


@pytest.mark.parametrize("where", _IN_REPORTS)
def test_trouble_that_stands_in_a_report_is_not_worded_in_english_only(where: str) -> None:
    found = [
        (f"{path}:{call.lineno}", call)
        for path, call, name in _calls()
        if name in _TROUBLE and path.startswith(where)
    ]
    assert found
    assert [place for place, call in found if not call.args or _literal(call.args[0]) is not None] == []
    remedies = [(place, call.args[1]) for place, call in found if where == "audience" and len(call.args) > 1]
    assert [place for place, remedy in remedies if _literal(remedy) is not None] == []


def test_what_a_format_refuses_it_refuses_in_both_languages() -> None:
    plain = [f"{path}:{call.lineno}" for path, call, name in _calls() if name == "ValueError"]
    assert [place for place in plain if place.startswith("models/")] == []


def test_every_reason_for_a_mail_of_its_own_has_its_words() -> None:
    """Those that are raised, and those that the composer gives as a mere text."""
    given = {
        _literal(call.args[0]) for _, call, name in _calls() if name == "NotShareable" and len(call.args) == 1
    }
    composer = ast.parse((ROOT / "render/stencil_composer.py").read_text(encoding="utf-8"))
    methods = [node for node in ast.walk(composer) if isinstance(node, ast.FunctionDef)]
    told = {
        node.value
        for method in methods
        for statement in ast.walk(method)
        if isinstance(statement, ast.Return | ast.Assign) and statement.value is not None
        for node in ast.walk(statement.value)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
    }
    assert given - {None} | told == set(alone.JA)


def test_what_a_rule_does_not_see_is_listed_in_japanese_too() -> None:
    assert set(MISSES_JA) == {rule.id for rule in ALL if rule.misses}
    assert [name for name, said in MISSES_JA.items() if not JAPANESE.search(said) or english_in(said)] == []
    assert all(said.endswith("。") for said in MISSES_JA.values())


def test_every_refusal_of_an_approval_is_one_sentence_in_japanese() -> None:
    """Made with invented values, whatever it asks for."""
    given = {"what": "reviews", "hand": "pushed", "who": "sato", "branch": "main", "sha": "abc123"}
    makers = [maker for _, maker in inspect.getmembers(github_reasons, inspect.isfunction)]
    made = [
        maker(**{name: given.get(name, 7) for name in inspect.signature(maker).parameters})
        for maker in makers
        if maker.__module__ == github_reasons.__name__ and not maker.__name__.startswith("_")
    ]
    assert len(made) > 20
    assert all(isinstance(reason, Sentence) for reason in made)
    assert [reason.ja for reason in made if not JAPANESE.search(reason.ja) or english_in(reason.ja)] == []
