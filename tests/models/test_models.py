from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.models.campaign import Campaign
from pipeline.models.finding import Finding, Position, Severity, blocking, in_order
from pipeline.models.policy import Policy
from pipeline.models.recipient import Recipient
from pipeline.models.segment import Segment
from pipeline.sentence import Sentence
from pipeline.workspace.yaml_file import YamlFile, parse
from tests.workspace.repo import CAMPAIGN, POLICY, SEGMENT

_SAID = Sentence("m", "誤")


def read(model: type[Any], text: str) -> Any:
    file = parse("x.yaml", text.encode())
    assert isinstance(file, YamlFile), file
    return model.model_validate(file.data)


def test_the_examples_of_the_format_say_what_they_mean() -> None:
    campaign, policy = read(Campaign, CAMPAIGN), read(Policy, POLICY)
    assert (campaign.from_, campaign.audience.expect.max, campaign.rollout.waves) == (
        "news",
        5000,
        (0.01, 0.1, 1.0),
    )
    assert str(campaign.facts.dates["sale_ends"]) == "2026-12-14"
    assert (policy.gates.complaint, policy.audience.growth_max, policy.approvals.above[0].required) == (
        0.001,
        1.5,
        2,
    )
    assert read(Segment, SEGMENT).exclude == ("recent-complainers",)


@pytest.mark.parametrize(
    ("model", "text", "old", "new", "sentence"),
    [
        (Campaign, CAMPAIGN, "10%, 100%", "0.5%, 100%", "waves are cumulative"),
        (Campaign, CAMPAIGN, "[1%, 10%, 100%]", "[1%, 99%]", "the last wave is 100%"),
        (Campaign, CAMPAIGN, "[1%, 10%, 100%]", "[0%, 100%]", "more than 0%"),
        (Campaign, CAMPAIGN, "[1%, 10%, 100%]", "[]", "at least 1 item"),
        (Campaign, CAMPAIGN, "max: 5000", "max: 499", "min 500 is greater than max 499"),
        (Campaign, CAMPAIGN, "  segment: tokyo-active\n", "", "either a segment or an incident"),
        (Campaign, CAMPAIGN, "tokyo-active\n", "tokyo-active\n  incident: x\n", "either a segment or an"),
        (Campaign, CAMPAIGN, "html: body.mjml", "html: body.md", r"\.mjml or a \.html"),
        (Campaign, CAMPAIGN, "{sale_starts: 2026-12-01,", "{sale_starts: 20261201,", "a day is written"),
        (Campaign, CAMPAIGN, "until: 2026-12-31", "until: 1", "a day is written 2026-12-01"),
        (Campaign, CAMPAIGN, "past_dates: [2026-11-01]", "past_dates: [0]", "a day is written 2026-12-01"),
        (Campaign, CAMPAIGN, "soak: 30m", "soack: 30m", "not permitted"),
        (Policy, POLICY, "growth_max: 150%", "growth_max: 50%", "growth_max is at least 100%"),
        (
            Policy,
            POLICY,
            "teams: {mail-desk: [suzuki, tanaka], operators: [sato]}",
            "teams: {}",
            "at least 1",
        ),
        (Policy, POLICY, "https://u.hanamori.example", "http://u.hanamori.example", "match pattern"),
        (Policy, POLICY, "kind: csv, path", "kind: csv, table: t, path", "only of one"),
        (Policy, POLICY, "kind: csv, path", "kind: sqlite, path", "only of one"),
        (Policy, POLICY, "reviews: trailers", "reviews: nobody", "reviews"),
        (Policy, POLICY, "required: 1, above", "required: 0, above", "greater than or equal to 1"),
        (Segment, SEGMENT, "where: prefecture", "wher: prefecture", "not permitted"),
        (Segment, SEGMENT, "given_name, family_name_kana", "given name, family_name_kana", "match pattern"),
    ],
)
def test_a_contradiction_is_refused_with_its_reason(
    model: type[Any], text: str, old: str, new: str, sentence: str
) -> None:
    assert old in text
    with pytest.raises(ValidationError, match=sentence):
        read(model, text.replace(old, new, 1))


def test_a_body_needs_a_file() -> None:
    with pytest.raises(ValidationError, match="an html file, a text file, or both"):
        read(Campaign, CAMPAIGN.replace("  html: body.mjml\n  text: body.txt\n", "  {}\n"))


def test_what_is_read_cannot_be_changed() -> None:
    campaign = read(Campaign, CAMPAIGN)
    with pytest.raises(ValidationError, match="frozen"):
        campaign.title = "another"


def test_two_rows_that_differ_anywhere_have_different_seals() -> None:
    rows = [
        Recipient("m1", "a@people.example", {"name": "A", "town": "B"}),
        Recipient("m2", "a@people.example", {"name": "A", "town": "B"}),
        Recipient("m1", "b@people.example", {"name": "A", "town": "B"}),
        Recipient("m1", "a@people.example", {"name": "B", "town": "A"}),
        Recipient("m1", "a@people.example", {"name": "A"}),
    ]
    assert len({row.seal for row in rows}) == len(rows)
    assert rows[0].seal == Recipient("m1", "a@people.example", {"town": "B", "name": "A"}).seal


def test_findings_are_listed_by_file_and_line_and_each_once() -> None:
    late, early = Finding("a/b", "x", _SAID, position=Position(9, 1)), Finding("a/b", "x", _SAID)
    warning = Finding("a/c", "b", _SAID, severity=Severity.WARNING)
    assert in_order([late, early, warning, late]) == (warning, early, late)
    assert blocking([late, warning]) == (late,)
    assert late.of("sale").campaign == "sale"
