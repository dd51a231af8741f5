from tests.cli.conftest import Run
from tests.stories.story import BODY, Story

TO = "tester@staff.hanamori.example"


def test_a_test_send_is_marked_and_goes_only_to_the_given_address(story: Story, run: Run) -> None:
    story.change(story.campaign())
    result = run("test-send", "sale", "--to", TO, status=0)
    assert f"7 test messages sent to {TO}, on record for sale" in " ".join(result.stdout.split())
    mails = [path.read_text(encoding="utf-8") for path in story.root.glob(".postmerge/outbox/sale/*.eml")]
    assert len(mails) == 7
    assert all(f"To: {TO}" in mail and "[TEST]" in mail for mail in mails)


def test_another_content_needs_another_test_send(story: Story, run: Run) -> None:
    story.change(story.campaign())
    run("test-send", "sale", "--to", TO, status=0)
    story.write({"campaigns/sale/body.txt": f"{BODY}PS: one more thing\n"})
    story.git("commit", "-q", "-a", "-m", "More")
    story.merge()
    assert "test-send" in story.holds()


def test_an_address_outside_the_policy_gets_nothing(story: Story, run: Run) -> None:
    story.change(story.campaign())
    for address in ("someone@people.example", "x@notstaff.hanamori.example", "nobody"):
        run("test-send", "sale", "--to", address, status=1)
    assert not list(story.root.glob(".postmerge/outbox/**/*.eml"))


def test_a_campaign_with_mistakes_is_not_sent(story: Story, run: Run) -> None:
    story.change(story.campaign(body="{{ recipient.nmae }}\n{{ unsubscribe_url }}\n"))
    run("test-send", "sale", "--to", TO, status=1)
    story.write({"campaigns/sale/campaign.yaml": "state: redy\n"})
    assert "campaigns/sale/campaign.yaml:1" in run("test-send", "sale", "--to", TO, status=1).stderr


def test_an_unknown_campaign_is_wrong_usage(run: Run) -> None:
    run("test-send", "sael", "--to", TO, status=2)
