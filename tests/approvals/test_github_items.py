"""What only a person can judge: ticked in the description that is approved, or by who approves."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.approvals.at_github import Place
from tests.github_double import Fault

TICKED = "Please look.\n\n- [x] content-is-true: 内容は正しい\n- [x] audience-is-right: 宛先は正しい\n"


def test_ticks_in_the_description_count_with_an_approval(place: Place) -> None:
    place.hub.merge(place.approved(), by="suzuki", method="squash")
    place.hub.pulls[1].body = TICKED
    assert place.consent().confirmed == {"content-is-true", "audience-is-right"}


def test_ticks_without_an_approval_confirm_nothing(place: Place) -> None:
    place.hub.merge(place.written(body=TICKED), by="suzuki")
    assert place.consent().confirmed == frozenset()


def test_an_approver_may_tick_in_the_review(place: Place) -> None:
    pull = place.written(body=TICKED.replace("[x]", "[ ]"))
    place.hub.review(pull, by="sato", body="- [x] content-is-true")
    place.hub.merge(pull, by="suzuki")
    assert place.consent().confirmed == {"content-is-true"}


@pytest.mark.parametrize("state", ["COMMENTED", "CHANGES_REQUESTED"])
def test_ticks_of_who_does_not_approve_confirm_nothing(place: Place, state: str) -> None:
    place.hub.join("guest", right="read")
    pull = place.approved()
    place.hub.review(pull, by="guest", state=state, body=TICKED)
    place.hub.merge(pull, by="suzuki")
    assert place.consent().confirmed == frozenset()


def test_an_approver_who_leaves_a_box_open_says_no_to_it(place: Place) -> None:
    pull = place.written(body=TICKED)
    place.hub.review(pull, by="tanaka", body="- [ ] audience-is-right: are those not last year's?")
    place.hub.review(pull, by="sato", body=TICKED)
    place.hub.merge(pull, by="suzuki")
    assert place.consent().confirmed == {"content-is-true"}


def test_a_description_that_is_not_there_ticks_nothing(place: Place) -> None:
    pull = place.approved()
    place.hub.merge(pull, by="suzuki")
    pull.body = None  # type: ignore[assignment]
    consent = place.consent()
    assert (consent.approvers, consent.confirmed) == (("sato",), frozenset())


# Ticks that came after the approval.


def test_who_ticks_in_the_description_and_then_approves_has_confirmed(place: Place) -> None:
    pull = place.written(body=TICKED.replace("[x]", "[ ]"))
    place.hub.describe(pull, TICKED)
    place.hub.review(pull, by="sato")
    place.hub.merge(pull, by="suzuki", method="squash")
    assert place.consent().confirmed == {"content-is-true", "audience-is-right"}


@pytest.mark.parametrize("merged_first", [False, True])
def test_a_box_that_the_author_ticks_after_the_approval_confirms_nothing(
    place: Place, *, merged_first: bool
) -> None:
    pull = place.approved(body=TICKED.replace("[x]", "[ ]"))
    if merged_first:
        place.hub.merge(pull, by="suzuki", method="squash")
    place.hub.describe(pull, TICKED)
    if not merged_first:
        place.hub.merge(pull, by="suzuki", method="squash")
    consent = place.consent()
    assert (consent.approvers, consent.confirmed) == (("sato",), frozenset())
    assert "edited after the approval, so its ticks do not count" in consent.objections[0]


def test_one_who_approves_after_the_edit_stands_for_the_ticks(place: Place) -> None:
    pull = place.approved()
    place.hub.describe(pull, TICKED)
    place.hub.review(pull, by="tanaka")
    place.hub.merge(pull, by="suzuki")
    assert place.consent().confirmed == {"content-is-true", "audience-is-right"}


def test_whoever_approved_may_tick_in_a_comment_of_their_own_also_after_the_merge(place: Place) -> None:
    pull = place.approved()
    place.hub.review(pull, by="mori", state="COMMENTED", body=TICKED)
    place.hub.merge(pull, by="suzuki")
    place.hub.describe(pull, TICKED)
    assert place.consent().confirmed == frozenset()
    place.hub.review(pull, by="sato", state="COMMENTED", body="- [x] content-is-true")
    consent = place.consent()
    assert consent.approvers == ("sato",)
    assert consent.confirmed == {"content-is-true"}


def test_the_last_word_of_an_approver_on_an_item_counts(place: Place) -> None:
    pull = place.written(body=TICKED)
    place.hub.review(pull, by="sato", state="COMMENTED", body="- [ ] content-is-true: not yet")
    place.hub.review(pull, by="sato", body=TICKED)
    place.hub.review(pull, by="sato", state="COMMENTED", body="- [ ] audience-is-right: wait")
    place.hub.merge(pull, by="suzuki")
    assert place.consent().confirmed == {"content-is-true"}


def _failing(_body: Any) -> Any:
    return {"data": None, "errors": [{"type": "FORBIDDEN", "message": "Resource not accessible"}]}


def _lacking(_body: Any) -> Any:
    return {"data": {"repository": {"pullRequest": {}}}}


@pytest.mark.parametrize("change", [_failing, _lacking, list])
def test_where_github_does_not_say_when_it_was_edited_nothing_is_agreed(
    place: Place, change: Callable[[Any], Any]
) -> None:
    place.hub.merge(place.approved(body=TICKED), by="suzuki")
    place.double.faults.append(Fault("/graphql", change=change))
    assert "GitHub" in place.why()
