"""docs/checklist.md, made from the rules: `python -m pipeline.checklist.page`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pipeline.checklist.catalogue import ALL
from pipeline.checklist.misses_ja import MISSES_JA
from pipeline.checklist.rule import HEADINGS, Need, Rule
from pipeline.models.finding import Severity

PATH: Final = "docs/checklist.md"
_HEAD: Final = """\
# The checklist

<!-- Made by `python -m pipeline.checklist.page` from the rules themselves. Do not edit. -->

What `postmerge check` asks, under the headings of the paper checklist, with what to do. A finding names its \
rule in square brackets. No delivery unless every item holds. The Japanese summary is in \
[writing.md](writing.md).

An item that could not be run has not passed. One that needs the contacts, the ledger or the network where \
they cannot be asked (in CI, as a rule) is left for *later* and asked again at delivery, of exactly the \
audience that is being frozen; it blocks there.

`checklist.severity` of the policy weighs a rule anew (`off`, `info`, `warning`, `error`). A waiver of a \
campaign sets one aside, with reason, name and expiry. A *mandatory* rule can neither be waived nor weighed. \
What only a person can judge stands in `checklist.confirm` of the policy; an approver ticks it.
"""
_BLIND: Final = """\
## What the checklist does not see 見つけられないもの

A green checklist is no proof. Whoever approves looks for these; それぞれの項目が見つけられないものです。\
承認する人が目で確かめてください。
"""
_NEEDS: Final = {
    Need.RENDERED: "the mail as invented people get it",
    Need.CONTACTS: "every row of the audience",
    Need.RECORD: "the ledger",
    Need.NETWORK: "the network",
}


def page() -> str:
    """The whole page."""
    sections = (line for heading in HEADINGS for line in _section(heading))
    return "\n".join((_HEAD, *sections, _BLIND, *_blind(), ""))


def _section(heading: str) -> Iterator[str]:
    rules = [rule for rule in ALL if rule.heading == heading]
    if not rules:
        return
    yield f"## {heading.capitalize()} {HEADINGS[heading]}\n"
    for rule in rules:
        yield from _entry(rule)


def _blind() -> Iterator[str]:
    """One line for each rule that guesses: what it does not see."""
    yield "| item | 項目 | 見つけられないもの | what it does not see |"
    yield "| --- | --- | --- | --- |"
    for rule in ALL:
        if rule.misses:
            cells = (f"`{rule.id}`", rule.title_ja, MISSES_JA[rule.id], rule.misses)
            yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _entry(rule: Rule) -> Iterator[str]:
    yield f"### `{rule.id}`\n"
    yield f"**{rule.title}** {rule.title_ja}\n"
    yield f"{rule.why}\n"
    yield f"*What to do:* {rule.remedy}\n"
    if rule.misses:
        yield f"*What it does not see:* {rule.misses}\n"
    yield f"*{'; '.join(_facts(rule))}.*\n"


def _facts(rule: Rule) -> Iterator[str]:
    yield "Blocks" if rule.severity is Severity.ERROR else f"Gives a {rule.severity}"
    if rule.mandatory:
        yield "mandatory"
    if rule.hold:
        yield f"asked by delivery, as the hold `{rule.hold}`"
    if rule.preview:
        yield "asked by `postmerge preview`"
    if rule.remark:
        yield "about files of no campaign"
    needed = [words for need, words in _NEEDS.items() if need in rule.needs]
    if needed:
        yield f"reads {', '.join(needed)}"


def main(words: list[str]) -> int:
    """Write the page, or with `--check` say whether it is the one on the disk."""
    path = Path(PATH)
    if words != ["--check"]:
        path.write_text(page(), encoding="utf-8")
        return 0
    if path.read_text(encoding="utf-8") == page():
        return 0
    sys.stderr.write(f"{PATH} is not up to date: run python -m pipeline.checklist.page\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
