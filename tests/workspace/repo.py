"""A real repository in a temporary folder, with a small and correct set of campaigns."""

import hashlib
import os
import subprocess
from pathlib import Path

PDF = b"%PDF-1.7 size guide"

POLICY = """\
organisation: {name: 株式会社はなもり, postal_address: 〒100-0001 東京都千代田区千代田1-1, contact: https://www.hanamori.example/contact, unsubscribe_base: https://u.hanamori.example}
language: ja
teams: {mail-desk: [suzuki, tanaka], operators: [sato]}
senders:
  news: {name: はなもり通販, address: news@mail.hanamori.example, configuration_set: campaigns}
links: {allow: [hanamori.example], shorteners: refuse}
schedule: {time_zone: Asia/Tokyo, quiet_hours: 21:00-08:00, holidays: jp, undo_window: 10m, latest_start: 6h}
audience: {frequency_cap: {messages: 2, per: 7d}, growth_max: 150%, overlap_max: 20%}
approvals: {required: 1, above: [{recipients: 10000, required: 2}], test_send: required}
gates: {bounce: 5%, complaint: 0.1%, rendering_failure: 0%, sample_min: 200, silence: 15m}
checklist: {severity: {display/on-the-hour: off}, terms: terms.yaml, confirm: [content-is-true, audience-is-right]}
sources:
  members: {kind: csv, path: segments/contacts/members.csv, id: member_id, email: email, consent: marketing_consent_at, family_name: family_name, given_name: given_name}
suppression: {unsubscribed: segments/contacts/unsubscribed.csv}
targets:
  local:      {transport: {outbox: .postmerge/outbox}, ledger: {sqlite: .postmerge/ledger.db}, archive: {folder: .postmerge/archive}, reviews: trailers}
  production: {transport: {ses: {region: ap-northeast-1}}, ledger: {dynamodb: postmerge-ledger}, archive: {s3: postmerge-archive}, feedback: {sqs: postmerge-events}, reviews: {github: hanamori/campaigns}}
"""  # noqa: E501 the customer's example, as it is written

SEGMENT = """\
title: 東京都の会員、購入12か月以内
source: members
where: prefecture = '東京都' and last_order_on >= date '2025-12-01' and not is_staff
columns: [family_name, given_name, family_name_kana, points]
exclude: [recent-complainers]
"""

CAMPAIGN = """\
# yaml-language-server: $schema=../../schema/campaign.json
state: ready
kind: marketing
title: 冬のセール 2026            # for people
owner: mail-desk
language: ja
from: news
reply_to: support@hanamori.example
subject: "{{ recipient.family_name }}様 冬のセールは12月1日(火)から"
preheader: 会員の皆さまへ、最大30%オフのお知らせです
body:
  html: body.mjml
  text: body.txt
attachments:
  - file: files/size-guide.pdf
    sha256: SHA256
audience:
  segment: tokyo-active
  expect: {min: 500, max: 5000}
schedule:
  send_at: 2026-12-01 10:00
  time_zone: Asia/Tokyo
  latest_start: 4h
rollout:
  waves: [1%, 10%, 100%]
  soak: 30m
tracking: {opens: true, clicks: true, utm: {source: newsletter, medium: email, campaign: winter-sale}}
facts:
  dates: {sale_starts: 2026-12-01, sale_ends: 2026-12-14}
  amounts: {discount: 30%, free_shipping_from: 5,000円}
  links: {landing_page: https://www.hanamori.example/winter}
  past_dates: [2026-11-01]
waivers:
  - {rule: wording/long-kanji, reason: 正式名称のため, until: 2026-12-31, by: suzuki}
""".replace("SHA256", hashlib.sha256(PDF).hexdigest())

SALE = "campaigns/2026-12-winter-sale"
FILES = {
    "policy.yaml": POLICY,
    "segments/tokyo-active.yaml": SEGMENT,
    "segments/recent-complainers.yaml": "title: 最近の苦情\nsource: members\nwhere: complained\n",
    f"{SALE}/campaign.yaml": CAMPAIGN,
    f"{SALE}/body.mjml": "<mjml>{% include '_shared/head.mjml' %}</mjml>\n",
    f"{SALE}/body.txt": "{{ recipient.family_name }}様\n{% include 'foot.txt' %}\n",
    "campaigns/_shared/head.mjml": "<mj-head>{% import '_shared/macros.txt' as macros %}</mj-head>\n",
    "campaigns/_shared/macros.txt": "{% macro hello() %}こんにちは{% endmacro %}\n",
    "campaigns/_shared/foot.txt": "{{ organisation.name }}\n",
    "campaigns/_shared/unused.txt": "nobody reads this\n",
}


class Repo:
    """Files are written, git does the rest."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "--template=", "-b", "main")

    def git(self, *words: str, moment: str = "2026-11-01T09:00:00+09:00") -> str:
        known = {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "鈴木",
            "GIT_AUTHOR_EMAIL": "suzuki@hanamori.example",
            "GIT_COMMITTER_NAME": "Tanaka",
            "GIT_COMMITTER_EMAIL": "tanaka@hanamori.example",
            "GIT_AUTHOR_DATE": moment,
            "GIT_COMMITTER_DATE": moment,
        }
        done = subprocess.run(
            ["git", *words],
            cwd=self.root,
            env=os.environ | known,
            check=True,
            capture_output=True,
            encoding="utf-8",
        )
        return done.stdout.strip()

    def write(self, path: str, content: str | bytes) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    def change(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {path}"
        self.write(path, text.replace(old, new))

    def fill(self) -> None:
        for path, content in FILES.items():
            self.write(path, content)
        self.write(f"{SALE}/files/size-guide.pdf", PDF)

    def commit(self, message: str = "change") -> str:
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "--no-verify", "-m", message)
        return self.git("rev-parse", "HEAD")
