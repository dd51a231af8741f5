"""personas.yaml: people of the author's own."""

import pytest

from pipeline.render.of_campaign import mail_source
from pipeline.workspace import workspace as loading
from pipeline.workspace.git import Repository
from pipeline.workspace.workspace import Workspace
from tests.workspace.repo import SALE, Repo

PLACE = f"{SALE}/personas.yaml"
CAMPAIGN = "2026-12-winter-sale"


def loaded(repo: Repo) -> Workspace:
    with Repository.open(repo.root) as repository:
        return loading.load(repository.working_tree())


def said(repo: Repo) -> list[tuple[int, int, str]]:
    found = [finding for finding in loaded(repo).findings if finding.rule == "settings/personas"]
    assert all((finding.path, finding.campaign) == (PLACE, CAMPAIGN) for finding in found)
    return [(f.position.line, f.position.column, f"{f.message} {f.remedy}") for f in found]


def test_own_people_are_read(repo: Repo) -> None:
    repo.write(PLACE, "personas:\n  - name: 法人\n    fields: {points: 0}\n  - {name: B, why: w}\n")
    first, second = loaded(repo).campaigns[CAMPAIGN].personas
    assert (first.name, first.fields, second.why) == ("法人", {"points": "0"}, "w")
    assert said(repo) == []


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("personas:\n  - name: A\n    fields: {point: 1}\n", 3, 14, "Did you mean `points`?"),
        ("personas:\n  - name: A\n    feilds: {}\n", 3, 5, "Did you mean `fields`?"),
        ("personas:\n  - name: A\n    fields: {points: me@real" + ".co.jp}\n", 3, 14, "`.example`"),
    ],
)
def test_a_mistake_is_found_at_its_place(repo: Repo, text: str, line: int, column: int, words: str) -> None:
    repo.write(PLACE, text)
    ((at_line, at_column, message),) = said(repo)
    assert (at_line, at_column) == (line, column)
    assert words in message


def test_looking_at_more_people_undoes_no_approval(repo: Repo) -> None:
    before = loaded(repo).digest(CAMPAIGN)
    repo.write(PLACE, "personas:\n  - name: A\n")
    assert loaded(repo).digest(CAMPAIGN) == before


def test_no_template_can_reach_them(repo: Repo) -> None:
    repo.write(PLACE, "personas:\n  - name: A\n")
    repo.write(f"{SALE}/other.txt", "seen")
    source = mail_source(loaded(repo), CAMPAIGN)
    assert source.find("other.txt") == "seen"
    assert source.find("personas.yaml") is None
