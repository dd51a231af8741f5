import pytest

from pipeline.models.campaign import State
from pipeline.plan.changes import Amend, Change, Sight, Start, Stop, Unchanged, between

DRAFT, READY, STOPPED = (Sight(state, "one") for state in State)
READY_TOO = Sight(State.READY, "two")
BROKEN, ABSENT = Sight(None, "unreadable"), None

TABLE: list[tuple[Sight | None, Sight | None, Change]] = [
    (ABSENT, DRAFT, Unchanged("c", State.DRAFT)),
    (ABSENT, READY, Start("c")),
    (ABSENT, STOPPED, Unchanged("c", State.STOPPED)),
    (ABSENT, BROKEN, Unchanged("c", None)),
    (DRAFT, ABSENT, Unchanged("c", None)),
    (DRAFT, DRAFT, Unchanged("c", State.DRAFT)),
    (DRAFT, READY, Start("c")),
    (DRAFT, STOPPED, Unchanged("c", State.STOPPED)),
    (DRAFT, BROKEN, Unchanged("c", None)),
    (READY, ABSENT, Stop("c", "removed")),
    (READY, DRAFT, Stop("c", "draft")),
    (READY, READY, Unchanged("c", State.READY)),
    (READY, READY_TOO, Amend("c")),
    (READY, STOPPED, Stop("c", "stopped")),
    (READY, BROKEN, Stop("c", "unreadable")),
    (STOPPED, READY, Start("c")),
    (STOPPED, ABSENT, Unchanged("c", None)),
    (BROKEN, READY, Start("c")),
    (BROKEN, ABSENT, Unchanged("c", None)),
    (BROKEN, BROKEN, Unchanged("c", None)),
]


@pytest.mark.parametrize(("before", "after", "change"), TABLE)
def test_what_a_merge_does_to_a_campaign(before: Sight | None, after: Sight | None, change: Change) -> None:
    one = {} if before is None else {"c": before}
    other = {} if after is None else {"c": after}
    assert between(one, other) == (change,)


def test_every_campaign_of_either_side_is_named_once_in_order() -> None:
    found = between({"b": READY, "a": DRAFT}, {"c": READY, "b": READY})
    assert [change.campaign for change in found] == ["a", "b", "c"]
