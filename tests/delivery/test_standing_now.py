"""Who may still get it, over real files: begun at once, begun anew, and in trouble."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from pipeline.audience.contacts import Standing
from pipeline.audience.duckdb import DuckDbContacts
from pipeline.audience.rule import AudienceRule
from pipeline.delivery.standing_now import StandingNow
from pipeline.errors import PipelineError
from pipeline.models.policy import ContactSource
from pipeline.models.recipient import Reason, Recipient

PEOPLE = tuple(Recipient(f"m{n}", f"m{n}@people.example", {}) for n in (1, 2))
RULE = AudienceRule(
    segment="members",
    source_name="members",
    source=ContactSource(kind="csv", path="members.csv", id="id", email="email"),
    suppression=(("unsubscribed", "out.csv"),),
    consent_required=False,
)


class Noted:
    """The real contacts, and what was begun and let go."""

    def __init__(self, root: Path) -> None:
        self._real = DuckDbContacts(root)
        self.begun = Event()
        self.open = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def standing(self, rule: AudienceRule) -> Standing:
        self.begun.set()
        standing = self._real.standing(rule)
        self.open += 1
        leave = standing.__exit__

        def noted(*_: object) -> None:
            self.open -= 1
            leave()

        standing.__exit__ = noted  # type: ignore[method-assign]
        return standing


@pytest.fixture
def contacts(tmp_path: Path) -> Noted:
    (tmp_path / "members.csv").write_text("id,email\n" + "".join(f"{p.id},{p.address}\n" for p in PEOPLE))
    (tmp_path / "out.csv").write_text("email\n")
    return Noted(tmp_path)


@contextmanager
def asked(contacts: Noted) -> Iterator[StandingNow]:
    with StandingNow(contacts, RULE) as now:
        yield now
    assert contacts.open == 0, "what was read is let go"


def test_the_list_is_read_before_anybody_asks(contacts: Noted) -> None:
    with asked(contacts):
        assert contacts.begun.wait(timeout=30)


def test_a_list_that_changes_is_read_again_and_the_old_one_let_go(contacts: Noted, tmp_path: Path) -> None:
    with asked(contacts) as now:
        assert now.reasons(PEOPLE) == {}
        (tmp_path / "out.csv").write_text("email\nm2@people.example\n")
        assert now.reasons(PEOPLE) == {"m2": Reason.UNSUBSCRIBED}
        assert now.reasons(PEOPLE[:1]) == {}
        assert contacts.open == 1


def test_what_is_wrong_with_a_list_is_said_when_it_is_asked_and_forgotten_when_it_is_mended(
    contacts: Noted, tmp_path: Path
) -> None:
    (tmp_path / "out.csv").write_text("name\nsomebody\n")
    with asked(contacts) as now:
        with pytest.raises(PipelineError, match="has no column email"):
            now.reasons(PEOPLE)
        (tmp_path / "out.csv").write_text("email\nm1@people.example\n")
        assert now.reasons(PEOPLE) == {"m1": Reason.UNSUBSCRIBED}


def test_a_list_that_is_missing_is_no_empty_one(contacts: Noted, tmp_path: Path) -> None:
    with asked(contacts) as now:
        (tmp_path / "out.csv").unlink()
        with pytest.raises(PipelineError, match="cannot be found"):
            now.reasons(PEOPLE)
