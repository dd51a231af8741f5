import pytest

from pipeline.models.campaign import Campaign
from pipeline.models.finding import Finding, Position
from pipeline.models.policy import Policy
from pipeline.workspace.typed import known_keys, read
from pipeline.workspace.yaml_file import YamlFile, parse
from tests.workspace.repo import CAMPAIGN, POLICY


def findings(model: type[Campaign | Policy], text: str) -> tuple[Finding, ...]:
    file = parse("x.yaml", text.encode())
    assert isinstance(file, YamlFile), file
    found = read(file, model, "settings/schema")
    assert isinstance(found, tuple)
    return found


def test_the_examples_of_the_format_are_read() -> None:
    for model, text in ((Campaign, CAMPAIGN), (Policy, POLICY)):
        file = parse("x.yaml", text.encode())
        assert isinstance(file, YamlFile)
        assert isinstance(read(file, model, "settings/schema"), model)


@pytest.mark.parametrize(
    ("old", "new", "position", "message", "remedy"),
    [
        ("state: ready", "state: redy", Position(2, 1), "`state` cannot be 'redy'.", "Did you mean `ready`?"),
        (
            "  soak:",
            "  soack:",
            Position(26, 3),
            "`soack` is not a known key below `rollout`.",
            "Did you mean `soak`?",
        ),
        ("owner: mail-desk\n", "", Position(2, 1), "The file has no `owner`.", "Add `owner:`."),
        (
            "  expect: {min: 500, max: 5000}\n",
            "",
            Position(17, 1),
            "`audience` has no `expect`.",
            "Add `expect:` below `audience:`.",
        ),
        (
            "min: 500",
            "min: many",
            Position(19, 12),
            "`audience.expect.min` must be a whole number, not 'many'.",
            "Correct the value.",
        ),
        (
            "10%, 100%",
            "5, 100%",
            Position(25, 15),
            "`rollout.waves[2]`: a share is a number and a per cent sign: 1% or 0.5%.",
            "Write it in this form.",
        ),
        (
            "preheader: 会",
            "preheader: |\n  会\n  ",
            Position(10, 1),
            "`preheader` cannot be '会 員の皆さまへ、最大30%オフのお知らせです'.",
            "Write it in one line.",
        ),
        (
            "opens: true",
            "opens: maybe",
            Position(27, 12),
            "`tracking.opens` must be true or false, not 'maybe'.",
            "Correct the value.",
        ),
        (
            "sale_starts: 2026-12-01",
            "sale_starts: soon",
            Position(29, 11),
            "`facts.dates.sale_starts` must be a day, written 2026-12-01, not 'soon'.",
            "Correct the value.",
        ),
        (
            "source: newsletter",
            "sauce: x",
            Position(27, 45),
            "`tracking.utm.sauce` cannot be 'sauce'.",
            "Did you mean `source`?",
        ),
    ],
)
def test_each_mistake_is_one_sentence_at_its_place(
    old: str, new: str, position: Position, message: str, remedy: str
) -> None:
    assert old in CAMPAIGN
    lines = CAMPAIGN.replace("                # the", "")
    (finding,) = findings(Campaign, lines.replace(old, new, 1))
    assert (finding.message.en, finding.remedy.en) == (message, remedy)
    assert finding.position == position


def test_a_key_without_a_value_is_told_so() -> None:
    (finding,) = findings(Campaign, CAMPAIGN.split("waivers:", maxsplit=1)[0] + "waivers:\n")
    assert finding.message.en == "`waivers` has no value."


@pytest.mark.parametrize(
    ("old", "new", "message", "remedy"),
    [
        (
            "{outbox: .postmerge/outbox}",
            "{outbux: x}",
            "`targets.local.transport` has none of the forms that are known.",
            "Write `outbox:` or `ses:`.",
        ),
        ("{region: ap-northeast-1}", "{}", "`targets.production.transport.ses` has no `region`.", "region"),
        ("{sqlite: .postmerge/ledger.db}", "{sqlite: ''}", "`targets.local.ledger.sqlite` is empty.", ""),
        (
            "reviews: trailers",
            "reviews: x",
            "`targets.local.reviews` has none of the forms that are known.",
            "trailers",
        ),
    ],
)
def test_a_choice_of_forms_gives_one_finding(old: str, new: str, message: str, remedy: str) -> None:
    assert old in POLICY
    (finding,) = findings(Policy, POLICY.replace(old, new))
    assert finding.message.en == message
    assert remedy in finding.remedy.en
    assert finding.position.line > 15


def test_the_known_keys_of_a_place_are_those_of_the_format() -> None:
    assert known_keys(Campaign, ("audience", "expect")) == ("max", "min")
    assert known_keys(Policy, ("senders", "news")) == ("address", "configuration_set", "name")
    assert "from" in known_keys(Campaign, ())
