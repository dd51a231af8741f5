"""The wording rules against long copy that is right, and against copy that wants to keep them busy."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

import pytest

from pipeline.checklist import wording
from pipeline.checklist.draft import Draft
from pipeline.checklist.mail import Part
from pipeline.checklist.places import Place, Source
from pipeline.checklist.rule import Need, Objection, Rule, Verdict, rule
from pipeline.checklist.wording import japanese
from pipeline.checklist.wording.amounts import amounts, says
from pipeline.checklist.wording.authored import HITS_MAX, hits
from pipeline.checklist.wording.dates import mentions
from tests.checklist.drafts import Case

RENDERED: Final = tuple(each for each in wording.RULES if Need.CONTACTS not in each.needs)
LETTER_JA: Final = """\
{{ recipient.family_name or 'お客' }}様

いつも花森の道具をお使いいただき、誠にありがとうございます。
お客様センターの東 進です。12月1日(火)10:00から12月14日(月)23:59まで、冬のセールを開催いたします。

今年は、みなさまからいただいたお便りをもとに、鍋の取っ手を少しだけ太くしました。
「もう手放せない。」「毎日使える。」といったお声も届いています（なかには30年お使いの方もいらっしゃいます。）。
小さな変化ですが、毎日お使いになる方の声がなければ、気づけなかったことばかりです。
受け取れなかった方には、あらためてお送りします。一つ一つ、手でお作りしています。

■ おすすめの3点
・ウールのブランケット（140×200cm・グレー）　9,800円 → 6,860円
・琺瑯の片手鍋（18cm・ふた付き）　最大30％オフ
1) 栗の木のまな板
2) 陶器の湯たんぽ

※ 価格は税込。数量に限りあり。
※ 一部の離島を除く。
期間中は、1回のお買い上げ5,000円以上で送料が無料になります。お届けは1週間ほどかかります。
お支払いは、12月25日(金)から1月5日(火)までにお願いいたします。年末年始は12月29日から1月3日まで休業です。
前回のセール（2026年10月9日(金)〜10月12日(月)）では品切れが多く、ご迷惑をおかけしました。申し訳ございませんでした。
ご不明な点がございましたら、お気軽にお問い合わせください。お返事は2営業日以内にいたします。

髙橋、𠮷田、渡邉、一（はじめ）、セバスチャン・オブライエンをはじめ、スタッフ一同、ご来店を心よりお待ち申し上げております。
どうぞあたたかくしてお過ごしください。それでは、よいお年を！
"""
LETTER_EN: Final = """\
Dear {{ recipient.given_name or 'member' }},

Thank you for being with us. Our winter sale runs from Tuesday, December 1, 2026
until Monday, 14 December 2026.
You said that that old handle was too thin, and we had had the same thought; so it's a little thicker now.

(a) The blanket, 140 x 200 cm, was ¥9,800 and is ¥6,860 [while stocks last].
(b) Up to 30% off pans: 18 cm, "with a lid", 5" deep.

Orders from December 25 to January 5 arrive a little later. Last year's sale (October 9-12) sold out in hours.
It may take 3 to 5 days. In May 40 of you wrote to us; we answered every one of you within a day or two.
Naïve questions are welcome – write to us any time :-)

Warm wishes,
Seán O'Brien and Zoë Müller
"""


@pytest.mark.parametrize(("language", "letter"), [("ja", LETTER_JA), ("en", LETTER_EN)])
def test_a_long_letter_that_is_right_raises_no_alarm(language: str, letter: str) -> None:
    html = "".join(f"<p>{line}</p>\n" for line in letter.splitlines() if line)
    given = {
        "language": language,
        "text": letter,
        "html": html,
        "facts": {
            "dates": {"starts": "2026-12-01", "ends": "2026-12-14"},
            "past_dates": ["2026-10-09", "2026-10-12"],
            "amounts": {"blanket": "6,860円", "before": "9,800円", "off": "30%"},
        },
    }
    unlisted = {"wording/facts"}
    found = Case(given).report(*RENDERED).findings
    assert [f"{each.rule}: {each.message}" for each in found if each.rule not in unlisted] == []
    # The letter names more days than its facts, and that is pointed out without blocking.
    assert all("not among the dates" in each.message.en for each in found)
    assert {str(each.severity) for each in found} <= {"warning"}


def test_names_and_values_of_people_are_no_mistakes_of_the_author() -> None:
    columns = ["family_name", "given_name", "full_name", "joined_on", "points", "city", "nickname"]
    shown = "".join(f"{{{{ recipient.{column} }}}} / " for column in columns)
    line = f"{shown} {{{{ recipient.points | number }}}}円 {{{{ recipient.joined_on | date }}}}\n"
    given = {
        "segment": {"columns": columns},
        "policy": {"checklist": {"charset": "jis"}},
        "text": f"お待ちしております。\n{line}",
        "html": f"<p>お待ちしております。</p><p>{line}</p>",
        "facts": {"amounts": {"price": "1,300円"}},
    }
    found = Case(given).report(*RENDERED).findings
    assert {each.rule for each in found} <= {"wording/past-date", "wording/facts"}
    assert all("never mentions" in each.message.en for each in found if each.rule == "wording/facts")


# --- Copy that wants to keep the rules busy: bounded by what is done, not by the clock

SIZE: Final = 10_000
HOSTILE: Final = {
    "blanks behind a date": "12月1日(火)" + " " * SIZE,
    "dates": "12月1日(火)から2日 " * (SIZE // 14),
    "ranges": "12月14日から12月1日まで。" * (SIZE // 16),
    "open brackets": "「(（" * (SIZE // 3),
    "closed brackets": "]）)" * (SIZE // 3),
    "deep brackets": "「" * 99 + "()" * (SIZE // 2),
    "one word of kanji": "漢" * SIZE,
    "one word of kana": "あ" * SIZE,
    "one Latin word": "a" * SIZE,
    "one number": "1" * SIZE,
    "commas": "1," * (SIZE // 2),
    "amounts": "1,000円 " * (SIZE // 7),
    "the the": "the the " * (SIZE // 8),
    "empty lines": "\n " * (SIZE // 2),
    "invisible": "\u200b" * SIZE,
    "sentences": "追加する。です。" * (SIZE // 8),
    "quotations": "「追加する。" * (SIZE // 6),
    "stems": "食べれる" * (SIZE // 4),
    "weekdays": "Mon, " * (SIZE // 5),
}


def draft_of(text: str, language: str) -> Draft:
    """A draft whose text and subject are this."""
    seen: list[Draft] = []

    @rule("wording/probe", "Probe", "試し", Need.RENDERED)
    def probe(draft: Draft) -> Iterator[Verdict]:
        """Looks.

        Remedy: none.
        """
        seen.append(draft)
        yield from ()

    facts = {"dates": {"ends": "2026-12-14"}, "amounts": {"price": "5,000円"}}
    Case({"facts": facts, "language": language, "policy": {"checklist": {"charset": "jis"}}}).report(probe)
    (draft,) = seen
    source = (Source("body.txt", text),)
    parts = (
        Part("subject", "p", text[:200], source, Place("campaign.yaml")),
        Part("text", "p", text, source, Place("body.txt")),
    )
    return replace(draft, seen_mails=(replace(draft.mails[0], parts=parts),))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_copy_ends_in_findings_or_passes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    placed = asked = 0
    at, tokenize = Part.at, japanese.words

    def counted_at(self: Part, start: int, end: int | None = None) -> Place:
        nonlocal placed
        placed += 1
        return at(self, start, end)

    monkeypatch.setattr(Part, "at", counted_at)
    draft = draft_of(HOSTILE[name], "en" if HOSTILE[name].isascii() else "ja")
    tokenize.cache_clear()
    for each in RENDERED:
        if each.id == "wording/terms":
            continue
        assert each.check is not None
        placed = 0
        verdicts = list(islice(each.check(draft), 30))
        asked += len(verdicts)
        # Looking for a place is what costs: only for what is said.
        assert placed <= len([verdict for verdict in verdicts if isinstance(verdict, Objection)]) + 1, each.id
    # The analyser sees short pieces, and not many more of them than a part may have.
    assert tokenize.cache_info().misses <= 4 * HITS_MAX
    assert asked <= 30 * len(RENDERED)


def test_no_more_hits_of_one_pattern_are_looked_at_than_a_person_could_read() -> None:
    draft = draft_of("\u200b" * (3 * HITS_MAX), "ja")
    (invisible,) = (each for each in RENDERED if each.id == "wording/invisible-characters")
    assert count(invisible, draft) <= 2 * HITS_MAX


def count(rule_: Rule, draft: Draft) -> int:
    assert rule_.check is not None
    return sum(1 for _ in rule_.check(draft))


def test_a_part_with_more_sentences_than_anybody_reads_is_read_in_part() -> None:
    text = "お待ちしています。" * (japanese.SENTENCES_MAX * 3)
    assert len(list(japanese.sentences(text))) == japanese.SENTENCES_MAX


def test_words_of_ten_thousand_characters_are_read_in_pieces() -> None:
    long = "漢" * 10_000
    assert [len(match[0]) for _, match in hits(draft_of(long, "ja"), wording.repetition.KANJI)][:1] == [200]
    assert mentions("1" * 10_000) == ()
    assert amounts("9" * 10_000 + "円") == ()


# --- Values and dates


@pytest.mark.parametrize(
    ("written", "unit", "value"),
    [
        ("5,000円", "円", 5000),
        ("￥５，０００", "円", 5000),
        ("1万5千円", "円", 15000),
        ("1.5万円", "円", 15000),
        ("3億円", "円", 300_000_000),
        ("JPY 12,800", "円", 12800),
        ("$15", "$", 15),
        ("15 dollars", "$", 15),
        ("30％", "%", 30),
        ("3割引", "%", 30),
        ("2割5分", "%", 25),
        ("半額", "%", 50),
        ("10 per cent", "%", 10),
    ],
)
def test_an_amount_is_read_however_it_is_written(written: str, unit: str, value: int) -> None:
    (amount,) = amounts(f"いま{written}、です")
    assert (amount.unit, int(amount.value)) == (unit, value)
    assert (amount.start, amount.end) == (2, 2 + len(written.removesuffix("引")))


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("送料は５，０００円 以上で無料", "5000円", True),
        ("the blanket is 6,860 yen", "6860円", True),
        ("送料は15,000円以上で無料", "5,000円", False),
        ("会期は14日間", "14日", True),
        ("会期は14日間", "4日", False),
    ],
)
def test_a_fact_is_said_however_it_is_written_and_not_within_another(
    text: str, words: str, *, said: bool
) -> None:
    assert says(text, words) == said


def test_both_ends_of_a_range_of_amounts_are_amounts() -> None:
    assert [(amount.unit, int(amount.value)) for amount in amounts("30〜50%オフ")] == [("%", 30), ("%", 50)]


@pytest.mark.parametrize("text", ["時間割", "12,34円は", "24時間", "第3回", "1割れ目"])
def test_what_is_no_amount_is_none(text: str) -> None:
    assert [amount.key for amount in amounts(text) if amount.unit == "円" and amount.value > 100] == []


def test_a_duration_behind_a_date_is_no_date() -> None:
    assert [(m.month, m.day) for m in mentions("12月20日から3日間、1月10日より5日以内")] == [
        (12, 20),
        (1, 10),
    ]
