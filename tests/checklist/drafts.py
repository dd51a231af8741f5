"""A draft made from a case: real files in memory, really composed, without a process and without git."""

import base64
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Self

import yaml

from pipeline.audience.contacts import Resolution, Rows, Value
from pipeline.checklist.draft import Answer, Earlier, Fetch, NoAnswer
from pipeline.checklist.means import Means
from pipeline.checklist.report import CampaignReport
from pipeline.checklist.rule import Rule
from pipeline.checklist.run import run
from pipeline.models.recipient import Exclusion, Reason, Recipient
from pipeline.render import unsubscribe
from pipeline.render.check import Rehearsed
from pipeline.render.compose import Composer
from pipeline.render.failure import RenderFailure
from pipeline.render.message import Letterhead, Message
from pipeline.render.source import MailSource
from pipeline.render.unsubscribe import EXAMPLE_KEY
from pipeline.workspace import workspace as loading
from pipeline.workspace.tree import Entry
from pipeline.workspace.workspace import Workspace

NOW = "2026-11-20T01:00:00+00:00"
CAMPAIGN_PATH = "campaigns/sale"
POLICY: Mapping[str, Any] = {
    "organisation": {
        "name": "株式会社はなもり",
        "postal_address": "東京都千代田区花森1-2-3",
        "contact": "https://www.hanamori.example/contact",
        "unsubscribe_base": "https://u.hanamori.example",
    },
    "language": "en",
    "teams": {"mail-desk": ["suzuki", "tanaka"]},
    "senders": {"news": {"name": "はなもり通販", "address": "news@mail.hanamori.example"}},
    "links": {"allow": ["hanamori.example"]},
    "schedule": {"time_zone": "Asia/Tokyo", "quiet_hours": "21:00-08:00", "holidays": "jp"},
    "sources": {
        "members": {
            "kind": "csv",
            "path": "members.csv",
            "id": "id",
            "email": "email",
            "consent": "consent",
            "family_name": "family_name",
            "given_name": "given_name",
        }
    },
    "suppression": {"unsubscribed": "unsubscribed.csv"},
    "targets": {
        "local": {
            "transport": {"outbox": "o"},
            "ledger": {"sqlite": "l"},
            "archive": {"folder": "a"},
            "reviews": "trailers",
        }
    },
}
CAMPAIGN: Mapping[str, Any] = {
    "state": "ready",
    "kind": "marketing",
    "title": "冬のセール",
    "owner": "mail-desk",
    "language": "ja",
    "from": "news",
    "reply_to": "support@hanamori.example",
    "subject": "冬のセールのお知らせ",
    "body": {"html": "body.html", "text": "body.txt"},
    "audience": {"segment": "members", "expect": {"min": "1", "max": "10"}},
    "schedule": {"send_at": "2026-12-01 10:20"},
}
SEGMENT: Mapping[str, Any] = {
    "title": "会員",
    "source": "members",
    "columns": ["family_name", "given_name"],
}
FOOTER_TEXT = (
    "配信の停止をご希望の方は、下記よりお手続きください。\n{{ unsubscribe_url }}\n\n"
    "送信者：{{ organisation.name }}\n{{ organisation.postal_address }}\n"
    "お問い合わせ・苦情の受付窓口\n{{ organisation.contact }}\n"
)
FOOTER_HTML = (
    '<p>配信の停止は<a href="{{ unsubscribe_url }}">こちらの手続き</a>からお願いします。</p>\n'
    "<p>送信者：{{ organisation.name }}<br>{{ organisation.postal_address }}<br>\n"
    '<a href="{{ organisation.contact }}">お問い合わせ・苦情の受付窓口</a></p>\n'
)
SOUND_TEXT = "いつもご利用いただき、ありがとうございます。\n\n"
SOUND_HTML = "<p>いつもご利用いただき、ありがとうございます。</p>\n"
PAGE = '<html lang="{language}"><head><title>はなもり</title></head><body>\n{body}</body></html>\n'
#: What `sound_…` alone does not say: everything that is not a key of campaign.yaml.
OWN_KEYS = frozenset({
    "name", "html", "text", "raw_html", "raw_text", "files", "shared", "policy", "segment", "rows",
    "excluded", "record", "others", "answers", "now", "at_delivery", "path", "line", "column", "under",
    "says", "places", "severity", "tested",
})  # fmt: skip


class MemoryTree:
    """Files in memory, as git would see them."""

    label = "case"

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = dict(sorted(files.items()))
        self.entries = {
            path: Entry("100644", hashlib.sha1(data, usedforsecurity=False).hexdigest())
            for path, data in self._files.items()
        }

    def read(self, path: str) -> bytes:
        return self._files[path]


class MemoryResolution:
    """Rows of a case as a resolved audience."""

    def __init__(self, rows: Sequence[Mapping[str, str]], columns: Sequence[str], excluded: int) -> None:
        self._rows = rows
        self._columns = tuple(columns)
        self.recipients = len(rows)
        self.excluded = {Reason.UNSUBSCRIBED: excluded} if excluded else {}

    def columns(self) -> tuple[str, ...]:
        return self._columns

    def columnar(self, *columns: str, otherwise: str = "") -> Iterator[Rows]:
        if self._rows:
            fields = {column: [row.get(column, otherwise) for row in self._rows] for column in columns}
            yield Rows(
                [str(row.get("id", number)) for number, row in enumerate(self._rows, 1)],
                [row.get("email", f"m{number}@people.example") for number, row in enumerate(self._rows, 1)],
                fields,
            )

    def consents(self) -> Iterator[Value]:
        return self.values("consent", "2026-04-01 10:00:00")

    def values(self, column: str, otherwise: str = "", *, digits_alike: bool = False) -> Iterator[Value]:
        alike = str.maketrans("2345689", "1111177") if digits_alike else {}
        found: dict[str, list[str]] = {}
        for rows in self.columnar(column, otherwise=otherwise):
            for id_, text in zip(rows.ids, rows.fields[column], strict=True):
                found.setdefault(text.translate(alike), []).append(id_)
        for text, ids in sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0])):
            yield Value(text, len(ids), lambda value: tuple(sorted(found[value])[:5]))

    def rows(self) -> Iterator[Sequence[Recipient]]:
        raise AssertionError("rules read columns")

    def exclusions(self) -> Iterator[Sequence[Exclusion]]:
        raise AssertionError("rules read counts")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class MemoryContacts:
    """Contacts of which only the columns are known, and the audiences of the case."""

    def __init__(self, audiences: Mapping[str, Resolution], columns: Sequence[str]) -> None:
        self._audiences = audiences
        self._columns = columns

    def columns(self, _source: object) -> Mapping[str, str]:
        return dict.fromkeys(
            ("id", "email", "consent", "family_name", "given_name", *self._columns), "VARCHAR"
        )

    def resolve(self, rule: Any, _already: object = ()) -> Resolution:
        return self._audiences[rule.order_key]

    def fingerprint(self, _rule: object) -> str:
        raise AssertionError("rules ask nothing of files")

    def standing(self, _rule: object) -> Any:
        raise AssertionError("rules ask nothing of batches")


@dataclass
class Case:
    """An example of a rule: what differs from a sound mail, and what is expected of a bad one."""

    given: Mapping[str, Any] = field(default_factory=dict)

    def report(self, *rules: Rule) -> CampaignReport:
        """What the rules say about it."""
        workspace = self.workspace()
        return run(workspace, ["sale"], self._means(workspace), rules=rules).campaigns[0]

    def workspace(self) -> Workspace:
        """The files of the case, read as ever."""
        return loading.load(MemoryTree(self.files()))

    def files(self) -> dict[str, bytes]:
        """By path."""
        given = self.given
        campaign = {**CAMPAIGN, **{key: value for key, value in given.items() if key not in OWN_KEYS}}
        campaign = {key: value for key, value in campaign.items() if value is not None}
        attached = {name: text_or_bytes(text) for name, text in given.get("files", {}).items()}
        if "attachments" in campaign:
            campaign["attachments"] = [
                {"sha256": _sha256(attached.get(each["file"], b"")), **each}
                for each in campaign["attachments"]
            ]
        made = {
            "policy.yaml": _dumped(_merged(POLICY, given.get("policy", {}))),
            "segments/members.yaml": _dumped({**SEGMENT, **given.get("segment", {})}),
            f"{CAMPAIGN_PATH}/campaign.yaml": _dumped(campaign),
            f"{CAMPAIGN_PATH}/body.txt": self._text(),
            f"{CAMPAIGN_PATH}/body.html": self._html(str(campaign["language"])),
            **{f"{CAMPAIGN_PATH}/{name}": text for name, text in attached.items()},
            **{f"campaigns/_shared/{name}": text for name, text in given.get("shared", {}).items()},
        }
        own = {path: text for path, text in made.items() if path.startswith(f"{CAMPAIGN_PATH}/")}
        for name, other in given.get("others", {}).items():
            values = {key: value for key, value in other.items() if key not in {"rows", "copied"}}
            if other.get("copied"):
                made |= {path.replace(CAMPAIGN_PATH, f"campaigns/{name}"): text for path, text in own.items()}
                made[f"campaigns/{name}/campaign.yaml"] = _dumped({**campaign, **values})
                continue
            if "audience" not in values:
                # People of its own: two campaigns with one segment have the same.
                values["audience"] = {**CAMPAIGN["audience"], "segment": name}
                made[f"segments/{name}.yaml"] = _dumped({**SEGMENT, **given.get("segment", {})})
            made[f"campaigns/{name}/campaign.yaml"] = _dumped({**CAMPAIGN, **values})
            made[f"campaigns/{name}/body.txt"] = made[f"campaigns/{name}/body.html"] = "x\n"
        return {path: text if isinstance(text, bytes) else text.encode() for path, text in made.items()}

    def _text(self) -> str:
        if "raw_text" in self.given:
            return str(self.given["raw_text"])
        return f"{self.given.get('text', SOUND_TEXT)}\n{FOOTER_TEXT}"

    def _html(self, language: str) -> str:
        if "raw_html" in self.given:
            return str(self.given["raw_html"])
        body = f"{self.given.get('html', SOUND_HTML)}\n{FOOTER_HTML}"
        return PAGE.format(language=language, body=body)

    def _means(self, workspace: Workspace) -> Means:
        given, now = self.given, datetime.fromisoformat(self.given.get("now", NOW))
        columns = {**SEGMENT, **given.get("segment", {})}["columns"]
        audiences: dict[str, Resolution] = {
            name: MemoryResolution(other.get("rows", []), columns, 0)
            for name, other in given.get("others", {}).items()
        }
        sound = [{"family_name": "鈴木", "given_name": "花子"}]
        audiences["sale"] = MemoryResolution(given.get("rows", sound), columns, given.get("excluded", 0))
        earlier = tuple(_earlier(each) for each in given.get("record", ()))
        tested = frozenset({workspace.digest("sale")} if given.get("tested") else ())
        return Means(
            now=now,
            contacts=MemoryContacts(audiences, columns),
            history=lambda: earlier,
            tested=lambda _campaign, digest: digest in tested,
            fetch=_fetch(given["answers"]) if "answers" in given else None,
            at_delivery=bool(given.get("at_delivery")),
            rehearsals=lambda: nullcontext(compose_here),
        )


def text_or_bytes(written: Any) -> str | bytes:
    """A file of a case: text, `{base64: …}`, `{times, of}`, or `{zip: {name: text}}`."""
    if not isinstance(written, dict):
        return str(written)
    if "base64" in written:
        return base64.b64decode(written["base64"])
    if "times" in written:
        return str(written["of"]) * int(written["times"])
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in written["zip"].items():
            archive.writestr(zipfile.ZipInfo(name), text_or_bytes(text))
    return made.getvalue()


def _sha256(data: str | bytes) -> str:
    return hashlib.sha256(data if isinstance(data, bytes) else data.encode()).hexdigest()


def compose_here(source: MailSource, people: Sequence[Recipient]) -> Rehearsed:
    """What the child process does, in this one, and for these people alone."""
    composer = Composer(source, longest=5_000_000)
    return Rehearsed(tuple(people), tuple(_message(source, composer, person) for person in people))


def _message(source: MailSource, composer: Composer, person: Recipient) -> Message | RenderFailure:
    link = unsubscribe.link(source.unsubscribe_base, source.campaign, person.id, EXAMPLE_KEY)
    made = composer.compose(person, link)
    if isinstance(made, RenderFailure):
        return made
    return Message(
        Letterhead(source.sender, source.reply_to, source.attachments),
        to=made.address,
        recipient_id=made.recipient_id,
        seal=made.seal,
        said=made.said,
        headers=unsubscribe.headers(link),
    )


def _earlier(given: Mapping[str, Any]) -> Earlier:
    return Earlier(
        campaign=given["campaign"],
        segment=given.get("segment", "members"),
        at=datetime.fromisoformat(given.get("at", "2026-11-01T01:00:00+00:00")),
        recipients=int(given.get("recipients", len(given.get("reached", ())))),
        reached=lambda: frozenset(given.get("reached", ())),
    )


def _fetch(answers: Mapping[str, Any]) -> Fetch:
    """`url: 200`, `url: {status, title, url}`, or a sentence for what nobody answers."""

    def fetch(urls: Sequence[str]) -> list[Answer | NoAnswer]:
        return [said(url) for url in urls]

    def said(url: str) -> Answer | NoAnswer:
        answer = answers.get(url, f"nobody in this case has {url}")
        if isinstance(answer, int):
            return Answer(url, answer)
        if isinstance(answer, str):
            return NoAnswer(answer, "応答がありません")
        return Answer(answer.get("url", url), answer.get("status", 200), answer.get("title", ""))

    return fetch


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merged(merged[key], value) if both else value
    return {key: value for key, value in merged.items() if value is not None}


def _dumped(data: Mapping[str, Any]) -> str:
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return str(yaml.dump(data, Dumper=dumper, allow_unicode=True, sort_keys=False, width=10_000))


class _Plain(yaml.SafeLoader):
    """As our own reader: `10:20`, `off` and dates are text; only whole numbers, true and false are not."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 as the base class has it


_Plain.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[0-9]+$"), list("0123456789"))
_Plain.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Plain.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])


@cache
def loaded(path: Path) -> Any:
    """The YAML of a file of cases."""
    return yaml.load(path.read_text("utf-8"), _Plain)  # noqa: S506 a safe loader
