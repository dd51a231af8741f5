"""What is broken on main is held, not taken for a stop; one in trouble does not stop the others."""

import pytest

from pipeline.errors import PipelineError
from tests.stories.meddling import Meddle
from tests.stories.story import AT_ONCE, BODY, CAMPAIGN, POLICY, SEGMENT, TWO_BATCHES, Story

BROKEN = [
    pytest.param({"campaigns/sale/campaign.yaml": "state: [ready\n"}, id="yaml"),
    pytest.param({"campaigns/sale/campaign.yaml": CAMPAIGN + "colour: red\n"}, id="unknown-key"),
    pytest.param({"campaigns/sale/campaign.yaml": None}, id="no-campaign-yaml"),
    pytest.param(
        {"campaigns/sale/campaign.yaml": CAMPAIGN.replace("from: news", "from: nobody")}, id="sender"
    ),
    pytest.param({"campaigns/sale/body.txt": None}, id="no-body"),
    pytest.param({"campaigns/sale/body.txt": "{{ recipient.nothing }}\n"}, id="template"),
    pytest.param(
        {"campaigns/sale/campaign.yaml": CAMPAIGN.replace("segment: everybody", "segment: x")}, id="segment"
    ),
    pytest.param({"segments/everybody.yaml": SEGMENT + "where: (select 1)\n"}, id="predicate"),
    pytest.param({"segments/everybody.yaml": SEGMENT.replace("[name]", "[name, shoe_size]")}, id="column"),
    pytest.param({"segments/everybody.yaml": "title: [\n"}, id="segment-yaml"),
    pytest.param({"campaigns/SALE/campaign.yaml": CAMPAIGN, "campaigns/SALE/body.txt": BODY}, id="case"),
]


@pytest.mark.parametrize("edit", BROKEN)
def test_a_campaign_that_breaks_in_mid_delivery_is_held_and_goes_on_when_mended(
    story: Story, edit: dict[str, str | None]
) -> None:
    story.begin()
    story.deliver()
    good = story.git("rev-parse", "HEAD")
    story.commit(edit)
    story.wait(minutes=30)
    story.deliver()
    assert story.state() == "held"
    assert story.account() == (25, 3, 0, 0, 22, 0)
    story.git("reset", "-q", "--hard", good)
    story.deliver_all()
    assert story.account() == (25, 25, 0, 0, 0, 0)


@pytest.mark.parametrize("edit", BROKEN)
def test_a_campaign_that_is_approved_but_broken_says_so_and_sends_nothing(
    story: Story, edit: dict[str, str | None]
) -> None:
    story.change({**story.campaign(yaml=AT_ONCE)})
    story.commit(edit)
    story.merge()
    for _ in range(3):
        story.deliver()
        story.wait(minutes=10)
    assert story.state() == "held"
    assert not story.mailbox()


@pytest.mark.parametrize("edit", BROKEN)
def test_one_in_trouble_does_not_stop_the_other(story: Story, edit: dict[str, str | None]) -> None:
    if any(path.startswith("segments/") for path in edit):
        story.commit({"segments/all.yaml": SEGMENT})
        story.order("zebra", AT_ONCE.replace("segment: everybody", "segment: all"))
    else:
        story.order("zebra", AT_ONCE)
    story.change({**story.campaign()})
    story.commit(edit)
    story.merge()
    story.deliver()
    story.wait(minutes=10)
    story.deliver()
    assert len(story.mailbox("zebra")) == 25


@pytest.mark.parametrize("policy", [POLICY + "colour: red\n", "a: [\n", None])
def test_a_policy_that_is_broken_on_main_sends_nothing(story: Story, policy: str | None) -> None:
    story.begin(yaml=AT_ONCE)
    story.commit({"policy.yaml": policy})
    with pytest.raises(PipelineError):
        story.deliver()
    assert not story.mailbox()


def test_a_policy_that_breaks_between_two_batches_holds_the_second(story: Story) -> None:
    story.begin(yaml=TWO_BATCHES)
    done = story.deliver(Meddle("settled", lambda: story.commit({"policy.yaml": "a: [\n"})))
    assert len(story.mailbox()) == 10
    assert done.statuses[0].progress == "held"
    story.commit({"policy.yaml": POLICY})
    story.deliver_all()
    assert story.account() == (25, 25, 0, 0, 0, 0)


def test_the_archive_losing_the_audience_of_one_does_not_stop_the_other(story: Story) -> None:
    story.order("zebra", AT_ONCE)
    story.begin()
    story.order("aardvark", AT_ONCE)
    story.deliver()
    for path in (story.root / ".postmerge/archive/audiences/sale").rglob("*.jsonl"):
        path.unlink()
    story.wait(minutes=30)
    done = story.deliver()
    assert len(done.troubles) == 1
    assert len(story.mailbox("aardvark")) == len(story.mailbox("zebra")) == 25
    assert len(story.mailbox("sale")) == 3
