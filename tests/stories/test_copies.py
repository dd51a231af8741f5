"""A folder that was copied is another campaign to the ledger; all the same nobody gets its mail twice."""

import pytest

from tests.stories.story import AT_ONCE, BODY, CAMPAIGN, TWO_BATCHES, Story

pytestmark = pytest.mark.slow

COPY: dict[str, str | None] = {"campaigns/sale-2/campaign.yaml": AT_ONCE, "campaigns/sale-2/body.txt": BODY}
MEANT = "waivers: [{rule: recipients/same-mail, reason: a reminder, until: 2027-01-31, by: suzuki}]\n"


def _order_the_copy(story: Story, yaml: str = AT_ONCE) -> None:
    story.change({**COPY, "campaigns/sale-2/campaign.yaml": yaml})
    story.test_send("sale-2")
    story.merge()


def test_a_copy_of_what_was_sent_is_held_before_a_message_leaves(story: Story) -> None:
    story.order(yaml=AT_ONCE)
    story.deliver_all()
    _order_the_copy(story)
    story.deliver_all()
    assert story.state("sale-2") == "held"
    assert any("sale is the same mail to the same segment" in h.reason for h in story.status("sale-2").holds)
    assert not story.mailbox("sale-2")
    assert len(story.mailbox()) == 25


def test_a_copy_does_not_stop_the_delivery_that_has_begun(story: Story) -> None:
    story.begin(yaml=TWO_BATCHES)
    story.deliver()
    assert 0 < len(story.mailbox()) < 25
    _order_the_copy(story)
    story.deliver_all()
    assert len(story.mailbox()) == 25
    assert not story.mailbox("sale-2")


def test_of_two_that_have_not_begun_none_leaves_until_one_is_gone(story: Story) -> None:
    story.change({**story.campaign(yaml=AT_ONCE), **COPY})
    for name in ("sale", "sale-2"):
        story.test_send(name)
    story.merge()
    story.deliver_all()
    assert not story.mailbox()
    assert not story.mailbox("sale-2")
    story.commit({"campaigns/sale-2": None})
    story.deliver_all()
    assert len(story.mailbox()) == 25


def test_a_repetition_that_is_meant_leaves_with_a_waiver(story: Story) -> None:
    story.order(yaml=AT_ONCE)
    story.deliver_all()
    _order_the_copy(story, AT_ONCE + MEANT)
    story.deliver_all()
    assert len(story.mailbox("sale-2")) == 25


def test_an_amended_text_is_no_copy_of_itself(story: Story) -> None:
    story.begin(yaml=CAMPAIGN)
    story.deliver()
    story.change({"campaigns/sale/body.txt": BODY + "PS\n"})
    story.test_send()
    story.merge()
    story.deliver_all()
    assert len(story.mailbox()) == 25
