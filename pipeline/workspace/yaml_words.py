"""What is wrong with a YAML file, in the words of people who do not know YAML (pure)."""

from typing import Final

from pipeline.sentence import Sentence

#: What a parser's words begin with, and what they mean: the sentence and the remedy.
PLAIN_WORDS: Final = {
    "mapping values are not allowed": (
        Sentence("There is a colon where none can stand.", "ここにはコロン(:)を書けません。"),
        Sentence(
            "Put the value in quotes if it contains a colon, and check the indentation.",
            "値にコロンが含まれる場合は引用符で囲んでください。字下げも確認してください。",
        ),
    ),
    "found character '\\t'": (
        Sentence("There is a tab where only spaces may stand.", "半角スペースの場所にタブがあります。"),
        Sentence("Replace the tab with spaces.", "タブを半角スペースに置き換えてください。"),
    ),
    "could not find expected ':'": (
        Sentence(
            "A line is neither `key: value` nor the continuation of a value.",
            "`キー: 値`でも、値の続きでもない行があります。",
        ),
        Sentence(
            "Write a colon and a space after the key, and check the indentation.",
            "キーの後にコロンと半角スペースを書き、字下げを確認してください。",
        ),
    ),
    "expected <block end>": (
        Sentence("The indentation does not match the lines above.", "字下げが上の行とそろっていません。"),
        Sentence(
            "Indent the keys of one block by the same number of spaces.",
            "同じまとまりのキーは、同じ数の半角スペースで字下げしてください。",
        ),
    ),
    "found unexpected end of stream": (
        Sentence("A quote or bracket is opened and never closed.", "引用符または括弧が閉じられていません。"),
        Sentence("Close it.", "閉じてください。"),
    ),
    "expected ',' or": (
        Sentence(
            "A bracket is opened and never closed, or a comma is missing.",
            "括弧が閉じられていないか、カンマが抜けています。",
        ),
        Sentence("Close the bracket.", "括弧を閉じてください。"),
    ),
}
_REMOVE_IT: Final = Sentence("Remove it.", "削除してください。")


def too_large(kilobytes: int) -> tuple[Sentence, Sentence]:
    """The file is larger than it may be."""
    return (
        Sentence(f"The file is larger than {kilobytes} KB.", f"ファイルが{kilobytes}KBを超えています。"),
        Sentence("Move long copy into a template.", "長い文章はテンプレートに移してください。"),
    )


def not_text() -> tuple[Sentence, Sentence]:
    """The file is no UTF-8."""
    return (
        Sentence("The file is not UTF-8 text.", "ファイルがUTF-8のテキストではありません。"),
        Sentence("Save it with the encoding UTF-8.", "文字コードをUTF-8にして保存してください。"),
    )


def control_character() -> tuple[Sentence, Sentence]:
    """A character that nobody sees."""
    return (
        Sentence("The file contains a control character.", "ファイルに制御文字が含まれています。"),
        Sentence("Delete the character.", "その文字を削除してください。"),
    )


def too_deep(levels: int) -> tuple[Sentence, Sentence]:
    """Lists in mappings in lists."""
    return (
        Sentence(
            f"Something is nested more than {levels} levels deep.", f"入れ子が{levels}段を超えています。"
        ),
        Sentence(
            "Write it flatter; no format of ours needs so many levels.",
            "入れ子を浅くしてください。これほどの段数が必要な設定はありません。",
        ),
    )


def is_empty() -> tuple[Sentence, Sentence]:
    """Nothing in it."""
    return (
        Sentence("The file is empty.", "ファイルが空です。"),
        Sentence("Write its keys, or delete it.", "必要なキーを書くか、ファイルを削除してください。"),
    )


def directive() -> tuple[Sentence, Sentence]:
    """`%YAML 1.2` and the like."""
    return (
        Sentence("Lines that begin with % are not used here.", "%で始まる行は使えません。"),
        Sentence("Remove the line.", "その行を削除してください。"),
    )


def no_mapping() -> tuple[Sentence, Sentence]:
    """A list, or a mere word."""
    return (
        Sentence(
            "The file must consist of `key: value` lines.", "ファイルは`キー: 値`の行で書いてください。"
        ),
        Sentence("Begin with a key.", "キーから書き始めてください。"),
    )


def second_document() -> tuple[Sentence, Sentence]:
    """Something behind `---`."""
    return (
        Sentence("The file contains a second document.", "ファイルに2つ目の文書があります。"),
        Sentence("Remove everything from the `---` on.", "`---`から後をすべて削除してください。"),
    )


def complex_key() -> tuple[Sentence, Sentence]:
    """Usually a template without quotes: `subject: {{ name }}`."""
    return (
        Sentence(
            "A list or a mapping cannot be a key.", "コロンの前に、リストや括弧のまとまりは書けません。"
        ),
        Sentence(
            "Write plain text before the colon, and a template in quotes.",
            "コロンの前には文字だけを書き、{{ }}を含む値は引用符で囲んでください。",
        ),
    )


def merge_key() -> tuple[Sentence, Sentence]:
    """`<<: *other`."""
    return (
        Sentence("Merge keys (`<<`) are not used here.", "マージキー(`<<`)は使えません。"),
        Sentence("Write the keys out.", "キーをすべて書いてください。"),
    )


def no_key() -> tuple[Sentence, Sentence]:
    """A colon with nothing before it."""
    return (
        Sentence("A value has no key.", "キーのない値があります。"),
        Sentence("Write a key before the colon.", "コロンの前にキーを書いてください。"),
    )


def second_time(key: str) -> tuple[Sentence, Sentence]:
    """The same key again."""
    return (
        Sentence(f"The key `{key}` stands here a second time.", f"キー`{key}`が2回書かれています。"),
        Sentence("Keep one of the two.", "どちらか一方だけを残してください。"),
    )


def alias(name: str) -> tuple[Sentence, Sentence]:
    """`*name`."""
    return (
        Sentence(f"Aliases (`*{name}`) are not used here.", f"エイリアス(`*{name}`)は使えません。"),
        Sentence("Write the value out.", "値をそのまま書いてください。"),
    )


def anchor(name: str) -> tuple[Sentence, Sentence]:
    """`&name`."""
    return Sentence(
        f"Anchors (`&{name}`) are not used here.", f"アンカー(`&{name}`)は使えません。"
    ), _REMOVE_IT


def tag(name: str) -> tuple[Sentence, Sentence]:
    """`!!name`."""
    return Sentence(f"Tags (`{name}`) are not used here.", f"タグ(`{name}`)は使えません。"), _REMOVE_IT


def too_many() -> tuple[Sentence, Sentence]:
    """More mistakes than anybody reads at once."""
    return (
        Sentence("There are more mistakes than are listed.", "このほかにも誤りがあります。"),
        Sentence("Mend these first.", "まず、ここまでの誤りを直してください。"),
    )


def no_yaml(problem: str) -> tuple[Sentence, Sentence]:
    """What the parser refuses for another reason, which it gives in English."""
    return (
        Sentence(f"This is not YAML: {problem}.", "YAMLとして読み取れません。"),
        Sentence(
            "Compare the line with one that works, or put the value in quotes.",
            "正しく動いている行と見比べるか、値を引用符で囲んでください。",
        ),
    )
