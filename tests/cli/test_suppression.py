"""postmerge feedback --suppression: who bounced for good or complained gets none of the later mails."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.clock import ManualClock, SystemClock
from pipeline.ledger.entry import BatchId
from tests.cli.conftest import LOUD, Run, loud_story
from tests.feedback.reports import body
from tests.stories.story import AT_ONCE, Story

BATCH = BatchId("sale", 1, 1, 1)
LISTED = LOUD.replace(
    "{unsubscribed: unsubscribed.csv}", "{unsubscribed: unsubscribed.csv, reported: reported.csv}"
)
WRITTEN = "email,why,campaign\nm6@people.example,bounced,sale\nm9@people.example,complained,sale\n"
GONE = {"m6@people.example", "m9@people.example"}
THE_OTHERS = {f"m{number}@people.example" for number in range(1, 11)} - GONE


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Ten people have the mail, since an hour; the list has a place that git does not take up."""
    story = loud_story(tmp_path_factory.mktemp("sent") / "repository")
    story.members(10)
    ignored = (story.root / ".gitignore").read_text(encoding="utf-8")
    story.commit({".gitignore": f"{ignored}reported.csv\n"})
    story.clock.set(SystemClock().now() - timedelta(hours=1, minutes=11))
    story.order(yaml=AT_ONCE)
    story.deliver_all()
    assert len(story.mailbox()) == 10
    return story


@pytest.fixture
def story(sent: Story, tmp_path: Path) -> Story:
    """Made once, to be copied: it takes long."""
    shutil.copytree(sent.root, tmp_path / "repository")
    return Story(tmp_path / "repository", ManualClock(SystemClock().now()), green=sent.green)


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """One bounces for good, one for now, one complains after a bounce, and one is nobody's."""
    told = [
        body("Bounce", BATCH, "m6"),
        body("Bounce", BATCH, "m2", bounce="Transient"),
        body("Complaint", BATCH, "m9"),
        body("Bounce", BATCH, "m9"),
        body("Delivery", BATCH, "m4"),
        body("Bounce", BATCH, "somebody else"),
        body("Complaint", BatchId("other", 1, 1, 1), "m5"),
    ]
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join(told), encoding="utf-8")
    return file


def test_whoever_is_on_the_list_is_left_out_of_the_next_campaign(
    story: Story, run: Run, events: Path
) -> None:
    listed = story.root / "reported.csv"
    said = run("feedback", "--events", str(events), "--suppression", str(listed), status=0)
    last = "suppression list: 1 bounced for good, 1 complained"
    assert said.stdout.splitlines()[-1] == last
    assert "people.example" not in said.output
    assert listed.read_text(encoding="utf-8") == WRITTEN
    assert listed.stat().st_mode & 0o077 == 0
    assert "reported.csv" not in story.git("status", "--porcelain")

    story.commit({"policy.yaml": LISTED})
    story.order("spring", AT_ONCE)
    story.deliver_all()
    assert set(story.mailbox("spring")) == THE_OTHERS
    assert story.status("spring").excluded_before == {"suppressed": 2}


def test_whoever_complains_while_a_campaign_is_sent_gets_none_of_its_later_waves(
    story: Story, run: Run, events: Path
) -> None:
    """The list is read again when each batch is sent."""
    listed = story.root / "reported.csv"
    listed.write_text("email\n", encoding="utf-8")
    story.commit({"policy.yaml": LISTED})
    story.order("spring", AT_ONCE.replace("waves: [100%]", "waves: [40%, 100%]"))
    story.deliver()
    story.wait(minutes=10)
    story.deliver()
    assert len(story.mailbox("spring")) == 4
    run("feedback", "--events", str(events), "--suppression", str(listed), status=0)
    before = set(story.mailbox("spring"))
    story.deliver_all()
    assert not before & GONE, "or it proves nothing"
    later = set(story.mailbox("spring")) - before
    assert later == THE_OTHERS - before
    assert story.account("spring") == (10, len(before | later), 0, 10 - len(before | later), 0, 0)


def test_the_list_is_made_anew_from_what_is_kept_and_without_events_it_is_empty(
    run: Run, events: Path, tmp_path: Path
) -> None:
    none, listed = tmp_path / "none.jsonl", tmp_path / "listed.csv"
    none.write_text("", encoding="utf-8")
    words = ("feedback", "--events", str(none), "--suppression", str(listed))
    assert run(*words, status=0).stdout.splitlines() == [
        "No event has come.",
        "suppression list: 0 bounced for good, 0 complained",
    ]
    assert listed.read_text(encoding="utf-8") == "email,why,campaign\n"
    run("feedback", "--events", str(events), status=0)
    said = json.loads(run(*words, "--format", "json", status=0).stdout)
    assert said["suppression"] == {"bounced": 1, "complained": 1}
    assert listed.read_text(encoding="utf-8") == WRITTEN
    assert "1 complained" in run(*words, "--format", "markdown", status=0).stdout
    assert (
        json.loads(run("feedback", "--events", str(none), "--format", "json").stdout)["suppression"] is None
    )


def test_a_list_that_git_would_take_up_is_refused_before_anything_is_read(
    story: Story, run: Run, events: Path, tmp_path: Path
) -> None:
    refused = run(
        "feedback", "--events", str(events), "--suppression", str(story.root / "gone.csv"), status=1
    )
    assert "git would take it up" in refused.stderr
    assert ".gitignore" in refused.stderr
    assert not (story.root / "gone.csv").exists()
    (story.root / "reported.csv").write_text("email\n", encoding="utf-8")
    story.git("add", "-f", "reported.csv")
    had = run(
        "feedback", "--events", str(events), "--suppression", str(story.root / "reported.csv"), status=1
    )
    assert "git rm --cached" in had.stderr
    (tmp_path / "link.csv").symlink_to(story.root / "gone.csv")
    run("feedback", "--events", str(events), "--suppression", str(tmp_path / "link.csv"), status=1)
    assert "so far" not in run("status", status=0).stdout


def test_a_list_that_cannot_be_made_leaves_the_one_before(
    story: Story, run: Run, events: Path, tmp_path: Path
) -> None:
    listed = tmp_path / "listed.csv"
    listed.write_text("email\nold@people.example\n", encoding="utf-8")
    for piece in (story.root / ".postmerge/archive/audiences").rglob("*"):
        if piece.is_file():
            piece.unlink()
    broken = run("feedback", "--events", str(events), "--suppression", str(listed), status=3)
    assert "archive" in broken.stderr
    assert listed.read_text(encoding="utf-8") == "email\nold@people.example\n"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".postmerge-")] == []
    nowhere = tmp_path / "no" / "listed.csv"
    wrong = run("feedback", "--events", str(events), "--suppression", str(nowhere), status=2)
    assert "there is no folder" in wrong.stderr
