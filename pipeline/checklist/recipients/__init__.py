"""Recipients 配信先: who gets it."""

from typing import Final

from pipeline.checklist.recipients import addresses, consent, earlier, elsewhere, repeated, size, suppression
from pipeline.checklist.rule import Rule

RULES: Final[tuple[Rule, ...]] = (
    *elsewhere.RULES,
    suppression.suppression,
    size.not_empty,
    size.size_in_bounds,
    size.growth,
    consent.consent,
    earlier.frequency_cap,
    earlier.overlap,
    repeated.same_mail,
    addresses.test_rows,
    addresses.domain_typo,
    addresses.role_address,
)
