"""Whether two campaigns are the same mail for the same people, where no case can say it."""

from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.checklist.recipients.repeated import same_mail
from pipeline.models.campaign import State


@pytest.mark.parametrize(("incident", "found"), [("2026-11-01-sale", 1), ("2026-11-08-sale", 0)])
def test_two_apologies_with_the_same_words_are_for_two_incidents(incident: str, found: int) -> None:
    def one(incident: str) -> Any:
        audience = SimpleNamespace(segment=None, incident=incident)
        campaign = SimpleNamespace(state=State.READY, audience=audience)
        return SimpleNamespace(
            id="sorry",
            campaign=campaign,
            mail="the same",
            has_begun=False,
            at_delivery=False,
            at=lambda *_: None,
        )

    draft = one("2026-11-01-sale")
    draft.others = (one(incident),)
    assert same_mail.check is not None
    assert len(list(same_mail.check(draft))) == found
