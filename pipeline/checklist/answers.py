"""The answers of the rules for one campaign, while they come in."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Final, assert_never

from pipeline.checklist.drafting import Drafted
from pipeline.checklist.places import Place
from pipeline.checklist.report import Item, Status
from pipeline.checklist.rule import CouldNotRun, Later, NotApplicable, Objection, Rule, Verdict
from pipeline.checklist.setting_aside import SetAside
from pipeline.errors import PipelineError
from pipeline.models.finding import Finding, Severity
from pipeline.sentence import Sentence

#: More places of one rule help nobody, and a file of ten million bytes has ten million.
_PLACES_MAX: Final = 25
_VERDICTS_MAX: Final = 1_000
_MORE: Final = Sentence(f"the first {_PLACES_MAX} places are listed", f"{_PLACES_MAX}か所まで表示しています")
_OFF: Final = Sentence("policy.yaml switches it off", "policy.yamlで無効にされています")


class Answers:
    """Findings with the severity of their rules, and statuses of rules that could not answer."""

    def __init__(self, campaign: str) -> None:
        self._campaign = campaign
        self._status: dict[str, Item] = {}
        self._cut: set[str] = set()
        self.findings: list[Finding] = []

    def add(self, findings: Iterable[Finding]) -> None:
        """Findings from another layer, or about the checklist itself."""
        self.findings += (finding.of(self._campaign) for finding in findings)

    def status(self, rule: str, status: Status, reason: Sentence) -> None:
        """Say why a rule has no answer."""
        self._status[rule] = Item(rule, status, reason)

    def open(self) -> frozenset[str]:
        """The rules that have no answer yet."""
        unanswered = {Status.LATER, Status.COULD_NOT_RUN}
        return frozenset(rule for rule, item in self._status.items() if item.status in unanswered)

    def ask(self, rule: Rule, drafted: Drafted) -> None:
        """Let a rule look at the draft. One that raises is a bug of ours, and has not passed."""
        unmet = [drafted.unmet[need] for need in rule.needs if need in drafted.unmet]
        if unmet:
            # What could not be made weighs more than what is left for later.
            worst = min(unmet, key=lambda each: (each.status is Status.LATER, each.reason))
            self.status(rule.id, worst.status, worst.reason)
            return
        assert rule.check is not None, "only a rule with a check is asked"
        try:
            self._take(rule, islice(rule.check(drafted.draft), _VERDICTS_MAX))
        except PipelineError as error:
            self.status(rule.id, Status.COULD_NOT_RUN, error.reason)
        except Exception as error:  # noqa: BLE001 the other rules still have something to say
            kind = type(error).__name__
            reason = Sentence(
                f"the rule failed with {kind}; that is a bug of Postmerge",
                f"項目の確認中にエラーが発生しました({kind})。Postmergeの不具合です",
            )
            self.status(rule.id, Status.COULD_NOT_RUN, reason)

    def _take(self, rule: Rule, verdicts: Iterable[Verdict]) -> None:
        seen: dict[Place, str] = {}
        for verdict in verdicts:
            match verdict:
                case NotApplicable(reason, reason_ja):
                    self.status(rule.id, Status.NOT_APPLICABLE, Sentence(reason, reason_ja))
                case CouldNotRun(reason, reason_ja):
                    self.status(rule.id, Status.COULD_NOT_RUN, Sentence(reason, reason_ja))
                case Later(reason, reason_ja):
                    self.status(rule.id, Status.LATER, Sentence(reason, reason_ja))
                case Objection(place):
                    # One place of the source is one mistake, however many people's mails show it.
                    if seen.setdefault(place, place.persona) == place.persona:
                        self.findings.append(self._finding(rule, verdict))
                case _:
                    assert_never(verdict)
            if len(seen) >= _PLACES_MAX:
                self._cut.add(rule.id)
                return

    def _finding(self, rule: Rule, objection: Objection) -> Finding:
        return Finding(
            rule.id,
            objection.place.path,
            Sentence(objection.message, objection.message_ja),
            Sentence(objection.remedy, objection.remedy_ja),
            objection.place.position,
            objection.severity or rule.severity,
            self._campaign,
        )

    def weighed(self, aside: SetAside) -> Iterator[Finding]:
        """The findings with the weight that policy and waivers give them."""
        for finding in self.findings:
            if aside.off(finding.rule):
                continue
            waived = finding.rule in aside.waivers
            yield replace(finding, severity=Severity.INFO if waived else aside.weight(finding))

    def item(self, rule: str, aside: SetAside) -> Item:
        """How a rule stands."""
        if aside.off(rule):
            return Item(rule, Status.NOT_APPLICABLE, _OFF)
        if rule in self._status:
            return self._status[rule]
        weights = {aside.weight(finding) for finding in self.findings if finding.rule == rule}
        if not weights - {Severity.INFO}:
            return Item(rule, Status.PASS)
        if rule in aside.waivers:
            waiver = aside.waivers[rule]
            why = f"{waiver.reason} ({waiver.by}, {waiver.until})"
            return Item(rule, Status.WAIVED, Sentence(why, why))
        status = Status.FAIL if Severity.ERROR in weights else Status.WARN
        return Item(rule, status, _MORE if rule in self._cut else None)
