"""Invented people and rules over them."""

from collections.abc import Sequence

from pipeline.audience.predicate import Predicate
from pipeline.audience.rule import AudienceRule
from pipeline.audience.where import parse
from pipeline.models.policy import ContactSource

HEADER = ("member_id", "email", "consent_at", "prefecture", "last_order_on", "is_staff", "points", "branch")
Rows = Sequence[Sequence[str]]


def person(number: int, **changed: str) -> list[str]:
    """One plausible row; `changed` by column name."""
    row = {
        "member_id": f"m{number}",
        "email": f"person{number}@mail.example",
        "consent_at": "2026-01-01",
        "prefecture": "東京都",
        "last_order_on": "2026-01-15",
        "is_staff": "false",
        "points": "100",
        "branch": "0012",
    }
    return [(row | changed)[name] for name in HEADER]


def where(text: str) -> Predicate:
    """A predicate that must be one."""
    parsed = parse(text)
    assert isinstance(parsed, Predicate), parsed
    return parsed


def rule(path: str = "members.csv", **changed: object) -> AudienceRule:
    """A marketing campaign's rule over a CSV source."""
    source = ContactSource(kind="csv", path=path, id="member_id", email="email", consent="consent_at")
    values: dict[str, object] = {
        "segment": "all", "source_name": "members", "source": source,
        "consent_required": True, "order_key": "winter-sale",
    }  # fmt: skip
    return AudienceRule(**(values | changed))  # type: ignore[arg-type]  # by name, in tests only
