import json

from tests.cli.conftest import LOUD, Run
from tests.stories.story import CAMPAIGN, Story


def test_a_branch_that_orders_a_campaign_says_who_and_when(story: Story, run: Run) -> None:
    story.change(story.campaign())
    text = run("plan", status=0).stdout
    assert "Start: Sale (sale)" in text
    assert "wave 1: 3 recipients" in text
    assert "wave 2: 22 recipients" in text


def test_the_json_counts_exclusions_by_reason(story: Story, run: Run) -> None:
    story.change(story.campaign())
    story.members(25, unsubscribed=4)
    (campaign,) = json.loads(run("plan", "--format", "json", status=0).stdout)["campaigns"]
    assert (campaign["change"], campaign["recipients"], campaign["excluded"]) == (
        "start",
        21,
        {"unsubscribed": 4},
    )


def test_the_comment_speaks_the_policy_s_language_also_about_the_unusual(story: Story, run: Run) -> None:
    few = CAMPAIGN.replace("min: 1,", "min: 100,")
    loud = LOUD.replace("language: en", "language: ja")
    story.change({**story.campaign(yaml=few), "policy.yaml": loud})
    comment = run("plan", "--format", "markdown", status=0).stdout
    assert "## マージすると起こること" in comment
    assert "**要確認**: 配信先25件は想定の100~100,000件を外れています" in comment.replace("\\~", "~")


def test_a_removed_folder_is_a_stop(story: Story, run: Run) -> None:
    story.order()
    story.deliver()
    story.wait(minutes=10)
    story.deliver()
    story.change({"campaigns/sale": None})
    text = run("plan", status=0).stdout
    assert "Stop: Sale (sale)" in text
    assert "3 reached, 22 not yet" in text


def test_a_plan_between_two_revisions_needs_no_working_tree(story: Story, run: Run) -> None:
    story.change(story.campaign())
    story.git("switch", "-q", "main")
    assert "Start: Sale" in run("plan", "--head", "change", status=0).stdout


def test_without_contacts_the_plan_says_that_it_could_not_count(story: Story, run: Run) -> None:
    story.change(story.campaign())
    (story.root / "members.csv").unlink()
    text = " ".join(run("plan", status=0).stdout.split())
    assert "recipients unknown" in text
    assert "the audience could not be counted" in text


def test_an_unreadable_policy_is_refused_with_a_way_on(story: Story, run: Run) -> None:
    story.write({"policy.yaml": "language: en\n"})
    assert "`postmerge check` says why." in run("plan", status=1).stderr


def test_planning_changes_nothing(story: Story, run: Run) -> None:
    story.change(story.campaign())
    run("plan", status=0)
    assert story.git("status", "--porcelain") == ""
    assert not (story.root / ".postmerge").exists()


def test_a_new_campaign_is_compared_with_the_last_that_was_sent_or_ordered_to_the_same_people(
    story: Story, run: Run
) -> None:
    story.order("old", CAMPAIGN.replace("on_merge", "2026-12-01 10:00"))
    story.change(story.campaign("new", CAMPAIGN.replace("sale begins", "winter sale begins")))
    (old,) = [
        one
        for one in json.loads(run("plan", "--format", "json", status=0).stdout)["campaigns"]
        if one["last"]
    ]
    assert (old["id"], old["last"]["campaign"], old["last"]["recipients"]) == ("new", "old", None)
    assert "sale begins” → “" in " ".join(run("plan", status=0).stdout.split())
