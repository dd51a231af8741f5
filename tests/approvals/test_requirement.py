import pytest

from pipeline.approvals.requirement import missing, required
from pipeline.approvals.reviews import Consent
from pipeline.models.policy import Approvals

STEPS = Approvals.model_validate(
    {"required": 1, "above": [{"recipients": 10000, "required": 2}, {"recipients": 100000, "required": 3}]}
)


@pytest.mark.parametrize(
    ("recipients", "needed"),
    [(0, 1), (10_000, 1), (10_001, 2), (100_000, 2), (100_001, 3), (5_000_000, 3)],
)
def test_more_recipients_need_more_approvals(recipients: int, needed: int) -> None:
    assert required(STEPS, recipients) == needed


def test_a_step_never_asks_for_less_than_the_rule() -> None:
    odd = Approvals.model_validate({"required": 3, "above": [{"recipients": 10, "required": 1}]})
    assert required(odd, 11) == 3


@pytest.mark.parametrize(
    ("consent", "needed", "items", "sentence"),
    [
        (Consent(("sato",)), 1, (), None),
        (Consent(("sato", "tanaka")), 1, (), None),
        (Consent(), 1, (), "0 of 1 approvals"),
        (Consent(("sato",)), 2, (), "1 of 2 approvals (by sato)"),
        (Consent(("sato",)), 1, ("content-is-true",), "not confirmed: content-is-true"),
        (Consent(("sato",), frozenset({"content-is-true"})), 1, ("content-is-true",), None),
        (
            Consent((), frozenset({"a"}), ("suzuki wrote a part of it, and cannot approve it",)),
            1,
            ("a", "b", "c"),
            "0 of 1 approvals; not confirmed: b, c; suzuki wrote a part of it, and cannot approve it",
        ),
        (Consent(("sato",), objections=("mallory is in no team of the policy",)), 1, (), None),
    ],
)
def test_what_is_missing_is_one_sentence(
    consent: Consent, needed: int, items: tuple[str, ...], sentence: str | None
) -> None:
    assert missing(consent, needed, items) == sentence
