"""postmerge feedback, on a delivery whose sender died in the middle of a call."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.clock import ManualClock, SystemClock
from pipeline.feedback import reading
from pipeline.incident import unknown
from pipeline.ledger.entry import BatchId
from tests.cli.conftest import LOUD, Run
from tests.cloud import QUEUE, admin, cloud, make_queue, publish
from tests.feedback.reports import body
from tests.stories.story import Story

BATCH = BatchId("sale", 1, 1, 1)
LISTENING = LOUD.replace("reviews: trailers", f"reviews: trailers\n    feedback: {{sqs: {QUEUE}}}")


@pytest.fixture
def story(bed: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Story]:
    monkeypatch.setattr(reading, "PATIENCE", timedelta(0))
    shutil.copytree(bed.root, tmp_path / "repository")
    story = Story(tmp_path / "repository", ManualClock(SystemClock().now()), green=bed.green)
    story.commit({"policy.yaml": LISTENING})
    with cloud():
        yield story


def test_what_ses_reports_is_counted_and_settles_the_unknown(story: Story, run: Run) -> None:
    queue = make_queue()
    publish(
        queue,
        body("Delivery", BATCH, "m1"),
        body("Complaint", BATCH, "m1"),
        body("Rendering Failure", BATCH, "m2"),
        body("Bounce", BATCH, "m3"),
        body("Open", BATCH, "somebody else"),
        "noise",
    )
    said = run("feedback", status=0)
    assert said.stdout.splitlines() == [
        "sale: 5 events",
        "  so far 1 delivered, 1 bounced, 1 complained, 1 lost",
        "  2 who were unknown are accepted now",
        "  1 who were unknown are refused now",
        "1 set aside in the archive: 1 no JSON",
    ]
    assert "sale: 5 events kept" in said.stderr
    assert "people.example" not in said.output
    assert story.account() == (5, 2, 1, 0, 0, 2)
    assert "1 delivered, 1 bounced, 1 complained, 1 lost" in run("status", "sale", status=0).stdout
    listed = run("resolve", "sale", status=0).stdout
    assert "2 unknown → accepted, 1 unknown → refused, by postmerge" in listed
    assert "events of Amazon SES" in listed
    assert run("feedback", status=0).stdout == "No event has come.\n"
    publish(queue, body("Delivery", BATCH, "m5"), "noise")
    assert run("feedback", "--format", "markdown", status=0).stdout.splitlines()[2:] == [
        "| sale | 1 | 2 | 1 | 1 | 1 | 1 |",
        "",
        "1 set aside in the archive: 1 no JSON",
    ]


def test_what_came_too_early_is_settled_by_a_later_run_from_what_is_kept(
    story: Story, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(make_queue(), body("Send", BATCH, "m1"), body("Delivery", BATCH, "m2"))
    with monkeypatch.context() as context:
        context.setattr(unknown, "SETTLES_WITHIN", timedelta(hours=2))
        early = json.loads(run("feedback", "--format", "json", status=0).stdout)
    [sale] = early["campaigns"]
    assert (sale["events"], sale["accepted"], sale["too_young"]) == (2, 0, 2)
    assert story.account()[5] == 5
    # It may stay for a while.
    later = json.loads(run("feedback", "--for", "1s", "--format", "json", status=0).stdout)
    [sale] = later["campaigns"]
    assert (sale["events"], sale["accepted"], sale["too_young"], sale["delivered"]) == (0, 2, 0, 1)
    assert (later["target"], later["aside"]) == ("local", {})
    assert story.account() == (5, 2, 0, 0, 0, 3)


def test_a_file_of_events_is_read_in_the_place_of_the_queue(story: Story, run: Run, tmp_path: Path) -> None:
    """Also what was set aside, once the ledger knows the campaign; a target needs no queue for it."""
    story.write({"policy.yaml": LOUD})
    file = tmp_path / "collected.jsonl"
    file.write_text("\n".join([body("Delivery", BATCH, "m1"), body("Bounce", BATCH, "m2"), "noise"]))
    said = run("feedback", "--events", str(file), status=0).stdout
    assert "so far 1 delivered, 1 bounced" in said
    assert "2 who were unknown are accepted now" in said
    assert "1 set aside in the archive: 1 no JSON" in said
    assert file.exists()
    file.write_text(f"[{body('Delivery', BATCH, 'm3')}]")
    assert "so far 2 delivered, 1 bounced" in run("feedback", "--events", str(file), status=0).stdout
    file.write_bytes(b"\xff")
    run("feedback", "--events", str(file), status=3)


def test_the_plan_says_whether_events_are_read(story: Story, run: Run) -> None:
    make_queue()
    body_now = story.root / "campaigns/sale/body.txt"
    body_now.write_text("Another mail. {{ unsubscribe_url }}\n", encoding="utf-8")
    assert "reads no events" not in run("plan", status=0).stdout
    story.write({"policy.yaml": LOUD})
    assert "reads no events" in " ".join(run("plan", status=0).stdout.split())


def test_without_its_ledger_nothing_is_taken_out_of_the_queue(story: Story, run: Run) -> None:
    """The bed died before its first message, but after the mark in the archive."""
    queue = make_queue()
    publish(queue, body("Delivery", BATCH, "m1"))
    for file in (story.root / ".postmerge").glob("ledger.db*"):
        file.unlink()
    lost = run("feedback", status=3)
    assert "The archive knows a delivery of sale that the ledger does not" in lost.stderr
    waiting = admin("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert waiting["ApproximateNumberOfMessages"] == "1"


def test_what_is_missing_is_named(story: Story, run: Run) -> None:
    missing = run("feedback", status=3)
    assert f"The queue {QUEUE} does not exist in this region" in missing.stderr
    assert "--for soon" in run("feedback", "--for", "soon", status=2).stderr
    story.write({"policy.yaml": LOUD})
    none = run("feedback", status=2)
    assert "The target local reads no events" in none.stderr
    assert "feedback: {sqs: NAME}" in none.stderr
