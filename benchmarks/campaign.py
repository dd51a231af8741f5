"""A repository with a campaign for many people: a mail of 20 kB with eight merge fields."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import duckdb

from pipeline import wiring
from pipeline.clock import ManualClock, SystemClock
from pipeline.delivery.dispatch import deliver
from pipeline.delivery.world import World
from pipeline.render.of_campaign import mail_source
from pipeline.render.source import MailSource
from pipeline.workspace import workspace as loading
from pipeline.workspace.git import Repository
from tests.ses_double import Double
from tests.stories.story import Story

CAMPAIGN: Final = "sale"
FIELDS: Final = tuple(f"field_{n}" for n in range(8))
_POLICY: Final = """\
organisation:
  name: 株式会社はなもり
  postal_address: 東京都千代田区1-1
  contact: https://www.hanamori.example/contact
  unsubscribe_base: https://u.hanamori.example/o
language: en
teams: {mail-desk: [suzuki, tanaka], operators: [sato]}
senders: {news: {name: はなもり通販, address: news@mail.hanamori.example, configuration_set: campaigns}}
links: {allow: [hanamori.example], shorteners: refuse}
schedule: {time_zone: Asia/Tokyo, undo_window: 0s, latest_start: 6h, rate: 1000000/s}
test_send: {allow: [staff.hanamori.example]}
sources: {members: {kind: parquet, path: members.parquet, id: id, email: email, consent: consent}}
suppression: {unsubscribed: unsubscribed.csv}
targets:
  local:
    transport: {ses: {region: ap-northeast-1}}
    ledger: {sqlite: .postmerge/ledger.db}
    archive: {folder: .postmerge/archive}
    reviews: trailers
    remote: origin
"""
_SEGMENT: Final = f"title: Everybody\nsource: members\ncolumns: [{', '.join(FIELDS)}]\n"
_YAML: Final = """\
state: ready
kind: marketing
title: Sale
owner: mail-desk
language: ja
from: news
subject: "{{{{ recipient.field_0 }}}}様 冬のセール"
preheader: 最大30%オフ
body: {{html: body.html, text: body.txt}}
audience: {{segment: everybody, expect: {{min: 1, max: 2000000}}}}
schedule: {{send_at: on_merge}}
rollout: {{waves: [{waves}], soak: 30m}}
tracking: {{utm: {{source: newsletter, medium: email, campaign: sale}}}}
"""
_PEOPLE: Final = """
COPY (SELECT 'm' || i AS id, 'person.' || i || '@mail' || (i % 7) || '.example' AS email,
  '2026-01-01' AS consent, {fields} FROM range({people}) t(i)) TO '{folder}/members.parquet' (FORMAT parquet)
"""


def page() -> str:
    """About 20 kB with eight values."""
    paragraph = (
        "<p style='margin:0'>いつもご利用いただき、ありがとうございます。Winter sale &amp; more.</p>\n"
    )
    values = "".join(f"<td>{{{{ recipient.{name} }}}}</td>" for name in FIELDS)
    return (
        '<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8"><title>冬のセール</title>'
        "<style>p { color: #333 } @media (max-width: 600px) { p { color: #000 } }</style></head>"
        f"<body>{paragraph * 100}<table><tr>{values}</tr></table>{paragraph * 40}"
        '<a href="https://www.hanamori.example/winter">冬のセールを見る</a> '
        '<a href="{{ unsubscribe_url }}">配信停止</a>'
        "<p>株式会社はなもり 東京都千代田区1-1 https://www.hanamori.example/contact</p></body></html>"
    )


def text() -> str:
    """About 2 kB with the same values."""
    return (
        "いつもありがとうございます。\n" * 38
        + "".join(f"{{{{ recipient.{name} }}}}\n" for name in FIELDS)
        + "配信停止 {{ unsubscribe_url }}\n株式会社はなもり 東京都千代田区1-1 https://www.hanamori.example/contact\n"
    )


@dataclass
class AheadClock:
    """The machine's clock, some time ahead: a soak of half an hour is over at once."""

    by: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        """See the port; the same for `sleep`."""
        return datetime.now(UTC) + self.by

    def sleep(self, duration: timedelta) -> None:
        """Wait in real time."""
        if duration > timedelta(0):
            SystemClock().sleep(duration)

    def wake(self) -> None:
        """Nothing sleeps long."""


def write(folder: Path, *, people: int, shares: str) -> Story:
    """The repository, merged and approved. What it sends to comes from the environment."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["POSTMERGE_UNSUBSCRIBE_KEY"] = "k" * 40
    story = Story(folder, clock=ManualClock(datetime.now(UTC)))
    story.git("init", "-q", "-b", "main")
    fields = ", ".join(f"'鈴木' || i || '-{name}' AS {name}" for name in FIELDS)
    with duckdb.connect() as connection:
        connection.execute(_PEOPLE.format(people=people, folder=folder, fields=fields))
    story.write({"unsubscribed.csv": "email\nnobody@people.example\n"})
    story.write({".gitignore": ".postmerge/\nmembers.parquet\nunsubscribed.csv\n"})
    story.write({"policy.yaml": _POLICY, "segments/everybody.yaml": _SEGMENT})
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "Set up")
    own = f"campaigns/{CAMPAIGN}/"
    story.change(
        {
            f"{own}campaign.yaml": _YAML.format(waves=shares),
            f"{own}body.html": page(),
            f"{own}body.txt": text(),
        }
    )
    # as with GitHub: the sender works in a clone, and a remote says what main is
    remote = folder / ".postmerge/remote.git"
    story.git("clone", "-q", "--bare", ".", str(remote))
    story.git("remote", "add", "origin", str(remote))
    story.test_send(CAMPAIGN)
    story.merge()
    story.git("push", "-q", "origin", "main")
    return story


@contextmanager
def ordered(folder: Path, double: Double, *, people: int, waves: int) -> Iterator[World]:
    """A delivery of which the first hundredth is out; the others are `waves` waves of one size."""
    shares = ", ".join(["1%", *(f"{1 + 99 * (n + 1) / waves:.4f}%" for n in range(waves))])
    write(folder, people=people, shares=shares)
    double.reset(keep="counts")  # the test sends
    clock = AheadClock()
    with wiring.open_world(folder, wiring.Calling(clock=clock)) as world:
        for _ in range(2):
            done = deliver(world)
            assert not done.troubles, done.troubles
        assert world.ledger.account(CAMPAIGN).accepted, "the first wave is out"
        yield world


def source_of(folder: Path) -> MailSource:
    """The mail as the working tree has it."""
    with Repository.open(folder) as repository:
        return mail_source(loading.load(repository.working_tree()), CAMPAIGN)
