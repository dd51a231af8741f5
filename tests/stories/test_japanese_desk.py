"""A mail desk that reads only Japanese: what is broken, and half approved, is told in Japanese everywhere."""

import json
import re
from html import unescape
from pathlib import Path

import pytest

from pipeline.cli.options import Place
from pipeline.cli.preview import Looking, album_at
from pipeline.preview.page import page
from pipeline.sentence import Sentence
from tests.english import JAPANESE, english_in
from tests.stories.commands import say
from tests.stories.story import CAMPAIGN, POLICY, SEGMENT, Story, make_story

JA = POLICY.replace("language: en", "language: ja", 1)
YAML = CAMPAIGN.replace("language: en", "language: ja").replace("title: Sale", "title: 冬のセール")
YAML = YAML.replace("{{ recipient.name }}, the sale begins", "{{ recipient.name }}様、冬のセールのお知らせ")
BODY = """\
{{ recipient.name }}様

冬のセールが始まります。 https://www.hanamori.example/
配信停止: {{ unsubscribe_url }}
{{ organisation.name }} {{ organisation.postal_address }}
お問い合わせ: {{ organisation.contact }}
"""
MJML = YAML.replace("body: {text: body.txt}", "body: {html: body.mjml}")
PAGE = (
    '<mjml lang="ja"><mj-body><mj-section><mj-column><mj-text>'
    "{{ recipient.name }}様 MORE</mj-text></mj-column></mj-section></mj-body></mjml>\n"
)
#: By campaign, what is wrong with campaign.yaml.
FORMS = {
    "anchor": YAML.replace("title: ", "title: &a "),
    "keys": YAML.replace("title: ", "titel: ").replace("state: ready", "state: redy").replace("30m", "30"),
    "names": YAML.replace("owner: mail-desk", "owner: nobody").replace("everybody", "everbody"),
    "tab": YAML.replace("kind: ", "\tkind: "),
    "values": YAML.replace("min: 1,", "min: many,").replace("on_merge", "tomorrow").replace("10%,", "100%,"),
    "waived": YAML + "waivers:\n  - {rule: wording/weekdya, reason: x, until: 2020-01-01, by: suzuki}\n",
    "yamllint": YAML.replace("kind: ", "kind:   ") + "\n\n\n\n",
}
#: By campaign, what is wrong with its text.
TEXTS = {
    "include": "{% include '_shared/food.txt' %}" + BODY,
    "syntax": BODY + "{% if recipient.name %}",
    "filter": BODY + "{{ recipient.name | nummer }}",
    "name": BODY + "{{ recipient.nmae }}",
    "sum": BODY + "{{ recipient.name + 1 }}",
    "range": BODY + "{% for i in range(99999) %}x{% endfor %}",
}
PAGES = {
    "mj-tag": PAGE.replace("mj-text", "mj-texxt"),
    "mj-open": PAGE.replace("</mj-section>", ""),
}


def _desk(root: Path, files: dict[str, str | None]) -> Story:
    story = make_story(root)
    story.write({"policy.yaml": JA})
    story.git("commit", "-q", "-a", "-m", "Japanese")
    story.change(files)
    return story


def _campaign(name: str, yaml: str = YAML, text: str = BODY) -> dict[str, str | None]:
    return {f"campaigns/{name}/campaign.yaml": yaml, f"campaigns/{name}/body.txt": text}


def _broken() -> dict[str, str | None]:
    files: dict[str, str | None] = {}
    for name, yaml in FORMS.items():
        files |= _campaign(name, yaml)
    for name, text in TEXTS.items():
        files |= _campaign(name, text=text)
    for name, text in PAGES.items():
        files[f"campaigns/{name}/campaign.yaml"] = MJML
        files[f"campaigns/{name}/body.mjml"] = text
    return files


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return _desk(tmp_path_factory.mktemp("desk") / "repository", _broken())


@pytest.mark.parametrize(
    "words", [("check",), ("check", "--format", "github"), ("comment", "text"), ("plan",)]
)
def test_a_report_of_what_is_broken_holds_no_english_sentence(broken: Story, words: tuple[str, ...]) -> None:
    said = say(broken.root, *words).text
    assert english_in(said) == []
    assert len(JAPANESE.findall(said)) > 300
    assert str(broken.root) not in said


def test_programs_are_told_in_japanese_too_and_every_campaign_has_its_finding(broken: Story) -> None:
    found = json.loads(say(broken.root, "check", "--format", "json").text)["campaigns"]
    assert {each["id"] for each in found} == {*FORMS, *TEXTS, *PAGES}
    assert [each["id"] for each in found if not each["findings"]] == []
    told = [finding[key] for each in found for finding in each["findings"] for key in ("message", "remedy")]
    told += [item["reason"] for each in found for item in each["items"] if item["reason"] is not None]
    assert [words for words in told if english_in(words)] == []
    assert [words for words in told if words and not JAPANESE.search(words) and "suzuki" not in words] == []


def test_the_preview_of_a_mail_that_cannot_be_made_says_why_in_japanese(broken: Story) -> None:
    asked = ("name", "mj-open", "include", "keys")
    album = album_at(
        Looking(Place(broken.root), asked, no_camera=Sentence("not asked", "撮影しない設定です"))
    )
    shown = re.sub(
        r"(?s)<style>.*?</style>|<script>.*?</script>|<pre.*?</pre>|<title>.*?</title>", "", page(album)
    )
    text = "\n".join(unescape(re.sub(r"<[^>]+>", "\n", shown)).split("\n"))
    assert "body.txtの7行目: recipient.nmaeはここでは使えません。recipientにあるのはnameです。" in text
    assert "MJMLのタグが閉じられないまま、ファイルが終わっています。" in text
    assert english_in(re.sub(r"(?m)^ +", "", text)) == []


@pytest.mark.parametrize(
    "policy", [JA.replace("10m", "10"), JA.replace("teams: {", "teams: {{"), JA.replace("teams:", "\tteams:")]
)
def test_a_policy_that_is_broken_is_still_read_by_a_japanese_desk(tmp_path: Path, policy: str) -> None:
    story = _desk(tmp_path / "repository", _campaign("sale") | {"policy.yaml": policy})
    said = say(story.root, "check")
    assert said.status == 1
    assert "policy.yaml:" in said.text
    assert english_in(said.text) == []
    assert "NG   sale" in said.text
    refused = say(story.root, "plan")
    assert refused.text.startswith("postmerge: policy.yamlを読み取れないため、配信の計画を表示できません。\n")
    assert english_in(refused.text) == []
    comment = say(story.root, "comment", "text")
    assert comment.status == 0, "an older comment would go on saying that all is well"
    assert "⛔ policy.yamlを読み取れないため、配信の計画も配信もできません。" in comment.text
    assert "- 🔴 policy.yaml:" in comment.text
    assert english_in(comment.text) == []


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (
            {"policy.yaml": JA.replace("path: members", "path: mebers")},
            "ファイルmebers.csvが見つかりません。policy.yamlのパスを確認してください。",
        ),
        (
            {"members.csv": "id,email,name,consent\n1,2\n"},
            "members.csvの2行目で終わる行には値が2個ありますが",
        ),
        ({"segments/everybody.yaml": SEGMENT + "where: nmae = 'x'\n"}, "名簿に列nmaeがありません"),
    ],
)
def test_contacts_that_cannot_be_read_are_named_as_the_policy_names_them(
    tmp_path: Path, files: dict[str, str | None], sentence: str
) -> None:
    story = _desk(tmp_path / "repository", _campaign("sale") | files)
    for words in (("plan",), ("comment", "text"), ("check", "--format", "json")):
        said = say(story.root, *words).text
        assert str(story.root) not in said
        assert english_in(said) == []
    assert sentence in "".join(line.strip() for line in say(story.root, "check").text.splitlines())


def test_one_broken_piece_is_told_once_and_what_could_not_run_because_of_it_is_counted(
    tmp_path: Path,
) -> None:
    pieces: dict[str, str | None] = {"campaigns/_shared/foot.txt": "{% if %}\n"}
    text = "{% include '_shared/foot.txt' %}\n" + BODY
    pieces |= _campaign("spring", text=text) | _campaign("summer", text=text + "夏\n")
    story = _desk(tmp_path / "repository", pieces)
    said = say(story.root, "check").text
    assert said.count("campaigns/_shared/foot.txt:1:") == 1
    assert "    2件のキャンペーンに影響: spring、summer\n" in said
    lines = said.splitlines()
    hindered = [f"{line}{lines[n + 1]}" for n, line in enumerate(lines) if "先にほかの指摘を直し" in line]
    assert len(hindered) == 2, "once for each campaign"
    assert all(
        re.search(r"実行できず \d\d項目: .*\(display/template-syntax\) +.*文言22", line) for line in hindered
    )
    assert say(story.root, "check", "--format", "github").text.count("foot.txt") == 1
    complete = json.loads(say(story.root, "check", "--format", "json").text)
    assert [len(each["findings"]) for each in complete["campaigns"]] == [1, 1]
    told = say(story.root, "comment", "text").text
    assert len(re.findall(r"不合格のうち\d\d項目は、まだ確認できていません", told)) == 2
