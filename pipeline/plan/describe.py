"""The plan in words: the same entries that delivery executes, for a terminal, a comment, a program (pure)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, assert_never

from pipeline.clock import shown
from pipeline.plan.alone import reason
from pipeline.plan.changes import Amend, Change, Start, Stop, Unchanged
from pipeline.plan.columns import aligned, wrapped
from pipeline.plan.delivery_plan import DeliveryPlan, Freeze, Send, Soak, Step
from pipeline.plan.earlier import Last
from pipeline.plan.phrases import Phrases, phrases, worded
from pipeline.plan.report import Entry
from pipeline.render.stencil_report import Sharing
from pipeline.sentence import Language


def as_text(entries: Sequence[Entry], language: Language) -> str:
    """For a terminal of 80 columns."""
    words = phrases(language)
    blocks = [_text_block(entry, words) for entry in entries if not isinstance(entry.change, Unchanged)]
    rest = [entry for entry in entries if isinstance(entry.change, Unchanged)]
    if rest:
        blocks.append(words.unchanged.format(count=len(rest)))
    return "\n\n".join(blocks or [words.nothing]) + "\n"


def as_markdown(entries: Sequence[Entry], language: Language) -> str:
    """For a pull-request comment: no personal data, only counts."""
    words = phrases(language)
    changed = [entry for entry in entries if not isinstance(entry.change, Unchanged)]
    parts = [f"## {words.heading}", ""]
    if not changed:
        parts.append(words.nothing)
    for entry in changed:
        parts += [entry_markdown(entry, words), ""]
    rest = len(entries) - len(changed)
    if rest:
        parts.append(words.unchanged.format(count=rest))
    return "\n".join(parts).rstrip() + "\n"


def entry_markdown(entry: Entry, words: Phrases) -> str:
    """One campaign under a heading, for a comment."""
    return "\n".join([f"### {escaped(_headline(entry, words))}", "", *_markdown_block(entry, words)])


def as_data(entries: Iterable[Entry]) -> dict[str, Any]:
    """For programs; documented in docs/json.md."""
    return {"campaigns": [_entry_data(entry) for entry in entries]}


def word_of(change: Change) -> str:
    """start, amend, stop or unchanged."""
    match change:
        case Start():
            return "start"
        case Amend():
            return "amend"
        case Stop():
            return "stop"
        case Unchanged():
            return "unchanged"
        case _:
            assert_never(change)


def _headline(entry: Entry, words: Phrases) -> str:
    return f"{words.change[word_of(entry.change)]}: {entry.title} ({entry.change.campaign})"


def facts_of(entry: Entry, words: Phrases) -> Iterator[tuple[str, str]]:
    """What there is to say about a campaign, as labels and sentences."""
    if isinstance(entry.change, Stop):
        yield words.reason, words.why[entry.change.why]
    if entry.delivered is not None:
        yield words.so_far, words.reached.format(reached=entry.delivered.reached, held=entry.delivered.held)
    if isinstance(entry.change, Amend) and entry.delivered is not None and not entry.delivered.held:
        yield words.note, words.finished
    if entry.forecast is not None and entry.plan is not None:
        count = entry.forecast.recipients
        bounds = words.bounds.format(low=entry.plan.expect.min, high=entry.plan.expect.max)
        yield words.recipients, f"{words.unknown if count is None else f'{count:,}'} ({bounds})"
        if entry.forecast.excluded:
            listed = ", ".join(
                f"{words.exclusion(r)}\u00a0{n:,}" for r, n in sorted(entry.forecast.excluded.items())
            )
            yield words.excluded, listed
    for unusual in entry.unusual:
        yield words.unusual, worded(unusual, words)
    if entry.plan is not None:
        yield from _sending(entry, entry.plan, words)


def _sending(entry: Entry, plan: DeliveryPlan, words: Phrases) -> Iterator[tuple[str, str]]:
    """What is new about it, how it leaves, what stops it, and what exactly it is."""
    if entry.last is not None:
        yield words.against, words.between.join(_against(entry, plan, entry.last, words))
    if sends := [step for step in entry.steps if isinstance(step, Send)]:
        yield words.first, shown(sends[0].at, plan.zone)
        yield words.last, shown(sends[-1].until, plan.zone)
    elif plan.send_at is not None:
        # How long it takes depends on how many they are.
        yield words.first, shown(plan.send_at, plan.zone)
    yield words.pace, _pace(plan, words)
    if sizes := [step.batch for step in entry.steps if isinstance(step, Send)]:
        said = words.batch if sizes[0] == sizes[-1] else words.first_batch
        yield words.batches, said.format(first=sizes[0], rest=sizes[-1])
    if entry.sharing is not None:
        yield words.calls, _calls(entry.sharing, words)
    if entry.gates is not None:
        limits = {name: f"{share * 100:g}%" for name, share in entry.gates if isinstance(share, float)}
        yield words.gate, words.limits.format(**limits) + ("" if entry.events else words.no_events)
    yield words.digest, plan.digest[:16]
    yield words.checksum, plan.checksum[:16]


def _against(entry: Entry, plan: DeliveryPlan, last: Last, words: Phrases) -> Iterator[str]:
    """What a reviewer compares: subject, time, size. What is the same where it should differ shows, too."""
    yield last.campaign
    if last.subject == entry.subject:
        yield words.same_subject.format(subject=entry.subject)
    elif last.subject is not None:
        yield words.other_subject.format(before=last.subject, after=entry.subject)
    if last.send_at is not None:
        after = words.at_merge if plan.send_at is None else shown(plan.send_at, plan.zone)
        yield words.other_time.format(before=shown(last.send_at, plan.zone), after=after)
    now = entry.forecast.recipients if entry.forecast else None
    if last.recipients and now is not None:
        share = now / last.recipients - 1
        yield words.other_size.format(before=last.recipients, after=now, share=share)
    elif last.expect is not None and last.expect != plan.expect:
        was, new = last.expect, plan.expect
        yield words.other_bounds.format(low=was.min, high=was.max, new_low=new.min, new_high=new.max)
    if last.recipients is None and now is not None:
        yield words.size_unknown


def _calls(sharing: Sharing, words: Phrases) -> str:
    parts = [words.sharing.format(shared=sharing.shared, templates=sharing.templates)]
    parts += [
        words.alone.format(count=count, why=reason(why, words.language)) for why, count in sharing.alone
    ]
    return words.between.join([*parts, words.different] if sharing.different else parts)


def _pace(plan: DeliveryPlan, words: Phrases) -> str:
    slow = (f", {domain}\u00a0{rate:g}/s" for domain, rate in plan.domains)
    return words.per_second.format(rate=plan.rate) + "".join(slow)


def step_of(step: Step, zone: str, words: Phrases) -> tuple[str, str]:
    """A step and its time, in the words of a language and the zone of a campaign."""
    match step:
        case Freeze(at):
            return words.freeze, shown(at, zone)
        case Send(wave, recipients, at, until):
            label = words.wave.format(wave=wave, recipients=recipients)
            return label, _span(at, until, zone)
        case Soak(wave, until):
            return words.soak.format(wave=wave), shown(until, zone)
        case _:
            assert_never(step)


def _span(at: datetime, until: datetime, zone: str) -> str:
    """From and to: only the time where the day is the same, nothing where the minute is."""
    first, last = shown(at, zone), shown(until, zone)
    if first == last:
        return first
    return f"{first} – {last[11:16] if last[:10] == first[:10] else last}"


def _text_block(entry: Entry, words: Phrases) -> str:
    lines = [wrapped(_headline(entry, words), rest="  ")]
    lines += aligned(list(facts_of(entry, words)), indent="  ")
    if entry.plan is not None and entry.steps:
        zone = entry.plan.zone
        lines += ["", *aligned([step_of(step, zone, words) for step in entry.steps], indent="  ")]
    return "\n".join(lines)


def _markdown_block(entry: Entry, words: Phrases) -> list[str]:
    lines = [f"- **{label}**: {escaped(sentence)}" for label, sentence in facts_of(entry, words)]
    if entry.plan is not None and entry.steps:
        lines += ["", f"| {words.step} | {words.time} |", "| --- | --- |"]
        for label, time in (step_of(step, entry.plan.zone, words) for step in entry.steps):
            lines.append(f"| {label} | {time} |")
    return lines


#: What Markdown reads as markup; GitHub reads mentions, issues and addresses even where they are escaped.
_MARKUP: Final = re.compile(r"[\\`*_{}\[\]<>()|!~&]")
_LINKING: Final = re.compile(r"@|#|://|(?i:www)(?=\.)")


def escaped(text: str) -> str:
    """Nothing of an author's title can become a link, a mention, a table or HTML of the comment."""
    broken = _LINKING.sub(lambda found: f"{found[0][:1]}\u200b{found[0][1:]}", text)
    return _MARKUP.sub(lambda found: f"\\{found[0]}", " ".join(broken.split()))


def _entry_data(entry: Entry) -> dict[str, Any]:
    plan, forecast = entry.plan, entry.forecast
    return {
        "id": entry.change.campaign,
        "title": entry.title,
        "change": word_of(entry.change),
        "why": entry.change.why if isinstance(entry.change, Stop) else None,
        "digest": plan.digest if plan else None,
        "checksum": plan.checksum if plan else None,
        "segment": plan.segment if plan else None,
        "recipients": forecast.recipients if forecast else None,
        "excluded": dict(forecast.excluded) if forecast else {},
        "last": None if entry.last is None else _last_data(entry.last),
        "unusual": [worded(unusual, phrases("en")) for unusual in entry.unusual],
        "rate": plan.rate if plan else None,
        "pace": dict(plan.domains) if plan else {},
        "reached": entry.delivered.reached if entry.delivered else 0,
        "sharing": None if entry.sharing is None else asdict(entry.sharing),
        "steps": [_step_data(step) for step in entry.steps],
    }


def _last_data(last: Last) -> dict[str, Any]:
    return {
        "campaign": last.campaign,
        "subject": last.subject,
        "send_at": last.send_at.isoformat() if last.send_at else None,
        "recipients": last.recipients,
    }


def _step_data(step: Step) -> dict[str, Any]:
    match step:
        case Freeze(at):
            return {"step": "freeze", "at": at.isoformat()}
        case Send(wave, recipients, at, until, batch):
            times = {"at": at.isoformat(), "until": until.isoformat()}
            return {"step": "send", "wave": wave, "recipients": recipients, "batch": batch, **times}
        case Soak(wave, until):
            return {"step": "soak", "wave": wave, "until": until.isoformat()}
        case _:
            assert_never(step)
