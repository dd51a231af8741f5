"""SendBulkEmail with an inline template."""

from collections.abc import Mapping
from typing import Any

import orjson

from tests.ses_double import limits
from tests.ses_double.acceptance import SUCCESS, Letter, accept
from tests.ses_double.account import Account
from tests.ses_double.content import data_of, envelope, of_template, pairs
from tests.ses_double.faults import Fault
from tests.ses_double.mail import Pairs
from tests.ses_double.refusal import bad_request
from tests.ses_double.shapes import request_of, shape_named
from tests.ses_double.template import merged


def send_bulk(account: Account, request: dict[str, Any], size: int, faults: list[Fault]) -> dict[str, Any]:
    """One result an entry, in order. `size` is that of the request in bytes."""
    entries = request.get("BulkEmailEntries")
    shell = {**request, "BulkEmailEntries": []} if isinstance(entries, list) else request
    if problem := request_of("SendBulkEmail")(shell):
        raise bad_request(f"1 validation error detected: {problem}")
    assert isinstance(entries, list)
    if not 1 <= len(entries) <= limits.ENTRIES_MAX:
        raise bad_request(f"{len(entries)} entries; allowed are 1 to {limits.ENTRIES_MAX} destinations.")
    template = request["DefaultContent"].get("Template", {})
    content = of_template(template, envelope(request), size)
    common = _Common(account, request, template)
    letters = [common.letter(position, entry) for position, entry in enumerate(entries)]
    accept(account, content, letters, faults)
    return {"BulkEmailEntryResults": [_result(letter) for letter in letters]}


def _result(letter: Letter) -> dict[str, str]:
    if letter.status == SUCCESS:
        return {"Status": SUCCESS, "MessageId": letter.message_id}
    return {"Status": letter.status, "Error": letter.error}


class _Common:
    """What all entries of a call share, and how an entry differs from it."""

    def __init__(self, account: Account, request: Mapping[str, Any], template: Mapping[str, Any]) -> None:
        self._settings = account.settings
        self._check = shape_named("BulkEmailEntry")
        self._data = data_of(template.get("TemplateData", "{}"))
        tags, headers = request.get("DefaultEmailTags", []), template.get("Headers", [])
        if problem := limits.tags(tags) or limits.headers(headers):
            raise bad_request(problem)
        self._tags, self._headers = pairs(tags), pairs(headers)

    def letter(self, position: int, entry: dict[str, Any]) -> Letter:
        """The entry as a letter; one that cannot be accepted refuses the call, or itself, by setting."""
        problem = self._problem(entry)
        letter = None if problem else self._merged(entry)
        if letter is None:
            problem = problem or "its data, headers and the template's do not fit together"
            if self._settings.bad_entry == "call":
                raise bad_request(f"1 validation error detected: BulkEmailEntries[{position}]: {problem}")
            return Letter((), status="INVALID_PARAMETER", error=problem)
        return letter

    def _problem(self, entry: dict[str, Any]) -> str:
        settings = self._settings
        return (
            self._check(entry)
            or limits.destination(
                entry["Destination"],
                strict_one=settings.strict_one,
                copies_refused=settings.copies_refused,
            )
            or limits.headers(entry.get("ReplacementHeaders", ()))
            or limits.tags(entry.get("ReplacementTags", ()))
        )

    def _merged(self, entry: Mapping[str, Any]) -> Letter | None:
        replacement = entry.get("ReplacementEmailContent", {}).get("ReplacementTemplate", {})
        try:
            data = orjson.loads(replacement.get("ReplacementTemplateData", "{}"))
        except orjson.JSONDecodeError:
            return None
        headers = self._with_headers(pairs(entry.get("ReplacementHeaders", ())))
        if not isinstance(data, dict) or len(headers) > limits.HEADERS_MAX:
            return None
        tags = {**dict(self._tags), **dict(pairs(entry.get("ReplacementTags", ())))}
        if len(tags) > limits.TAGS_MAX:
            return None
        return Letter(
            addresses=limits.everybody(entry["Destination"]),
            values=merged(self._data, data),
            headers=headers,
            tags=tuple(tags.items()),
            copies=limits.copies(entry["Destination"]),
        )

    def _with_headers(self, own: Pairs) -> Pairs:
        """The entry's headers beside those of the template that it does not replace."""
        replaced = {name.lower() for name, _ in own}
        kept = tuple(pair for pair in self._headers if pair[0].lower() not in replaced)
        return kept + (own if self._settings.header_order == "kept" else own[::-1])
