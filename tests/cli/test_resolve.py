"""postmerge resolve, on a delivery whose sender died in the middle of a call."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.clock import ManualClock, SystemClock
from pipeline.incident import unknown
from pipeline.render.message import recipient_tag
from tests.cli.conftest import Run
from tests.stories.story import Story

_SURE = ("--reason", "looked into the outbox", "--by", "sato")


@pytest.fixture
def story(bed: Story, tmp_path: Path) -> Story:
    shutil.copytree(bed.root, tmp_path / "repository")
    return Story(tmp_path / "repository", ManualClock(SystemClock().now()), green=bed.green)


def _event(kind: str, person: str) -> str:
    tags = {"campaign": "sale", "revision": "1", "wave": "1", "batch": "1-1"}
    named = {name: [value] for name, value in {**tags, "recipient": recipient_tag("sale", person)}.items()}
    return json.dumps({"eventType": kind, "mail": {"tags": named}})


def test_the_unknown_are_listed_with_why_and_without_anybodys_name(story: Story, run: Run) -> None:
    listed = " ".join(run("resolve", "sale", status=0).stdout.split())
    assert "sale: 5 unknown in 1 batch" in listed
    assert "1/1: 5 since" in listed
    assert "its sender left no outcome" in listed
    assert "people.example" not in listed
    assert story.account()[5] == 5


def test_a_person_says_that_they_have_it(story: Story, run: Run) -> None:
    said = run("resolve", "sale", "--sent", "--all", *_SURE, status=0).stdout
    assert "5 are accepted now." in said
    assert "5 unknown → accepted, by sato" in said
    assert "looked into the outbox" in " ".join(said.split())
    assert story.account() == (5, 5, 0, 0, 0, 0)
    assert story.state() == "complete"


def test_whoever_does_not_have_it_gets_it_only_when_that_is_ordered(story: Story, run: Run) -> None:
    run("resolve", "sale", "--not-sent", "--recipient", "m1", *_SURE, status=0)
    story.deliver_all()
    assert story.mailbox() == {}
    assert story.account() == (5, 0, 1, 0, 0, 4)
    assert story.status().account.reasons == {"resolved as not sent": 1}
    tag = recipient_tag("sale", "m2")
    said = run("resolve", "sale", "--not-sent", "--send-again", "--recipient", tag, *_SURE, status=0).stdout
    assert "1 are held now, for a second try." in said
    assert story.account() == (5, 0, 1, 0, 1, 3)
    story.deliver_all()
    assert story.mailbox() == {"m2@people.example": 1}, (story.status(), story.told)
    assert story.account() == (5, 1, 1, 0, 0, 3)


def test_a_second_try_passes_every_brake_and_every_list(story: Story, run: Run) -> None:
    run("resolve", "sale", "--not-sent", "--send-again", "--batch", "1/1", *_SURE, status=0)
    story.halt()
    story.deliver_all()
    assert story.mailbox() == {}
    story.release()
    story.members(5, unsubscribed=2)
    story.deliver_all()
    assert sorted(story.mailbox()) == ["m3@people.example", "m4@people.example", "m5@people.example"]
    assert story.account() == (5, 3, 0, 2, 0, 0)


def test_no_second_try_of_a_mail_that_main_no_longer_says(story: Story, run: Run) -> None:
    story.change({"campaigns/sale/body.txt": "Another mail. {{ unsubscribe_url }}\n"})
    story.merge()
    refused = run("resolve", "sale", "--not-sent", "--send-again", "--all", *_SURE, status=1)
    assert "no longer says what those people were to get" in refused.stderr
    assert story.account()[5] == 5
    run("resolve", "sale", "--not-sent", "--all", *_SURE, status=0)


def test_a_batch_that_may_still_be_leaving_is_left_alone(
    story: Story, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unknown, "SETTLES_WITHIN", timedelta(hours=2))
    assert "its sender may still be at work" in " ".join(run("resolve", "sale", status=0).stdout.split())
    left = run("resolve", "sale", "--not-sent", "--send-again", "--all", *_SURE, status=1)
    assert "5 were left alone: their sender may still be at work" in " ".join(left.stdout.split())
    assert story.account() == (5, 0, 0, 0, 0, 5)


def test_programs_read_what_is_unknown_and_what_was_said(run: Run) -> None:
    run("resolve", "sale", "--sent", "--recipient", "m4", *_SURE, status=0)
    data = json.loads(run("resolve", "sale", "--format", "json", status=0).stdout)
    [left], [said] = data["unknown"], data["resolutions"]
    named = {"revision": 1, "wave": 1, "batch": 1, "attempt": 1}
    assert (data["campaign"], left["recipients"], left["settled_at"]) == ("sale", 4, None)
    assert left.items() >= named.items()
    assert said.items() >= {**named, "by": "sato", "accepted": 1, "refused": 0, "held": 0}.items()


def test_events_settle_what_they_prove_and_nothing_else(story: Story, run: Run, tmp_path: Path) -> None:
    lines = [_event("Delivery", "m1"), _event("Rendering Failure", "m2"), _event("Reject", "m3"), "noise"]
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join([*lines, _event("Open", "somebody else")]))
    result = run("resolve", "sale", "--events", str(file), status=0)
    assert "1 are accepted now." in result.stdout
    assert "2 are refused now." in result.stdout
    assert "1 of 5 lines are no event of ours." in result.stderr
    assert story.account() == (5, 1, 2, 0, 0, 2)
    assert story.status().account.reasons == {"rendering": 1, "ses: Reject": 1}
    assert "events in events.jsonl" in run("resolve", "sale", status=0).stdout
    assert "Nobody unknown" in run("resolve", "sale", "--events", str(file), status=1).stdout


@pytest.mark.parametrize(
    "words",
    [
        ("--sent",),
        ("--all",),
        ("--sent", "--not-sent", "--all"),
        ("--sent", "--send-again", "--all"),
        ("--sent", "--all", "--batch", "1/1"),
        ("--sent", "--batch", "first"),
        ("--sent", "--all", "--events", "policy.yaml"),
    ],
)
def test_an_unclear_word_resolves_nothing(story: Story, run: Run, words: tuple[str, ...]) -> None:
    words = tuple(str(story.root / word) if word == "policy.yaml" else word for word in words)
    run("resolve", "sale", *words, *_SURE, status=2)
    assert story.account()[5] == 5


def test_a_word_needs_a_reason_and_a_campaign_that_is_known(story: Story, run: Run) -> None:
    assert "A reason is needed" in run("resolve", "sale", "--sent", "--all", status=1).stderr
    assert "no campaign sael" in run("resolve", "sael", status=2).stderr
    file = story.root / "policy.yaml"
    assert "holds no event" in run("resolve", "sale", "--events", str(file), status=1).stderr
    assert story.account()[5] == 5
