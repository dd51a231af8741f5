import json
import re
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import get_args

import pytest
from rich.cells import cell_len

from pipeline.models.campaign import Expect, State
from pipeline.models.policy import Gates
from pipeline.models.recipient import Reason
from pipeline.plan.changes import Amend, Start, Stop, Unchanged
from pipeline.plan.delivery_plan import Forecast, Send, steps
from pipeline.plan.describe import as_data, as_markdown, as_text, facts_of, word_of
from pipeline.plan.earlier import Last
from pipeline.plan.phrases import phrases, worded
from pipeline.plan.report import Delivered, Entry
from pipeline.plan.unusual import (
    Compared,
    FarFrom,
    Nobody,
    NoSender,
    NotCounted,
    OutOfBounds,
    TimeHasPassed,
    TooLate,
    Unusual,
)
from pipeline.render.stencil_report import Sharing
from pipeline.sentence import Sentence
from tests.plan.plans import NOW, PLAN

_NO_FILE = Sentence("no file", "ファイルがありません")

EXCLUDED = {reason.value: 10 * n for n, reason in enumerate(Reason, 1)}
UNUSUAL: tuple[Unusual, ...] = (
    Nobody(),
    OutOfBounds(12, 500, 5000),
    FarFrom(5001, Compared(1000), 1.5),
    FarFrom(5001, Compared(1000, "2026-11-autumn-sale"), 1.5),
    NotCounted(
        Sentence(
            "The contact file segments/contacts/members.csv is not there.",
            "ファイルsegments/contacts/members.csvが見つかりません。",
        )
    ),
    NoSender("news"),
    TooLate(),
    TimeHasPassed(),
)
START = Entry(
    Start(PLAN.campaign),
    "冬のセール 2026",
    PLAN,
    Forecast(1234, EXCLUDED),
    steps(PLAN, 1234, NOW),
    UNUSUAL,
    subject="{{ recipient.name }}様 冬のセール",
    last=Last("2026-11-autumn", 1000, "秋のセール", datetime(2026, 11, 4, 1, 0, tzinfo=UTC)),
)
AMEND = Entry(Amend("amended"), "Amended", PLAN, Forecast(10), delivered=Delivered(10, 0))
STOP = Entry(Stop("gone", "removed"), "Gone", delivered=Delivered(100, 900))
REST = Entry(Unchanged("rest", State.DRAFT), "Rest")
ALL = (START, AMEND, STOP, REST)


def test_every_unusual_thing_is_worded_in_both_languages() -> None:
    kinds = {type(unusual) for unusual in UNUSUAL}
    assert kinds == set(get_args(Unusual))
    for unusual in UNUSUAL:
        english, japanese = worded(unusual, phrases("en")), worded(unusual, phrases("ja"))
        assert english.isascii()
        assert re.search(r"[ぁ-ん]", japanese), japanese


def test_the_arithmetic_stands_in_the_sentence() -> None:
    sentence = worded(FarFrom(5001, Compared(1000, "autumn"), 1.5), phrases("en"))
    assert sentence.startswith("5,001 recipients are 500% of the 1,000 of autumn, the last to the same")
    assert "up to 150%" in sentence
    assert "500~5,000件" in worded(OutOfBounds(12, 500, 5000), phrases("ja"))


def test_every_reason_for_an_exclusion_has_a_japanese_word() -> None:
    assert {reason.value for reason in Reason} <= phrases("ja").exclusions.keys()


def test_both_languages_have_every_phrase() -> None:
    for field in fields(phrases("en")):
        english, japanese = getattr(phrases("en"), field.name), getattr(phrases("ja"), field.name)
        assert japanese, field.name
        if isinstance(english, str):
            assert set(re.findall(r"{(\w+)", english)) == set(re.findall(r"{(\w+)", japanese)), field.name


@pytest.mark.parametrize("language", ["ja", "en"])
def test_text_fits_a_terminal_of_80_columns(language: str) -> None:
    text = as_text(ALL, "ja" if language == "ja" else "en")
    assert [line for line in text.splitlines() if cell_len(line) > 80] == []


def test_text_says_who_when_and_why() -> None:
    text = as_text(ALL, "en")
    assert "Start: 冬のセール 2026 (2026-12-winter-sale)" in text
    assert re.search(r"recipients +1,234 \(expected 500 to 5,000\)", text)
    assert re.search(r"wave 1: 13 recipients +2026-12-01 10:00 JST \(01:00 UTC\)\n", text)
    assert re.search(r"wave 3: 1,110 recipients +2026-12-01 11:00 JST \(02:00 UTC\) – 11:01\n", text)
    assert re.search(r"pace +14 recipients per second", text)
    assert re.search(
        r"Stop: Gone \(gone\)\n  why +the folder is removed\n  so far +100 reached, 900 not", text
    )
    assert "this change sends nothing" in text
    assert "1 other campaigns stay as they are." in text


def test_the_plan_says_which_domains_are_mailed_more_slowly_and_how_small_the_first_batches_are() -> None:
    plan = replace(PLAN, domains=(("docomo.ne.jp", 20.0),), first_batch=3)
    entry = replace(START, plan=plan, steps=steps(plan, 1234, NOW))
    text = as_text([entry], "en").replace("\u00a0", " ")
    assert "14 recipients per second, docomo.ne.jp 20/s" in text
    assert "at most 3 recipients each in the first wave, then 50" in text
    once = replace(plan, shares=(1.0,), first_batch=None)
    assert "at most 50 recipients each" in as_text([replace(entry, steps=steps(once, 1234, NOW))], "en")
    assert as_data([entry])["campaigns"][0]["pace"] == {"docomo.ne.jp": 20.0}


def test_the_plan_says_what_stops_it_and_what_the_gate_will_not_know() -> None:
    entry = replace(START, gates=Gates(), sharing=Sharing(2, 8, (("too long", 1),)))
    blind = " ".join(as_text([entry], "en").split())
    assert "0% not rendered, 2% refused, 1% without an answer, 5% bounced or 0.1% complained" in blind
    assert "this target reads no events" in blind
    assert "8 invented people share 2 templates; on its own: 1 (too long)" in blind
    assert "reads no events" not in as_text([replace(entry, events=True)], "en")
    assert "配信イベントを読まない" in as_markdown([entry], "ja")


def test_a_wave_over_midnight_names_both_days() -> None:
    late = Send(1, 10, datetime(2026, 12, 1, 11, tzinfo=UTC), datetime(2026, 12, 2, 1, tzinfo=UTC), 50)
    text = as_text([replace(START, steps=(late,))], "en")
    assert "2026-12-01 20:00 JST (11:00 UTC) – 2026-12-02 10:00 JST" in text


def test_a_change_that_sends_nothing_says_so() -> None:
    assert as_text((), "en") == "No campaign starts, changes or stops.\n"
    assert "1 other campaigns" in as_text([REST], "en")
    assert "開始・変更・停止するキャンペーンはありません" in as_markdown([REST], "ja")


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "<!-- hidden",
    "@hanamori/everybody read this",
    "a|b|c",
    "`code` ``` fence",
    "[link](https://evil.example) ![x](https://evil.example/x.png)",
    "see https://evil.example/ and www.evil.example",
    "fixes #12 and hanamori/campaigns#12",
    "*bold* _it_ ~~gone~~",
    "&commat;everybody &lt;b&gt;",
    "\\`escaped\\`",
    "two\u2028lines",
]


@pytest.mark.parametrize("title", HOSTILE)
def test_a_title_cannot_break_out_of_the_comment(title: str) -> None:
    comment = as_markdown([replace(START, title=title)], "en")
    (headline,) = [line for line in comment.split("\n") if line.startswith("### ")]
    rest = comment.replace(headline, "")
    assert rest == as_markdown([START], "en").replace(
        "### Start: 冬のセール 2026 \\(2026-12-winter-sale\\)", ""
    )
    unescaped = re.sub(r"\\[\\`*_{}\[\]<>()|!~&]", "", headline)
    assert not re.search(r"[\\`*_{}\[\]<>()|!~&]", unescaped), headline
    assert not re.search(r"@\w|#\d|://|www\.", unescaped), headline
    assert len(headline.splitlines()) == 1


@pytest.mark.parametrize("problem", HOSTILE)
def test_a_reason_cannot_break_out_of_the_comment_either(problem: str) -> None:
    comment = as_markdown([replace(START, unusual=(NotCounted(Sentence(problem, problem)),), steps=())], "en")
    line = next(line for line in comment.split("\n") if "could not be counted" in line)
    assert not re.search(r"(?<!\\)[<`|]", line)


def test_the_comment_has_a_table_of_times() -> None:
    comment = as_markdown([START], "ja")
    assert comment.startswith("## マージすると起こること\n\n### 配信開始: ")
    assert "| 手順 | 最も早い時刻 |\n| --- | --- |\n| 配信先の確定 | 2026-12-01 10:00 JST" in comment


def test_the_data_is_plain_and_complete() -> None:
    data = json.loads(json.dumps(as_data(ALL)))
    assert list(data) == ["campaigns"]
    start, amend, stop, rest = data["campaigns"]
    assert start.keys() == {
        "id", "title", "change", "why", "digest", "checksum", "segment", "recipients", "excluded", "last",
            "unusual",
        "rate", "pace", "reached", "sharing", "steps",
    }  # fmt: skip
    assert (start["change"], amend["change"], stop["change"], rest["change"]) == (
        "start",
        "amend",
        "stop",
        "unchanged",
    )
    assert (start["recipients"], start["excluded"]["unsubscribed"]) == (1234, EXCLUDED["unsubscribed"])
    assert start["steps"][0] == {"step": "freeze", "at": "2026-12-01T01:00:00+00:00"}
    assert (start["steps"][1]["recipients"], start["steps"][1]["batch"]) == (13, 10)
    assert start["steps"][-1]["batch"] == 50
    assert (start["rate"], start["pace"]) == (14.0, {})
    assert start["steps"][2]["step"] == "soak"
    assert len(start["unusual"]) == len(UNUSUAL)
    assert (stop["why"], stop["reached"], stop["digest"]) == ("removed", 100, None)


def test_a_campaign_that_could_not_be_counted_has_no_steps_and_says_why() -> None:
    entry = replace(
        START, forecast=Forecast(None, problem=_NO_FILE), steps=(), unusual=(NotCounted(_NO_FILE),)
    )
    text = as_text([entry], "en")
    assert re.search(r"recipients +unknown", text)
    assert "the audience could not be counted: no file" in text
    assert as_data([entry])["campaigns"][0]["recipients"] is None


def test_every_change_has_a_word() -> None:
    assert [word_of(entry.change) for entry in ALL] == ["start", "amend", "stop", "unchanged"]


@pytest.mark.parametrize(
    ("last", "sentence"),
    [
        (
            Last("autumn", 1000, "Autumn", datetime(2026, 11, 4, 1, 0, tzinfo=UTC)),
            (
                "autumn; subject “Autumn” → “Winter”; to leave 2026-11-04 10:00 JST (01:00 UTC) → "
                "2026-12-01 10:00 JST (01:00 UTC); 1,000 → 1,234 recipients (+23%)"
            ),
        ),
        (
            Last("autumn", None, "Winter", None, Expect(min=1, max=900)),
            (
                "autumn; the same subject “Winter”; expected 1 to 900 → 500 to 5,000 recipients; its size is "
                "not compared: the ledger that can be read here knows of no delivery"
            ),
        ),
        (Last("gone", 2468), "gone; 2,468 → 1,234 recipients (-50%)"),
    ],
)
def test_it_is_compared_with_the_last_to_the_same_people(last: Last, sentence: str) -> None:
    entry = replace(START, subject="Winter", last=last)
    assert ("against the last", sentence) in list(facts_of(entry, phrases("en")))


def test_in_japanese_too_and_one_that_leaves_at_its_merge() -> None:
    plan = replace(PLAN, send_at=None)
    said = dict(facts_of(replace(START, plan=plan), phrases("ja")))["前回との違い"]
    assert "件名「秋のセール」→「{{ recipient.name }}様 冬のセール」" in said
    assert "送信予定 2026-11-04 10:00 JST (01:00 UTC) → マージ時" in said
    assert "配信先 1,000件 → 1,234件(+23%)" in said


def test_when_it_begins_is_said_also_where_nobody_could_be_counted() -> None:
    said = dict(facts_of(replace(START, forecast=Forecast(None), steps=()), phrases("en")))
    assert said["first message"] == "2026-12-01 10:00 JST (01:00 UTC)"
    assert "last message" not in said
