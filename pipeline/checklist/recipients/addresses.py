"""Addresses that are nobody's: test rows, misspelt domains, addresses of a role."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from pipeline.checklist.data import columns
from pipeline.checklist.draft import Audience, Draft
from pipeline.checklist.masking import Tally
from pipeline.checklist.rule import Need, Objection, Verdict, rule
from pipeline.models.finding import Severity

_TEST_LOCAL: Final = re.compile(
    r"(?:test|tests|tester|testuser|test-?user|testmail|dummy|sample|example|foo|foobar|hoge|hogehoge|aaa+|xxx+)"
    r"[-_.]?\d{0,6}(?:\+.{1,40})?",
    re.IGNORECASE,
)
_TEST_NAME: Final = re.compile(
    r"(?:テスト|ﾃｽﾄ|てすと|test|ダミー|dummy|サンプル|ほげ|hoge)"
    r"[-_\s]?(?:ユーザー?|user|太郎|花子)?\d{0,6}",
    re.IGNORECASE,
)
#: Whole names that forms are tried out with; people bear them, too.
_SPECIMENS: Final = frozenset(
    {"山田太郎", "山田花子", "日本太郎", "日本花子", "東京太郎", "JohnDoe", "JaneDoe"}
)
#: Providers whose names are long enough that one wrong letter is a slip.
_PROVIDERS: Final = (
    "gmail.com", "yahoo.co.jp", "yahoo.com", "hotmail.com", "hotmail.co.jp", "outlook.com", "outlook.jp",
    "icloud.com", "docomo.ne.jp", "ezweb.ne.jp", "softbank.ne.jp", "i.softbank.jp", "ymobile.ne.jp",
    "nifty.com", "biglobe.ne.jp", "so-net.ne.jp", "plala.or.jp", "rakuten.jp", "googlemail.com",
)  # fmt: skip
#: One letter from a provider, and somebody's own.
_REAL: Final = frozenset({
    *_PROVIDERS, "mail.com", "ymail.com", "email.com", "fmail.com", "cloud.com", "outlook.it",
    "d.softbank.jp", "softbank.jp",
})  # fmt: skip
_WRONG_END: Final = frozenset(
    {"gmail.co.jp", "gmail.ne.jp", "gmail.jp", "ezweb.co.jp", "icloud.co.jp", "docomo.jp"}
)
_ROLES: Final = frozenset({
    "abuse", "admin", "administrator", "billing", "contact", "helpdesk", "hostmaster", "info", "inquiry",
    "jinji", "mailer-daemon", "marketing", "no-reply", "noc", "noreply", "office", "otoiawase",
    "postmaster", "press", "privacy", "recruit", "root", "sales", "security", "soumu", "spam", "support",
    "webmaster",
})  # fmt: skip


@rule(
    "recipients/test-rows", "No test rows are among the people", "テスト用の行が混ざっていない", Need.CONTACTS
)
def test_rows(draft: Draft) -> Iterator[Verdict]:
    """A test row in the real list means that the list is not the one that was cleaned.

    It is told by its address (test@, dummy12@), by its name (テスト, ダミー), or by a specimen's name
    (山田太郎) with an address of our own. Single rows are a warning; half of an audience is a test list.

    Remedy: leave the rows out of the segment, or delete them from the contacts.

    Misses: 山田太郎 with somebody else's address: people are called so.
    """
    names, own = tuple(columns.names(draft)), _own_domains(draft)
    found = draft.audience.once(_tests, names, own)
    if found.rows:
        yield Objection(
            draft.at("audience", "segment"),
            f"{found.said} look like test data.",
            f"テスト用と思われる行があります: {found.said_ja}",
            "Leave them out of the segment, or delete them from the contacts.",
            "セグメントから除くか、名簿から削除してください。",
            _weight(draft, found),
        )


def _tests(audience: Audience, names: tuple[str, ...], own: tuple[str, ...]) -> Tally:
    found = Tally()
    for rows in audience.rows(*names):
        fields = [rows.fields[name] for name in names]
        for position, (id_, address) in enumerate(zip(rows.ids, rows.addresses, strict=True)):
            values = tuple(field[position] for field in fields)
            if _is_test(address, values, own):
                found.add([id_])
    return found


def _is_test(address: str, names: tuple[str, ...], own: tuple[str, ...]) -> bool:
    local, _, domain = address.rpartition("@")
    if _TEST_LOCAL.fullmatch(local) or any(_TEST_NAME.fullmatch(name.strip()) for name in names if name):
        return True
    whole = "".join("".join(names).split()) if names else ""
    return whole in _SPECIMENS and f".{domain.lower()}".endswith(own)


def _own_domains(draft: Draft) -> tuple[str, ...]:
    senders = (sender.address.rpartition("@")[2] for sender in draft.policy.senders.values())
    return tuple(f".{domain.lower()}" for domain in (*senders, *draft.policy.links.allow))


@rule(
    "recipients/domain-typo",
    "No address has a misspelt domain",
    "メールアドレスのドメインに誤字がない",
    Need.CONTACTS,
    severity=Severity.WARNING,
)
def domain_typo(draft: Draft) -> Iterator[Verdict]:
    """gmial.com bounces, or belongs to somebody who collects what is sent there.

    A domain is compared with those of the great providers: one letter too many, too few, wrong, or two in
    the wrong order, is a slip.

    Remedy: ask the customer, correct the row, or leave it out.

    Misses: slips in the names of companies and small providers, and domains with two mistakes.
    """
    yield from _among(
        draft,
        _has_slip,
        "have a misspelt domain, such as gmial.com for gmail.com",
        "ドメインに誤字があると思われる宛先があります",
    )


@rule(
    "recipients/role-address",
    "Addresses belong to people",
    "個人ではない代表アドレスがない",
    Need.CONTACTS,
    severity=Severity.WARNING,
)
def role_address(draft: Draft) -> Iterator[Verdict]:
    """Behind info@ or abuse@ sits nobody who gave consent, and often somebody who reports spam.

    Remedy: leave them out, or set the rule's severity to `off` where the customers are companies.
    """
    yield from _among(
        draft,
        _is_role,
        "are addresses of a role, such as info@",
        "info@などの代表アドレスがあります",
    )


def _among(draft: Draft, is_so: Callable[[str], bool], said: str, said_ja: str) -> Iterator[Objection]:
    found = draft.audience.once(_those, is_so)
    if found.rows:
        yield Objection(
            draft.at("audience", "segment"),
            f"{found.said} {said}.",
            f"{said_ja}: {found.said_ja}",
            "Correct these rows in the contacts, or leave them out.",
            "名簿の該当行を直すか、配信先から除いてください。",
        )


def _those(audience: Audience, is_so: Callable[[str], bool]) -> Tally:
    found = Tally()
    for rows in audience.rows():
        for id_, address in zip(rows.ids, rows.addresses, strict=True):
            if is_so(address):
                found.add([id_])
    return found


def _has_slip(address: str) -> bool:
    return is_slip(address.rpartition("@")[2].lower())


def _is_role(address: str) -> bool:
    return address.partition("@")[0].lower() in _ROLES


def _weight(draft: Draft, found: Tally) -> Severity:
    return Severity.ERROR if 2 * found.rows >= draft.audience.size else Severity.WARNING


@lru_cache(maxsize=50_000)
def is_slip(domain: str) -> bool:
    """Whether a domain, in small letters, is a great provider's but for one slip."""
    if domain in _REAL:
        return False
    near = (provider for provider in _PROVIDERS if abs(len(provider) - len(domain)) <= 1)
    return domain in _WRONG_END or any(_one_slip(domain, provider) for provider in near)


def _one_slip(one: str, other: str) -> bool:
    """Whether one letter is missing, too much or wrong, or two neighbours changed places."""
    start = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    rest, wanted = one[start:], other[start:]
    return (
        rest[1:] == wanted
        or rest == wanted[1:]
        or rest[1:] == wanted[1:]
        or (rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:])
    )
