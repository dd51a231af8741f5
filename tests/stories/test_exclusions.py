"""Who must not get it is judged when the batch is sent, not only when the plan was made (law 5)."""

import sys
from collections.abc import Callable
from email import message_from_bytes, policy

import pytest

from tests.stories.meddling import Meddle
from tests.stories.story import BODY, CAMPAIGN, POLICY, SEGMENT, Story

Change = Callable[[Story, str], None]


@pytest.fixture
def soaking(story: Story) -> Story:
    """The first wave of three has left."""
    story.begin()
    story.deliver()
    return story


def next_one(story: Story) -> str:
    """Somebody who has not got it: the number of m<number>."""
    reached = set(story.mailbox())
    return next(str(n) for n in range(1, 26) if f"m{n}@people.example" not in reached)


def edit_row(story: Story, number: str, edit: Callable[[str], str | None]) -> None:
    """Change one row of the contacts, or take it away."""
    path = story.root / "members.csv"
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        changed = edit(line) if line.startswith(f"m{number},") else line
        lines += [] if changed is None else [changed]
    story.write({"members.csv": "\n".join(lines) + "\n"})


def unsubscribes(story: Story, number: str) -> None:
    """In another spelling, as lists have it."""
    story.write({"unsubscribed.csv": f"email\n M{number}@People.Example \n"})


def withdraws(story: Story, number: str) -> None:
    """The consent column is empty now."""
    edit_row(story, number, lambda line: line.replace("2026-01-01", ""))


def is_gone(story: Story, number: str) -> None:
    """The row was deleted."""
    edit_row(story, number, lambda _line: None)


def moves(story: Story, number: str) -> None:
    """Another address."""
    edit_row(story, number, lambda line: line.replace("@people", "@elsewhere"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (unsubscribes, "unsubscribed"),
        (withdraws, "no-consent"),
        (is_gone, "gone"),
        (moves, "address-changed"),
    ],
)
def test_whoever_changes_between_two_waves_gets_nothing_and_is_accounted_for(
    soaking: Story, change: Change, reason: str
) -> None:
    number = next_one(soaking)
    change(soaking, number)
    soaking.deliver_all()
    assert soaking.account() == (25, 24, 0, 1, 0, 0)
    assert not any(address.startswith(f"m{number}@") for address in soaking.mailbox())
    assert soaking.status().account.reasons[reason] == 1
    assert soaking.state() == "complete"


def test_whoever_unsubscribes_between_two_batches_gets_nothing(story: Story) -> None:
    story.begin(yaml=CAMPAIGN.replace("[10%, 100%]", "[80%, 100%]"))
    everybody = "email\n" + "".join(f"m{n}@people.example\n" for n in range(1, 26))
    story.deliver(Meddle("settled", lambda: story.write({"unsubscribed.csv": everybody})))
    assert len(story.mailbox()) == 10
    story.deliver_all()
    assert story.account() == (25, 10, 0, 15, 0, 0)


@pytest.mark.slow
@pytest.mark.parametrize("trouble", ["missing", "empty", "no-column", "binary"])
def test_while_the_list_of_the_unsubscribed_cannot_be_read_nothing_is_sent(
    soaking: Story, trouble: str
) -> None:
    path = soaking.root / "unsubscribed.csv"
    contents = {"empty": b"", "no-column": b"name\nx\n", "binary": b"\0\1\2\xff"}
    path.unlink() if trouble == "missing" else path.write_bytes(contents[trouble])
    soaking.wait(minutes=30)
    done = soaking.deliver()
    assert done.troubles
    assert len(soaking.mailbox()) == 3
    soaking.members(25)
    soaking.deliver_all()
    assert soaking.account() == (25, 25, 0, 0, 0, 0)


def test_while_the_contacts_cannot_be_read_nothing_is_sent(soaking: Story) -> None:
    turns = sys.getswitchinterval()
    (soaking.root / "members.csv").unlink()
    soaking.wait(minutes=30)
    assert soaking.deliver().troubles
    assert len(soaking.mailbox()) == 3
    assert sys.getswitchinterval() == turns, "what is set for a wave does not outlive it"


def test_whoever_is_on_a_second_list_gets_nothing(story: Story) -> None:
    lists = "{unsubscribed: unsubscribed.csv, bounced: bounced.csv}"
    story.write({"bounced.csv": "email\nm1@people.example\n"})
    story.commit({"policy.yaml": POLICY.replace("{unsubscribed: unsubscribed.csv}", lists)})
    story.begin()
    story.deliver_all()
    assert "m1@people.example" not in story.mailbox()
    assert story.status().excluded_before == {"suppressed": 1}
    assert story.account() == (24, 24, 0, 0, 0, 0)


def test_whoever_comes_into_an_excluded_segment_meanwhile_gets_nothing(story: Story) -> None:
    angry = "title: Angry\nsource: members\nwhere: name = 'Angry'\ncolumns: []\n"
    story.commit({"segments/angry.yaml": angry, "segments/everybody.yaml": SEGMENT + "exclude: [angry]\n"})
    story.begin()
    story.deliver()
    number = next_one(story)
    edit_row(story, number, lambda line: line.replace(f"Person {number}", "Angry"))
    story.deliver_all()
    assert story.account() == (25, 24, 0, 1, 0, 0)
    assert f"m{number}@people.example" not in story.mailbox()


def test_those_excluded_before_the_start_are_not_planned(story: Story) -> None:
    story.members(25, unsubscribed=4)
    story.begin()
    story.deliver_all()
    assert story.account() == (21, 21, 0, 0, 0, 0)
    assert story.status().excluded_before == {"unsubscribed": 4}


def test_a_service_notice_reaches_those_without_consent_but_nobody_who_unsubscribed(story: Story) -> None:
    story.members(25, unsubscribed=1)
    edit_row(story, "2", lambda line: line.replace("2026-01-01", ""))
    yaml = CAMPAIGN.replace("kind: marketing", "kind: transactional")
    story.begin(yaml=yaml, body=BODY)
    story.deliver_all()
    assert "m2@people.example" in story.mailbox()
    assert "m1@people.example" not in story.mailbox()


def test_one_message_has_one_address_and_one_name_of_the_same_row(story: Story) -> None:
    story.begin()
    story.deliver_all()
    for path in (story.root / ".postmerge/outbox/sale").glob("[1-9]*.eml"):
        headers = path.read_text(encoding="utf-8").partition("\n\n")[0]
        mail = message_from_bytes(path.read_bytes(), policy=policy.default).get_content()
        number = headers.split("To: m", 1)[1].partition("@")[0]
        assert f"Dear Person {number}," in mail
        assert "\nCc:" not in headers
        assert "\nBcc:" not in headers
