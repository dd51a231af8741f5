"""Write the invented members of the examples, with the dirt of a real list.

    python segments/contacts/generate.py [FOLDER]

writes members.csv, unsubscribed.csv and complained.csv; without FOLDER beside this file. The seed is fixed:
running it again changes nothing. Nobody in the files exists: every domain ends in `.example` and every
telephone number lies in a block that is given to nobody (090-0000).

Dirt that only costs a recipient (another spelling of an address, a broken one, no consent, unsubscribed)
stands everywhere. Dirt that ruins a mail (names swapped, a telephone number for a name, test rows) stands
only in rows taken over from an old shop in March 2019, none of which has ordered after 2020.
"""

import csv
import sys
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

_SEED = 20261201
#: The day the list was drawn; nobody orders or joins later.
_DRAWN_ON = date(2026, 11, 20)
_MEMBERS, _ENGLISH, _STAFF, _TAKEN_OVER = 2675, 190, 18, 64

_FAMILIES = """佐藤 サトウ sato,鈴木 スズキ suzuki,高橋 タカハシ takahashi,田中 タナカ tanaka,伊藤 イトウ ito,
渡辺 ワタナベ watanabe,山本 ヤマモト yamamoto,中村 ナカムラ nakamura,小林 コバヤシ kobayashi,加藤 カトウ kato,
吉田 ヨシダ yoshida,山田 ヤマダ yamada,佐々木 ササキ sasaki,山口 ヤマグチ yamaguchi,松本 マツモト matsumoto,
井上 イノウエ inoue,木村 キムラ kimura,斎藤 サイトウ saito,清水 シミズ shimizu,山崎 ヤマザキ yamazaki,
阿部 アベ abe,池田 イケダ ikeda,橋本 ハシモト hashimoto,石川 イシカワ ishikawa,小川 オガワ ogawa,
前田 マエダ maeda,藤田 フジタ fujita,岡田 オカダ okada,後藤 ゴトウ goto,長谷川 ハセガワ hasegawa,
村上 ムラカミ murakami,近藤 コンドウ kondo,石井 イシイ ishii,坂本 サカモト sakamoto,遠藤 エンドウ endo,
青木 アオキ aoki,藤井 フジイ fujii,西村 ニシムラ nishimura,福田 フクダ fukuda,太田 オオタ ota,
三浦 ミウラ miura,岡本 オカモト okamoto,松田 マツダ matsuda,中川 ナカガワ nakagawa,中野 ナカノ nakano,
原田 ハラダ harada,小野 オノ ono,田村 タムラ tamura,竹内 タケウチ takeuchi,金子 カネコ kaneko,
和田 ワダ wada,中山 ナカヤマ nakayama,石田 イシダ ishida,上田 ウエダ ueda,森田 モリタ morita,原 ハラ hara,
柴田 シバタ shibata,酒井 サカイ sakai,工藤 クドウ kudo,横山 ヨコヤマ yokoyama,宮崎 ミヤザキ miyazaki,
髙橋 タカハシ takahashi,山﨑 ヤマザキ yamazaki,𠮷田 ヨシダ yoshida,濵田 ハマダ hamada,
勅使河原 テシガワラ teshigawara,五十嵐 イガラシ igarashi,森 モリ mori,林 ハヤシ hayashi,
東 ヒガシ higashi"""
_GIVEN_NAMES = """太郎 タロウ taro,翔太 ショウタ shota,健一 ケンイチ kenichi,
大輔 ダイスケ daisuke,
拓也 タクヤ takuya,直樹 ナオキ naoki,和也 カズヤ kazuya,浩二 コウジ koji,誠 マコト makoto,隆 タカシ takashi,
悠斗 ユウト yuto,
蓮 レン ren,陽向 ヒナタ hinata,湊 ミナト minato,樹 イツキ itsuki,達也 タツヤ tatsuya,学 マナブ manabu,
裕子 ユウコ yuko,陽子 ヨウコ yoko,恵子 ケイコ keiko,久美子 クミコ kumiko,由美 ユミ yumi,智子 トモコ tomoko,
真由美 マユミ mayumi,美咲 ミサキ misaki,愛 アイ ai,彩 アヤ aya,優子 ユウコ yuko,葵 アオイ aoi,
さくら サクラ sakura,結衣 ユイ yui,凛 リン rin,陽菜 ヒナ hina,美穂 ミホ miho,千尋 チヒロ chihiro,
和子 カズコ kazuko,幸子 サチコ sachiko,あゆみ アユミ ayumi,めぐみ メグミ megumi,ひかり ヒカリ hikari"""
_ENGLISH_FAMILIES = """Miller Novak Okafor Lindqvist Rossi Fernandez O'Brien Dubois Schmidt Jensen Carter
Singh Almeida Kowalski Nguyen Hughes Santos Meyer Larsen Walker Moreau Bianchi Murphy Edwards Bakker"""
_ENGLISH_GIVEN_NAMES = """Grace Oliver Amelia Noah Chloé Lucas Emma Daniel Sofia Henry Alice Samuel Zoë Marco
Nina Peter Laura Adam Julia Simon"""
_PREFECTURES = ("神奈川県", "埼玉県", "千葉県", "大阪府", "愛知県", "北海道", "福岡県", "京都府", "宮城県")
_DOMAINS = ("mail.example", "webmail.example", "docomo.example", "ezweb.example", "softbank.example")
#: One @ too few, one too many, a space, a comma, a dot too many: what people really type.
_BREAKS = (
    "{local}.{domain}",
    "{local}@@{domain}",
    "{local} @{domain}",
    "{local}@{comma}",
    "{local}@{domain}.",
)
_HALF_WIDTH = {"サトウ": "ｻﾄｳ", "スズキ": "ｽｽﾞｷ", "イトウ": "ｲﾄｳ", "アベ": "ｱﾍﾞ"}


@dataclass(frozen=True, slots=True)
class Member:
    """One row of members.csv; the fields are its columns."""

    member_id: str
    email: str
    family_name: str
    given_name: str
    family_name_kana: str
    given_name_kana: str
    prefecture: str
    phone: str
    points: int
    last_order_on: date | None
    joined_on: date
    is_staff: bool
    marketing_consent_at: datetime | None
    locale: str
    last_complaint_on: date | None = None

    def cells(self) -> list[str]:
        """The row as text: dates as ISO, truth as `true` and `false`, nothing as an empty cell."""
        return [_cell(getattr(self, field.name)) for field in fields(self)]


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _table(text: str) -> list[tuple[str, str, str]]:
    rows = (entry.split() for entry in text.replace("\n", "").split(","))
    return [(written, kana, latin) for written, kana, latin in rows]


class _Town:
    """Where the invented people come from; hands out every id and every address once."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._families, self._given_names = _table(_FAMILIES), _table(_GIVEN_NAMES)
        self._taken: set[str] = set()
        self._last_id = 0

    def japanese(self) -> Member:
        rng = self._rng
        # Squaring makes the first names of the list the common ones.
        family = self._families[int(len(self._families) * rng.random() ** 2)]
        given = rng.choice(self._given_names)
        member = self._member(
            local=f"{given[2]}.{family[2]}",
            domain=rng.choice(_DOMAINS),
            names=(family[0], given[0], family[1], given[1]),
        )
        prefecture = "東京都" if self._chance(0.55) else rng.choice(_PREFECTURES)
        if self._chance(0.012):
            member = replace(member, family_name="", given_name="", family_name_kana="", given_name_kana="")
        return replace(member, prefecture=prefecture)

    def english(self) -> Member:
        family, given = (
            self._rng.choice(_ENGLISH_FAMILIES.split()),
            self._rng.choice(_ENGLISH_GIVEN_NAMES.split()),
        )
        local = f"{given}.{family}".lower().replace("'", "").replace("é", "e").replace("ë", "e")
        member = self._member(local=local, domain="inbox.example", names=(family, given, "", ""))
        return replace(member, locale="en", prefecture=self._rng.choice(("東京都", "神奈川県", "京都府")))

    def _member(self, *, local: str, domain: str, names: tuple[str, str, str, str]) -> Member:
        rng = self._rng
        self._last_id += 1
        joined = _DRAWN_ON - timedelta(days=rng.randint(5, 2500))
        return Member(
            f"H{self._last_id:06}",
            self._address(local, domain),
            *names,
            prefecture="",
            phone=f"090-0000-{rng.randint(0, 9999):04}",
            points=int(12000 * rng.random() ** 3),
            last_order_on=self._last_order(joined),
            joined_on=joined,
            is_staff=False,
            marketing_consent_at=self._consent(joined),
            locale="ja",
            last_complaint_on=date(2026, 11, rng.randint(1, 19)) if self._chance(0.006) else None,
        )

    def _chance(self, share: float) -> bool:
        return self._rng.random() < share

    def _address(self, local: str, domain: str) -> str:
        address = f"{local}@{domain}"
        while address in self._taken:
            address = f"{local}{self._rng.randint(1, 999)}@{domain}"
        self._taken.add(address)
        return address

    def _last_order(self, joined: date) -> date | None:
        if self._chance(0.04):
            return None
        return max(joined, _DRAWN_ON - timedelta(days=int(1100 * self._rng.random() ** 2)))

    def _consent(self, joined: date) -> datetime | None:
        if self._chance(0.12):
            return None
        midnight = datetime.combine(joined, time())
        return midnight + timedelta(seconds=self._rng.randint(25200, 82800))


def _staff(member: Member) -> Member:
    local = member.email.partition("@")[0]
    return replace(member, email=f"{local}@staff.hanamori.example", is_staff=True)


def _taken_over(member: Member, place: int) -> Member:
    """A row of the old shop, spoilt in the way its place in the import decides."""
    member = replace(
        member,
        joined_on=date(2019, 3, 1),
        last_order_on=date(2020, 1 + place % 12, 15),
        prefecture="静岡県",
    )
    match place % 8:
        case 0 | 1:
            return replace(member, family_name=member.given_name, given_name=member.family_name)
        case 2:
            return replace(member, family_name=member.phone)
        case 3:
            return replace(member, family_name="テスト", given_name="太郎", email=f"test{place}@mail.example")
        case 4:
            return replace(member, family_name=member.family_name + "様")
        case 5 | 6:
            kana = member.family_name_kana
            return replace(member, family_name_kana=_HALF_WIDTH.get(kana, "ﾔﾏﾀﾞ"))
        case _:
            return member


def _broken(member: Member, place: int) -> Member:
    local, _, domain = member.email.partition("@")
    pattern = _BREAKS[place % len(_BREAKS)]
    return replace(
        member, email=pattern.format(local=local, domain=domain, comma=domain.replace(".example", ",example"))
    )


def respelt(address: str, place: int) -> str:
    """The same address as another form wrote it down; normalising must find the twin."""
    local, _, domain = address.partition("@")
    spellings = (f"{local}@{domain.upper()}", f"{local}＠{domain}", f" {address}", f"{address} ")
    return spellings[place % len(spellings)]


def members(rng: Random) -> list[Member]:
    """The whole list, about 3,000 rows, dirt included."""
    town = _Town(rng)
    people = [town.japanese() for _ in range(_MEMBERS)] + [town.english() for _ in range(_ENGLISH)]
    people += [_staff(town.japanese()) for _ in range(_STAFF)]
    people += [_taken_over(town.japanese(), place) for place in range(_TAKEN_OVER)]
    rng.shuffle(people)
    for place, index in enumerate(rng.sample(range(len(people)), 30)):
        people[index] = _broken(people[index], place)
    registered_twice = [
        replace(person, member_id=f"H9{place:05}", email=respelt(person.email, place))
        for place, person in enumerate(rng.sample(people, 45))
    ]
    exported_twice = [replace(person, points=person.points + 100) for person in rng.sample(people, 8)]
    return people + registered_twice + exported_twice


def opted_out(people: list[Member], rng: Random) -> list[str]:
    """About four of a hundred, some in another spelling, and some who are no members any more."""
    addresses = [person.email for person in rng.sample(people, 115)]
    spelt = [
        respelt(address, place) if place % 5 == 0 else address for place, address in enumerate(addresses)
    ]
    return spelt + [f"former{number}@webmail.example" for number in range(10)]


def _write(path: Path, header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main(folder: Path) -> None:
    """Write the three files into `folder`."""
    rng = Random(_SEED)
    people = members(rng)
    _write(
        folder / "members.csv",
        [field.name for field in fields(Member)],
        [person.cells() for person in people],
    )
    _write(folder / "unsubscribed.csv", ["email"], [[address] for address in opted_out(people, rng)])
    complained = [[person.email] for person in rng.sample(people, 12)]
    _write(folder / "complained.csv", ["email"], complained)
    print(f"{len(people)} members written to {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
