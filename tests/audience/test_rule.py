"""From the files of git to one rule."""
# ruff: noqa: E501 tables of cases are read by line

import pytest

from pipeline.audience.rule import AudienceRule, Objection, audience_rule
from pipeline.models.campaign import Kind
from pipeline.models.policy import Policy
from pipeline.models.segment import Segment

POLICY = {
    "organisation": {
        "name": "はなもり", "postal_address": "x", "contact": "x", "unsubscribe_base": "https://u.hanamori.example",
    },
    "teams": {"mail-desk": ["suzuki"]},
    "senders": {"news": {"name": "Hanamori", "address": "news@mail.hanamori.example"}},
    "targets": {
        "local": {
            "transport": {"outbox": "o"}, "ledger": {"sqlite": "l"}, "archive": {"folder": "a"}, "reviews": "trailers",
        }
    },
    "sources": {
        "members": {"kind": "csv", "path": "m.csv", "id": "id", "email": "email", "consent": "consent_at"},
        "visitors": {"kind": "csv", "path": "v.csv", "id": "id", "email": "email"},
    },
    "suppression": {"unsubscribed": "u.csv", "bounced": "b.csv"},
}  # fmt: skip


def built(kind: Kind = Kind.MARKETING, **segments: dict[str, object]) -> AudienceRule | tuple[Objection, ...]:
    read = {
        name.replace("_", "-"): Segment.model_validate({"title": name, "source": "members", **values})
        for name, values in segments.items()
    }
    return audience_rule("tokyo", read, Policy.model_validate(POLICY), kind, "winter-sale")


def test_marketing_needs_consent_and_every_kind_respects_the_lists() -> None:
    for kind, asked in ((Kind.MARKETING, True), (Kind.TRANSACTIONAL, False), (Kind.APOLOGY, False)):
        rule = built(kind, tokyo={"where": "a = 1", "columns": ("name",)})
        assert isinstance(rule, AudienceRule)
        assert rule.consent_required is asked
        assert rule.suppression == (("unsubscribed", "u.csv"), ("bounced", "b.csv"))
        assert rule.order_key == "winter-sale"
        assert rule.columns == ("name",)


def test_excluded_segments_come_along_all_the_way_down() -> None:
    rule = built(tokyo={"exclude": ("staff",)}, staff={"where": "b = 1", "exclude": ("guests",)}, guests={})
    assert isinstance(rule, AudienceRule)
    assert [each.segment for each in rule.everyone()] == ["tokyo", "staff", "guests"]


@pytest.mark.parametrize(
    ("segments", "file", "path", "sentence"),
    [
        ({"tokyo": {"source": "member"}}, "segments/tokyo.yaml", ("source",), "no source member"),
        ({"tokyo": {"where": "a = now()"}}, "segments/tokyo.yaml", ("where",), "function now"),
        ({"tokyo": {"exclude": ("none",)}}, "segments/tokyo.yaml", ("exclude", 0), "no segment none"),
        ({"tokyo": {"exclude": ("b",)}, "b": {"where": "("}}, "segments/b.yaml", ("where",), "cannot be read"),
        ({"tokyo": {"exclude": ("b",)}, "b": {"exclude": ("tokyo",)}}, "segments/b.yaml", ("exclude", 0), "tokyo → b → tokyo"),
        ({"tokyo": {"source": "visitors"}}, "policy.yaml", ("sources", "visitors"), "consent"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_file_and_place(
    segments: dict[str, dict[str, object]], file: str, path: tuple[str | int, ...], sentence: str
) -> None:
    found = built(Kind.MARKETING, **segments)
    assert isinstance(found, tuple)
    assert [(each.file, each.path) for each in found] == [(file, path)]
    assert sentence in found[0].sentence.en
    assert found[0].remedy


def test_transactional_mail_goes_to_a_source_without_consent() -> None:
    assert isinstance(built(Kind.TRANSACTIONAL, tokyo={"source": "visitors"}), AudienceRule)
