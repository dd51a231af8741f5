"""What goes along with the mail: what it says it is, and nobody's data."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from pipeline.checklist.domains import host_of
from pipeline.checklist.draft import Draft
from pipeline.checklist.places import Place
from pipeline.checklist.rule import CouldNotRun, NotApplicable, Objection, Verdict, rule
from pipeline.checklist.system.file_kinds import EXPECTED, REFUSED, kind_of
from pipeline.checklist.system.people_in import Personal, is_of_people, personal_columns
from pipeline.checklist.system.tables import Closed, Table, csv_tables, members, xlsx_tables
from pipeline.models.finding import Severity

_LEFT_OVER: Final = re.compile(
    r"^~\$|^copy of |コピー|[ _(（-](?:copy|old|旧|draft|下書き|作業中|社外秘|internal)[ _)）.-]|\(\d\)\.",
    re.IGNORECASE,
)
_UNSEEN: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
#: Spreadsheets of formats that nothing here can look into.
_OPAQUE: Final = frozenset({".xls", ".xlsb", ".xlsm", ".ods", ".numbers"})
_TABLES: Final = frozenset({".csv", ".tsv", ".txt"})
_PERSONAL_JA: Final = {
    Personal.ADDRESS: "メールアドレス",
    Personal.MOBILE: "携帯電話番号",
    Personal.PHONE: "電話番号",
    Personal.NAME: "氏名",
    Personal.MORE: "そのほかの個人情報",
}


@rule("system/attachment", "Attachments are the files that are meant", "添付ファイルが正しい")
def attachment(draft: Draft) -> Iterator[Verdict]:
    """A wrong attachment cannot be called back, and a list of customers in it is a leak.

    A file is the one that was meant by its sha256; it is what its name says by its first bytes; and a
    spreadsheet or CSV with columns of people's addresses, numbers or names is refused, also in a ZIP file.

    Remedy: put the right file in place and write the sha256 that the finding gives; take people out of it.

    Misses: what a PDF, a picture or a Word file says; names without a heading such as 氏名; rows behind the
    first thousand; files locked with a password, which nobody can look into and which therefore block.
    """
    if not draft.campaign.attachments:
        yield NotApplicable("nothing is attached", "添付ファイルはありません")
    for index, each in enumerate(draft.campaign.attachments):
        # What is missing or another file, the workspace says under this rule's name.
        if each.file in draft.files:
            yield from _file(draft, draft.at("attachments", index, "file"), each.file)


def _file(draft: Draft, place: Place, path: str) -> Iterator[Verdict]:
    data, name = draft.read(path), PurePosixPath(path).name
    yield from _named(place, name)
    kind, ending = kind_of(data), PurePosixPath(name).suffix.lower()
    if not data:
        yield Objection(
            place,
            f"{name} is empty.",
            f"{name} は空のファイルです。",
            "Add the file.",
            "正しいファイルを入れてください。",
        )
    elif ending in REFUSED or kind == "program":
        yield Objection(
            place,
            f"{name} is a program or a file that runs one: mail providers refuse it.",
            f"{name} は、メールで受け取りを拒否される種類のファイルです。",
            "Put it on the web site and link to it.",
            "Webサイトに置いて、リンクしてください。",
        )
    elif ending in EXPECTED and kind not in EXPECTED[ending]:
        yield Objection(
            place,
            f"{name} is not what its name says: its content is {kind}.",
            f"{name} の中身が、拡張子と一致しません(中身は{kind})。",
            "Export it again, or correct the name.",
            "ファイルを作り直すか、名前を直してください。",
        )
    elif ending not in EXPECTED and ending not in _OPAQUE:
        yield _warning(
            place,
            f"Many mail programs cannot open {name}.",
            f"{name} は、開けないメールソフトが多い形式です。",
            "Send a PDF, or link to it.",
            "PDFにするか、リンクにしてください。",
        )
    yield from _people(draft, place, name, data)


def _named(place: Place, name: str) -> Iterator[Objection]:
    if _UNSEEN.search(name):
        yield Objection(
            place,
            "The name of the attachment has characters that nobody sees.",
            "添付ファイルの名前に、見えない文字があります。",
            "Rename the file.",
            "ファイル名を付け直してください。",
        )
    elif _LEFT_OVER.search(name):
        yield _warning(
            place,
            f"“{name}” is the name of a copy, or of work that is not finished.",
            f"「{name}」は、コピーや作業中のファイルの名前です。",
            "Make sure that it is the one that is meant, and give it the name that readers shall see.",
            "正しいファイルか確認し、読者に見せる名前に変えてください。",
        )


def _people(draft: Draft, place: Place, name: str, data: bytes) -> Iterator[Verdict]:
    if PurePosixPath(name).suffix.lower() in _OPAQUE:
        yield _closed(name)
        return
    sender = draft.policy.senders.get(draft.campaign.from_)
    own = host_of(sender.address) if sender else ""
    try:
        for table in _tables(name, data):
            kinds = personal_columns(table, own)
            if kinds:
                yield _personal(place, name, kinds)
                return
    except Closed:
        yield _closed(name)


def _tables(name: str, data: bytes, *, inside: bool = False) -> Iterator[Table]:
    """The tables in a file, and in the files of a ZIP file. Raises Closed."""
    ending, kind = PurePosixPath(name).suffix.lower(), kind_of(data)
    if kind == "locked":
        raise Closed
    if ending == ".xlsx" or kind == "xlsx":
        yield from xlsx_tables(data)
    elif ending in _TABLES and kind == "text":
        yield from csv_tables(data)
    elif kind == "zip" and not inside:
        for each, content in members(data):
            if PurePosixPath(each).suffix.lower() in _OPAQUE:
                raise Closed
            yield from _tables(each, content, inside=True)


def _personal(place: Place, name: str, kinds: frozenset[Personal]) -> Objection:
    ordered = [kind for kind in Personal if kind in kinds]
    said, said_ja = ", ".join(ordered), "・".join(_PERSONAL_JA[kind] for kind in ordered)
    return Objection(
        place,
        f"{name} has columns of {said}: everybody would get other people's data.",
        f"{name} に{said_ja}の列があります。ほかの人の個人情報が全員に届きます。",
        "Attach a file without people in it.",
        "個人情報のないファイルを添付してください。",
        None if is_of_people(kinds) else Severity.WARNING,
    )


def _closed(name: str) -> CouldNotRun:
    return CouldNotRun(
        f"{name} cannot be looked into; attach an unlocked XLSX or CSV, or a PDF",
        f"{name} の中身を確認できません。パスワードのないXLSX・CSV、またはPDFにしてください",
    )


def _warning(place: Place, message: str, message_ja: str, remedy: str, remedy_ja: str) -> Objection:
    return Objection(place, message, message_ja, remedy, remedy_ja, Severity.WARNING)
