"""Every accident that the two source documents name: each is stopped before a single message leaves.

And each time the mail goes out by itself as soon as the mistake is mended.
"""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline import wiring
from pipeline.checklist.draft import Answer
from pipeline.errors import PipelineError
from tests.stories.commands import say
from tests.stories.story import POLICY, Story, make_story

PEOPLE = [
    ("鈴木", "花子"),
    ("佐藤", "太郎"),
    ("高橋", "美咲"),
    ("田中", "健一"),
    ("伊藤", "直子"),
    ("渡辺", "翔太"),
]
EVERYBODY = {f"m{number}@people.example" for number in range(1, len(PEOPLE) + 1)}
HOUSE = (
    POLICY.replace("consent: consent}", "consent: consent, family_name: family_name, given_name: given_name}")
    + "links: {allow: [hanamori.example]}\n"
)
SEGMENT = """\
title: 会員
source: members
where: id <> 'staff'
columns: [family_name, given_name]
"""
CAMPAIGN = """\
state: ready
kind: marketing
title: 冬のセール
owner: mail-desk
language: ja
from: news
reply_to: support@hanamori.example
subject: 冬のセールのお知らせ
body: {text: body.txt}
audience: {segment: everybody, expect: {min: 1, max: 6}}
schedule: {send_at: on_merge}
rollout: {waves: [100%]}
"""
FOOTER = """
配信の停止をご希望の方は、下記よりお手続きください。
{{ unsubscribe_url }}

送信者：{{ organisation.name }}
{{ organisation.postal_address }}
お問い合わせ・苦情の受付窓口
{{ organisation.contact }}
"""
COPY = """\
{{ recipient.family_name }} {{ recipient.given_name }}様

いつもご利用いただき、ありがとうございます。
12月14日(月)まで、冬のセールを開催しています。

▼セール会場
https://www.hanamori.example/winter
"""
APOLOGY = """\
{{ recipient.family_name }}様

お世話になっております。株式会社■■の鈴木です。
11月27日(金)にお送りしたメールに誤りがございました。深くお詫び申し上げます。
"""
YAML, BODY = "campaigns/sale/campaign.yaml", "campaigns/sale/body.txt"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop's repository, made once."""
    story = make_story(tmp_path_factory.mktemp("shop") / "repository")
    people(story, PEOPLE)
    story.commit({"policy.yaml": HOUSE, "segments/everybody.yaml": SEGMENT})
    return story.root


@pytest.fixture
def shop(template: Path, tmp_path: Path) -> Story:
    """A shop of six members and one of the staff, and nothing ordered."""
    shutil.copytree(template, tmp_path / "shop")
    return Story(tmp_path / "shop")


def people(story: Story, names: list[tuple[str, str]]) -> None:
    """The contacts: members as they are named, and somebody of the staff."""
    rows = [
        f"m{number},m{number}@people.example,{family},{given},2026-01-01"
        for number, (family, given) in enumerate(names, 1)
    ]
    head, staff = "id,email,family_name,given_name,consent", "staff,staff@people.example,社員,一郎,2026-01-01"
    story.write({"members.csv": "\n".join([head, *rows, staff]) + "\n"})


def mail(text: str = COPY, yaml: str = CAMPAIGN, **files: str) -> dict[str, str | None]:
    """The files of the campaign."""
    return {YAML: yaml, BODY: text + FOOTER, **files}


def order(shop: Story, files: dict[str, str | None], *, test: bool = True, by: str | None = "sato") -> None:
    """Written, sent to ourselves, approved and merged; then the undo window passes."""
    shop.change(files)
    if test:
        shop.test_send()
    shop.merge(approved_by=by)
    shop.deliver()
    shop.wait(minutes=10)
    shop.deliver()


def assert_stopped(shop: Story, kind: str, words: str) -> None:
    """Not one message has left, and the hold says why."""
    assert not shop.mailbox()
    reasons = {str(hold.kind): hold.reason for hold in shop.status().holds}
    assert kind in reasons, reasons
    assert words in reasons[kind] or any(words in told for told in shop.told), (reasons, shop.told)


def assert_sent(shop: Story, to: set[str] = EVERYBODY) -> None:
    """Whoever was meant has it, once."""
    shop.deliver()
    assert dict(shop.mailbox()) == dict.fromkeys(to, 1)


# --- Recipients


def test_unsubscribed_people_get_nothing_even_if_the_list_was_forgotten(shop: Story) -> None:
    shop.write({"unsubscribed.csv": "email\nM2@people.example\nm5@people.example\n"})
    forgotten = HOUSE.replace("suppression: {unsubscribed: unsubscribed.csv}\n", "")
    order(shop, mail() | {"policy.yaml": forgotten})
    assert_stopped(shop, "checklist", "no list of those who unsubscribed")
    order(shop, {"policy.yaml": HOUSE})
    assert_sent(shop, EVERYBODY - {"m2@people.example", "m5@people.example"})


def test_people_who_are_not_meant_are_noticed_by_their_number(shop: Story) -> None:
    everybody = SEGMENT.replace("where: id <> 'staff'\n", "")
    order(shop, mail() | {"segments/everybody.yaml": everybody})
    assert_stopped(shop, "bounds", "7")
    order(shop, {"segments/everybody.yaml": SEGMENT})
    assert_sent(shop)


def test_nobody_gets_the_mail_twice(shop: Story) -> None:
    people(shop, [*PEOPLE[:5], ("伊藤", "直子")])
    text = (shop.root / "members.csv").read_text(encoding="utf-8").replace("m6@people", "M5@people")
    shop.write({"members.csv": text})
    order(shop, mail())
    assert_sent(shop, EVERYBODY - {"m6@people.example"})
    shop.revert()
    shop.git("revert", "--no-edit", "HEAD", by="sato")
    shop.deliver_all()
    assert_sent(shop, EVERYBODY - {"m6@people.example"})


# --- Merge data


def test_family_and_given_names_the_wrong_way_round_are_stopped(shop: Story) -> None:
    people(shop, [(given, family) for family, given in PEOPLE])
    order(shop, mail())
    assert_stopped(shop, "bounds", "name")
    people(shop, PEOPLE)
    assert_sent(shop)


def test_a_telephone_number_in_the_name_is_stopped(shop: Story) -> None:
    people(shop, [*PEOPLE[:5], ("090-0000-0001", "翔太")])
    order(shop, mail())
    assert_stopped(shop, "bounds", "phone number")
    people(shop, PEOPLE)
    assert_sent(shop)


# --- What it says and what goes along


@pytest.mark.parametrize(
    "words", [("check",), ("check", "--format", "sarif"), ("plan",), ("comment", "text")], ids=" ".join
)
def test_what_the_repository_says_of_people_names_nobody(shop: Story, words: tuple[str, ...]) -> None:
    families = ("鬼頭", "丹下", "猪瀬", "蛭田", "甲斐")
    names = [("090-1234-5678", "花子"), *((family, family) for family in families)]
    # the worst list: its ids are addresses
    rows = [f"p{n}@people.example,p{n}@people.example,{f},{g},2026-01-01" for n, (f, g) in enumerate(names)]
    shop.write({"members.csv": "\n".join(["id,email,family_name,given_name,consent", *rows]) + "\n"})
    shop.change(mail())
    base = () if words[0] == "check" else ("--base", "main")
    told = say(shop.root, *words, *base).text
    assert "sale" in told
    if words[0] != "plan":
        assert "data/" in told, "it speaks of what stands in the names"
    for secret in (*families, "1234", "5678", "people.example"):
        assert secret not in told, secret


def test_a_wrong_date_is_stopped(shop: Story) -> None:
    order(shop, mail(COPY.replace("12月14日(月)", "12月14日(火)")))
    assert_stopped(shop, "checklist", "12月14日(火)")
    order(shop, mail())
    assert_sent(shop)


def test_uneven_sentence_endings_are_stopped(shop: Story) -> None:
    order(shop, mail(COPY.replace("開催しています。", "開催している。送料は無料だ。")))
    assert_stopped(shop, "checklist", "ends in plain style")
    order(shop, mail())
    assert_sent(shop)


def test_a_wrong_address_of_a_page_is_stopped(shop: Story) -> None:
    order(shop, mail(COPY.replace("www.hanamori", "www.hanamroi")))
    assert_stopped(shop, "checklist", "hanamroi")
    order(shop, mail())
    assert_sent(shop)


def test_what_is_wrong_for_a_few_alone_is_stopped(shop: Story) -> None:
    prefix = "https://www.hanamori.example/winter"
    wrong = "{% if recipient.given_name == '翔太' %}https://www.hanamroi.example/only{% endif %}"
    order(shop, mail(COPY.replace(prefix, f"{prefix}\n{wrong}")))
    assert_stopped(shop, "checklist", "hanamroi")
    order(shop, mail(COPY.replace(prefix, f"{prefix}\n{wrong.replace('hanamroi', 'hanamori')}")))
    assert_sent(shop)


def test_a_page_that_is_not_published_yet_is_waited_for(shop: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    published: set[str] = {"https://www.hanamori.example/contact"}
    asked: list[str] = []

    def web(pages: Sequence[str]) -> list[Answer]:
        asked.extend(pages)
        return [Answer(page, 200 if page in published else 404) for page in pages]

    monkeypatch.setattr(wiring, "web", lambda: web)
    order(shop, mail() | {"policy.yaml": HOUSE.replace("links: {", "links: {verify: delivery, ")})
    assert_stopped(shop, "checklist", "https://www.hanamori.example/winter”: there is no page (status 404)")
    published.add("https://www.hanamori.example/winter")
    assert_sent(shop)
    assert not [page for page in asked if "u.hanamori" in page], "nobody is unsubscribed by us"


def test_a_wrong_attachment_is_stopped(shop: Story) -> None:
    meant, other = "%PDF-1.7\n冬のカタログ\n", "%PDF-1.7\n社外秘 仕入れ値\n"
    digest = hashlib.sha256(meant.encode()).hexdigest()
    yaml = CAMPAIGN + f"attachments: [{{file: catalogue.pdf, sha256: {digest}}}]\n"
    shop.write({"campaigns/sale/catalogue.pdf": other})
    order(shop, mail(yaml=yaml), test=False)
    with pytest.raises(PipelineError, match="catalogue"):
        shop.test_send()
    assert_stopped(shop, "test-send", "no test send")
    order(shop, {"campaigns/sale/catalogue.pdf": meant})
    assert_sent(shop)


def test_a_list_of_customers_as_an_attachment_is_stopped(shop: Story) -> None:
    rows = "氏名,メール\n" + "".join(f"{a}{b},{a}@people.example\n" for a, b in PEOPLE)
    digest = hashlib.sha256(rows.encode()).hexdigest()
    yaml = CAMPAIGN + f"attachments: [{{file: sizes.csv, sha256: {digest}}}]\n"
    order(shop, mail(yaml=yaml) | {"campaigns/sale/sizes.csv": rows})
    assert_stopped(shop, "checklist", "other people's data")
    order(shop, mail() | {"campaigns/sale/sizes.csv": None})
    assert_sent(shop)


def test_an_apology_with_a_gap_left_in_it_is_stopped(shop: Story) -> None:
    sorry = CAMPAIGN.replace("marketing", "apology").replace(
        "冬のセールのお知らせ", "【お詫び】誤配信について"
    )
    sorry += "facts: {past_dates: [2026-11-27]}\n"
    order(shop, mail(APOLOGY, sorry))
    assert_stopped(shop, "checklist", "“■” was to be replaced")
    order(shop, mail(APOLOGY.replace("■■", "はなもり"), sorry))
    assert_sent(shop)


def test_an_advertisement_without_its_footer_is_stopped(shop: Story) -> None:
    order(shop, {YAML: CAMPAIGN, BODY: COPY + "{{ unsubscribe_url }}\n"})
    assert_stopped(shop, "checklist", "does not show")
    order(shop, mail())
    assert_sent(shop)


# --- Who has looked at it


def test_a_mail_that_nobody_has_approved_is_stopped(shop: Story) -> None:
    order(shop, mail(), by=None)
    assert_stopped(shop, "approval", "approv")
    order(shop, mail(COPY.replace("いつも", "いつもはなもりを")))
    assert_sent(shop)


def test_a_mail_that_only_its_author_has_approved_is_stopped(shop: Story) -> None:
    order(shop, mail(), by="suzuki")
    assert_stopped(shop, "approval", "suzuki")


def test_a_mail_that_was_never_sent_to_ourselves_is_stopped(shop: Story) -> None:
    order(shop, mail(), test=False)
    assert_stopped(shop, "test-send", "no test send")
    shop.test_send()
    assert_sent(shop)
