"""What only a person can judge: ticked in the description that is approved, or by who approves."""

import pytest

from tests.approvals.at_github import Place

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
