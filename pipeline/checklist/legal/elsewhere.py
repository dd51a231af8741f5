"""What the audience's rule asks before anybody is looked up."""

from typing import Final

from pipeline.checklist.rule import found_elsewhere

RULES: Final = (
    found_elsewhere(
        "legal/consent-record",
        "Consent is on record",
        "同意の記録がある",
        """Advertising goes to people who said yes before, and whoever sends it must be able to show when.

        特定電子メール法 article 3, paragraph 1 (consent first) and paragraph 2 (a record of it, kept for a
        month after the last mail; 施行規則 article 4 says how); GDPR article 7 asks for the same proof. A
        contact source without a column of consent cannot be used for marketing; who has nothing in it gets
        nothing.

        Remedy: name the column that holds when somebody agreed as `consent` of the contact source.

        Misses: how consent was asked for, and whether the record is true.""",
        mandatory=True,
    ),
)
