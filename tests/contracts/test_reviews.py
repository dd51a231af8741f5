"""What every source of approvals promises: the same stories, by trailers and at GitHub."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from pipeline.approvals.reviews import Consent
from tests.approvals.at_github import BASE, SALE, Place
from tests.approvals.people import FOLDER, Team
from tests.github_double import Hub, running


class Stage(Protocol):
    """A campaign that somebody wrote, and how it came to main."""

    def write(self, *authors: str) -> None: ...
    def merge(self, *approvers: str, confirmed: tuple[str, ...] = ()) -> None: ...
    def consent(self) -> Consent: ...


class ByTrailers:
    def __init__(self, root: Path) -> None:
        self._team = Team(root / "team")
        self._merge = ""

    def write(self, *authors: str) -> None:
        self._team.branch(*authors)

    def merge(self, *approvers: str, confirmed: tuple[str, ...] = ()) -> None:
        said = [f"Approved-by: {who}" for who in approvers] + [f"Confirmed: {item}" for item in confirmed]
        self._merge = self._team.merge(*said)

    def consent(self) -> Consent:
        return self._team.consent(self._merge)


class AtGitHub:
    def __init__(self, place: Place) -> None:
        self._place = place

    def write(self, *authors: str) -> None:
        hub = self._place.hub
        for number, who in enumerate(authors):
            hub.push("change", {**SALE, f"{FOLDER}/part-{number}.txt": "x"}, by=who)
        hub.open("change", by=authors[0])

    def merge(self, *approvers: str, confirmed: tuple[str, ...] = ()) -> None:
        hub, pull = self._place.hub, self._place.hub.pulls[1]
        pull.body = "\n".join(f"- [x] {item}" for item in confirmed)
        for who in approvers:
            hub.review(pull, by=who)
        hub.merge(pull, by="sato")

    def consent(self) -> Consent:
        return self._place.consent()


@pytest.fixture(params=["trailers", "github"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    if request.param == "trailers":
        yield ByTrailers(tmp_path)
        return
    with running(Hub(tmp_path, BASE)) as double:
        yield AtGitHub(Place(double, tmp_path))


def test_who_did_not_write_it_approves_each_once(stage: Stage) -> None:
    stage.write("suzuki")
    stage.merge("sato", "tanaka", "sato")
    assert set(stage.consent().approvers) == {"sato", "tanaka"}
    assert len(stage.consent().approvers) == 2


def test_nobody_approves_their_own(stage: Stage) -> None:
    stage.write("suzuki")
    stage.merge("suzuki")
    consent = stage.consent()
    assert consent.approvers == ()
    assert "suzuki" in consent.objections[0]
    assert "cannot approve it" in consent.objections[0]


def test_who_wrote_a_part_cannot_approve_the_whole(stage: Stage) -> None:
    stage.write("suzuki", "tanaka")
    stage.merge("tanaka", "sato")
    assert stage.consent().approvers == ("sato",)


def test_without_anybody_s_word_nobody_has_approved(stage: Stage) -> None:
    stage.write("suzuki")
    stage.merge()
    assert stage.consent().approvers == ()


def test_items_are_confirmed_one_by_one(stage: Stage) -> None:
    stage.write("suzuki")
    stage.merge("sato", confirmed=("content-is-true",))
    assert stage.consent().confirmed == {"content-is-true"}


def test_asking_again_says_the_same(stage: Stage) -> None:
    stage.write("suzuki")
    stage.merge("sato", confirmed=("content-is-true",))
    assert stage.consent() == stage.consent()
