"""Law 法令: what must be said and offered."""

from typing import Final

from pipeline.checklist.legal import duties, elsewhere, honest, refusing
from pipeline.checklist.rule import Rule

RULES: Final[tuple[Rule, ...]] = (
    duties.sender_named,
    duties.postal_address,
    duties.opt_out,
    duties.contact,
    *elsewhere.RULES,
    refusing.one_click,
    honest.honest_sender,
    honest.honest_subject,
)
