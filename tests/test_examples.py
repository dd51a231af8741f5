"""The shipped campaigns, segments and contacts: what a newcomer sees first must be right."""

import csv
import hashlib
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import mjml
import pytest
import yaml

from pipeline.models.campaign import Campaign, Kind, State
from pipeline.models.policy import Policy
from pipeline.models.segment import Segment

ROOT = Path(__file__).parent.parent
CONTACTS = ROOT / "segments" / "contacts"
CAMPAIGNS = sorted(path.parent.name for path in ROOT.glob("campaigns/*/campaign.yaml"))
SEGMENTS = sorted(path.stem for path in ROOT.glob("segments/*.yaml"))
WEEKDAYS = "月火水木金土日"
JAPANESE_DATE = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日\(([月火水木金土日])")
ENGLISH_DATE = re.compile(r"([A-Z][a-z]+day), ([A-Z][a-z]+ \d{1,2}, \d{4})")


def _yaml(path: str) -> Any:
    return yaml.load((ROOT / path).read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 makes only text


def _campaign(name: str) -> Campaign:
    return Campaign.model_validate(_yaml(f"campaigns/{name}/campaign.yaml"))


def _segment(name: str) -> Segment:
    return Segment.model_validate(_yaml(f"segments/{name}.yaml"))


def _policy() -> Policy:
    return Policy.model_validate(_yaml("policy.yaml"))


def _rows(file: str) -> list[dict[str, str]]:
    with (CONTACTS / file).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _written(folder: str) -> Iterator[Path]:
    """The text files that a person wrote."""
    found = (ROOT / folder).rglob("*")
    return (path for path in found if path.suffix in {".yaml", ".mjml", ".html", ".txt", ".csv"})


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_every_example_campaign_is_valid_and_names_only_what_exists(name: str) -> None:
    campaign, policy = _campaign(name), _policy()
    assert campaign.owner in policy.teams
    assert campaign.from_ in policy.senders
    assert campaign.audience.segment in SEGMENTS
    parts = [campaign.body.html, campaign.body.text, *(file.file for file in campaign.attachments)]
    assert all((ROOT / "campaigns" / name / part).is_file() for part in parts if part)


def test_the_examples_show_every_kind_of_body_and_both_languages() -> None:
    campaigns = [_campaign(name) for name in CAMPAIGNS]
    suffixes = {Path(campaign.body.html).suffix if campaign.body.html else None for campaign in campaigns}
    assert suffixes == {".mjml", ".html", None}
    assert any(campaign.body.text is None for campaign in campaigns)
    assert {campaign.language for campaign in campaigns} == {"ja", "en"}
    assert {campaign.kind for campaign in campaigns} == {Kind.MARKETING, Kind.TRANSACTIONAL}
    assert {campaign.state for campaign in campaigns} == {State.READY, State.DRAFT}


@pytest.mark.parametrize("name", SEGMENTS)
def test_every_example_segment_is_valid_and_selects_somebody(name: str) -> None:
    segment = _segment(name)
    assert segment.source in _policy().sources
    assert set(segment.exclude) <= set(SEGMENTS)
    assert set(segment.columns) <= set(_rows("members.csv")[0])
    assert _selected(segment)


def test_no_segment_lies_about_unused() -> None:
    used = {_campaign(name).audience.segment for name in CAMPAIGNS}
    used |= {excluded for name in SEGMENTS for excluded in _segment(name).exclude}
    assert used == set(SEGMENTS)


def test_an_editor_finds_the_schema_of_every_yaml_file() -> None:
    kinds = {"campaigns": "campaign", "segments": "segment"}
    files = [*ROOT.glob("campaigns/*/campaign.yaml"), *ROOT.glob("segments/*.yaml"), ROOT / "policy.yaml"]
    for file in files:
        parts = file.relative_to(ROOT).parts
        schema = "../" * (len(parts) - 1) + f"schema/{kinds.get(parts[0], 'policy')}.json"
        first_line = file.read_text(encoding="utf-8").splitlines()[0]
        assert first_line == f"# yaml-language-server: $schema={schema}", file


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_every_weekday_in_the_copy_is_the_weekday_of_its_date(name: str) -> None:
    send_at = _campaign(name).schedule.send_at
    assert isinstance(send_at, datetime)
    for file in _written(f"campaigns/{name}"):
        copy = unicodedata.normalize("NFKC", file.read_text(encoding="utf-8"))
        for year, month, day, weekday in JAPANESE_DATE.findall(copy):
            meant = date(int(year or send_at.year), int(month), int(day))
            assert weekday == WEEKDAYS[meant.weekday()], f"{file.name}: {meant}"
        for weekday, written in ENGLISH_DATE.findall(copy):
            meant = datetime.strptime(written, "%B %d, %Y").date()  # noqa: DTZ007 a day has no zone
            assert weekday == f"{meant:%A}", f"{file.name}: {meant}"


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_every_date_in_the_copy_is_a_fact_and_every_fact_is_in_the_copy(name: str) -> None:
    campaign = _campaign(name)
    send_at = campaign.schedule.send_at
    assert isinstance(send_at, datetime)
    copies = (file.read_text(encoding="utf-8") for file in _written(f"campaigns/{name}"))
    copy = unicodedata.normalize("NFKC", "\n".join(copies))
    said = {date(int(y or send_at.year), int(m), int(d)) for y, m, d, _ in JAPANESE_DATE.findall(copy)}
    said |= {datetime.strptime(day, "%B %d, %Y").date() for _, day in ENGLISH_DATE.findall(copy)}  # noqa: DTZ007
    assert said == set(campaign.facts.dates.values())


def test_every_attachment_is_the_file_that_is_pinned() -> None:
    attachments = [(name, file) for name in CAMPAIGNS for file in _campaign(name).attachments]
    assert attachments
    for name, attachment in attachments:
        content = (ROOT / "campaigns" / name / attachment.file).read_bytes()
        assert content.startswith(b"%PDF-")
        assert content.rstrip().endswith(b"%%EOF")
        assert hashlib.sha256(content).hexdigest() == attachment.sha256


def test_making_the_contacts_again_changes_nothing(tmp_path: Path) -> None:
    subprocess.run([sys.executable, CONTACTS / "generate.py", tmp_path], check=True, capture_output=True)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in CONTACTS.glob("*.csv")}
    assert not any(b"\r" in content for content in made.values())


def test_nobody_in_the_examples_can_exist() -> None:
    files = [ROOT / "policy.yaml", *_written("campaigns"), *_written("segments")]
    hosts = Counter[str]()
    for file in files:
        text = unicodedata.normalize("NFKC", file.read_text(encoding="utf-8")).lower()
        hosts.update(re.findall(r"https?://([^/\s\"'{}<>]+)", text))
        hosts.update(re.findall(r"[\w.+-]@([\w.,-]+)", text) if file.suffix != ".csv" else [])
        assert not re.search(r"[\w-]\.(com|net|org|jp|io|info|biz)\b", text), file
    assert hosts
    assert all(host.endswith(".example") for host in hosts), hosts
    for row in _rows("members.csv"):
        assert re.search(r"[.,]example\.?$", _normal(row["email"])), row["email"]
        assert row["phone"].startswith("090-0000-")


def _normal(address: str) -> str:
    return unicodedata.normalize("NFKC", address).strip().lower()


def _selected(segment: Segment) -> list[dict[str, Any]]:
    with duckdb.connect() as connection:
        source = connection.read_csv(str(CONTACTS / _policy().sources[segment.source].path.split("/")[-1]))
        chosen = source.filter(segment.where) if segment.where else source
        return [dict(zip(chosen.columns, row, strict=True)) for row in chosen.fetchall()]


def _size(campaign: Campaign) -> int:
    """How many people would get it, counted without the product, so that each proves the other."""
    segment = _segment(campaign.audience.segment or "")
    nobody = {_normal(row["email"]) for file in ("unsubscribed.csv", "complained.csv") for row in _rows(file)}
    excluded = {row["member_id"] for name in segment.exclude for row in _selected(_segment(name))}
    addresses = {}
    for row in _selected(segment):
        address, consent = (
            _normal(row["email"]),
            row["marketing_consent_at"] or campaign.kind != Kind.MARKETING,
        )
        if consent and re.fullmatch(r"[\w.]+@[\w.]+\.example", address) and row["member_id"] not in excluded:
            addresses[address] = row["member_id"]
    return len(set(addresses) - nobody)


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_the_expected_size_fits_the_members_with_some_room(name: str) -> None:
    campaign = _campaign(name)
    expect = campaign.audience.expect
    assert expect.min * 1.05 < _size(campaign) < expect.max * 0.95


def test_the_members_carry_the_dirt_of_a_real_list() -> None:
    rows = _rows("members.csv")
    addresses = [row["email"] for row in rows]
    assert len(set(map(_normal, addresses))) < len(set(addresses))
    assert len({row["member_id"] for row in rows}) < len(rows)
    assert any("＠" in address for address in addresses)
    assert any("@" not in _normal(address) for address in addresses)
    assert any(not row["family_name"] for row in rows)
    assert any(not row["marketing_consent_at"] for row in rows)
    assert any(row["family_name"].startswith("090-") for row in rows)
    assert {"髙橋", "山﨑", "𠮷田", "テスト"} <= {row["family_name"] for row in rows}
    assert {_normal(row["email"]) for row in _rows("unsubscribed.csv")} & set(map(_normal, addresses))


@pytest.mark.parametrize("name", [name for name in CAMPAIGNS if _campaign(name).state == State.READY])
def test_a_name_that_would_ruin_a_mail_is_in_no_audience_that_is_ready(name: str) -> None:
    people = _selected(_segment(_campaign(name).audience.segment or ""))
    spoilt = re.compile(r"\d|様|テスト")
    assert [row["member_id"] for row in people if spoilt.search(row["family_name"] or "")] == []
    families = {row["family_name"] for row in _rows("members.csv") if row["joined_on"] != "2019-03-01"}
    assert {row["family_name"] or "" for row in people} <= families


def _parts(name: str, value: str) -> dict[str, str]:
    """Subject, text and HTML as a person gets them, every column of the segment being `value`."""
    raw, campaign = _yaml(f"campaigns/{name}/campaign.yaml"), _campaign(name)
    values = {
        "recipient": dict.fromkeys(_segment(campaign.audience.segment or "").columns, value),
        "campaign": {key: raw.get(key) for key in ("title", "kind", "language")} | {"id": name},
        "facts": raw.get("facts", {}),
        "organisation": _policy().organisation.model_dump(),
        "unsubscribe_url": "https://u.hanamori.example/token",
    }
    loader = jinja2.FileSystemLoader(ROOT / "campaigns")
    plain = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined)  # noqa: S701 the text part
    escaped = plain.overlay(autoescape=True)
    parts = {"subject": plain.from_string(campaign.subject).render(values)}
    if campaign.body.text:
        parts["text"] = plain.get_template(f"{name}/{campaign.body.text}").render(values)
    if campaign.body.html:
        html = escaped.get_template(f"{name}/{campaign.body.html}").render(values)
        parts["html"] = str(mjml.mjml2html(html)) if campaign.body.html.endswith(".mjml") else html
    return parts


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_somebody_without_a_name_is_greeted_politely(name: str) -> None:
    greeting = "お客様" if _campaign(name).language == "ja" else "Hello there,"
    parts = _parts(name, "")
    assert all(greeting in body for part, body in parts.items() if part != "subject")
    assert not re.search(r"(^|[\s>])様", "\n".join(parts.values()))


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_every_part_says_who_writes_and_how_to_answer_or_opt_out(name: str) -> None:
    organisation = _policy().organisation
    for part, body in _parts(name, "7").items():
        if part == "subject":
            continue
        assert organisation.name in body
        assert organisation.postal_address in body
        assert organisation.contact in body
        assert ("https://u.hanamori.example/token" in body) == (_campaign(name).kind == Kind.MARKETING)


@pytest.mark.parametrize("name", [name for name in CAMPAIGNS if _campaign(name).body.html])
def test_both_parts_and_the_facts_name_the_same_amounts_and_links(name: str) -> None:
    facts = _campaign(name).facts
    for part, body in _parts(name, "7").items():
        if part != "subject":
            assert all(fact in body for fact in (*facts.amounts.values(), *facts.links.values())), part


@pytest.mark.parametrize("name", [name for name in CAMPAIGNS if _campaign(name).body.html])
def test_the_html_is_small_speaks_its_language_and_loads_nothing(name: str) -> None:
    html = _parts(name, "７" * 40)["html"]
    assert len(html.encode()) < 80 * 1024
    assert f'lang="{_campaign(name).language}"' in html
    assert "<mj-" not in html
    assert not re.search(r"<(img|script|link)\b|url\(|@import", html)
