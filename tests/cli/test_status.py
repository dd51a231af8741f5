import json

from rich.cells import cell_len

from tests.cli.conftest import Run
from tests.stories.story import CAMPAIGN, Story


def test_nothing_is_known_in_an_empty_repository(run: Run) -> None:
    assert run("status", status=0).stdout == "No campaign is known here.\n"


def test_the_sentence_of_a_hold_comes_first_and_lines_fit_the_terminal(story: Story, run: Run) -> None:
    story.change(story.campaign())
    story.merge(approved_by=None)
    story.deliver()
    reason = "the discount of 30% is wrong and the amount in the second paragraph is the one of last year"
    run("halt", "sale", "--reason", reason, "--by", "sato", status=0)
    text = run("status", status=0).stdout
    assert [line for line in text.splitlines() if cell_len(line) > 80] == []
    flat = " ".join(text.split())
    assert "sale: held" in text
    assert "- The discount of 30% is wrong" in flat
    assert "(halt by sato, since " in flat
    assert "- 0 of 1 approvals (approval)" in flat
    assert "→ postmerge release sale --reason" in flat
    assert "postmerge," not in flat
    assert "25 planned = 0 accepted + 0 refused + 0 excluded + 25 held + 0 unknown" in flat


def test_drafts_are_only_named(story: Story, run: Run) -> None:
    story.order(yaml=CAMPAIGN.replace("state: ready", "state: draft"))
    assert run("status", status=0).stdout == "Drafts, which are never sent: sale\n"


def test_json_is_as_documented_and_adds_up(story: Story, run: Run) -> None:
    story.order()
    story.deliver_all()
    (campaign,) = json.loads(run("status", "sale", "--format", "json", status=0).stdout)["campaigns"]
    assert {
        "id", "state", "holds", "planned", "accepted", "refused", "excluded", "held", "unknown", "delivered",
        "bounced", "complained",
    } <= campaign.keys()  # fmt: skip
    assert (campaign["id"], campaign["state"], campaign["planned"]) == ("sale", "complete", 25)
    parts = ("accepted", "refused", "excluded", "held", "unknown")
    assert campaign["planned"] == sum(campaign[part] for part in parts)


def test_holds_in_json_have_scope_reason_who_and_when(story: Story, run: Run) -> None:
    story.order()
    run("halt", "--all", "--reason", "incident", "--by", "sato", status=0)
    (campaign,) = json.loads(run("status", "--format", "json", status=0).stdout)["campaigns"]
    hold = next(hold for hold in campaign["holds"] if hold["kind"] == "halt")
    assert (hold["scope"], hold["reason"], hold["by"]) == ("*", "incident", "sato")
    assert hold["since"].endswith("+00:00")


def test_an_unknown_campaign_is_wrong_usage(run: Run) -> None:
    assert "campaign sael" in run("status", "sael", status=2).stderr


def test_asking_changes_nothing(story: Story, run: Run) -> None:
    story.order()
    run("status", status=0)
    with story.world() as world:
        assert world.ledger.orders("sale") == ()
