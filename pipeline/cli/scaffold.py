"""The files of a new campaign and a new segment: small, and green from the start (pure)."""

import json
import re
from collections.abc import Sequence
from datetime import date, timedelta

from pipeline.checklist.wording.placeholder import ROOM
from pipeline.errors import UsageError
from pipeline.models.policy import Policy

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_GREETING = {"ja": "{{ recipient.%s or 'お客' }}様", "en": "Dear {{ recipient.%s or 'reader' }},"}
_NOBODY = {"ja": "お客様", "en": "Dear reader,"}
_LEAVE = {"ja": "配信停止はこちら", "en": "Unsubscribe here"}


def checked_name(name: str) -> str:
    """The name, if it can be one of a campaign or a segment. Raises UsageError."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be a name.", "Use small letters, digits and hyphens, as in 2026-12-winter-sale."
        )
    return name


def campaign(
    *, title: str, segment: str, columns: Sequence[str], policy: Policy, today: date
) -> dict[str, str]:
    """The files of a draft, by name."""
    language = policy.language
    greeting = _greeting(columns, language)
    text = (
        f"{greeting}\n\n{ROOM[language]}\n\n-- \n{{{{ organisation.name }}}}\n"
        "{{ organisation.postal_address }}\n{{ organisation.contact }}\n"
        f"{_LEAVE[language]}: {{{{ unsubscribe_url }}}}\n"
    )
    yaml = f"""# yaml-language-server: $schema=../../schema/campaign.json
state: draft                     # draft: never sent · ready: merging is the order to send · stopped
kind: marketing                  # marketing | transactional
title: {_quoted(title)}
owner: {min(policy.teams)}
language: {language}
from: {min(policy.senders)}
subject: {_quoted(title)}
body:
  text: body.txt
audience:
  segment: {segment}
  expect: {{min: 1, max: 1000}}    # delivery holds outside these bounds
schedule:
  send_at: {today + timedelta(days=7):%Y-%m-%d} 10:05
  time_zone: {policy.schedule.time_zone}
"""
    return {"campaign.yaml": yaml, "body.txt": text}


def segment(*, title: str, source: str, policy: Policy) -> str:
    """The text of a segment file."""
    known = policy.sources[source]
    columns = [name for name in (known.family_name, known.given_name) if name]
    condition = known.consent or known.email
    return f"""# yaml-language-server: $schema=../schema/segment.json
title: {_quoted(title)}
source: {source}
where: {condition} is not null
columns: [{", ".join(columns)}]
"""


def _greeting(columns: Sequence[str], language: str) -> str:
    name = next((column for column in columns if "name" in column and "kana" not in column), None)
    return _NOBODY[language] if name is None else _GREETING[language] % name


def _quoted(text: str) -> str:
    # JSON's way of quoting is valid YAML, whatever the text holds.
    return json.dumps(text, ensure_ascii=False)
