"""The rules that exist, in the order of the paper checklist."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its id is the interface, `heading/name`; the titles are for people."""

    id: str
    title: str
    title_ja: str


HEADINGS: Final = {
    "recipients": "配信先",
    "settings": "配信設定",
    "wording": "文言",
    "display": "表示",
    "system": "システム",
    "data": "差し込み",
    "legal": "法令",
}

#: What this version checks of a campaign. Rules of files that belong to no campaign (the policy, a segment
#: nobody uses) give findings without an item.
RULES: Final = (
    Rule("recipients/segment-exists", "The segment exists", "セグメントがある"),
    Rule("recipients/segment-cycle", "Segments do not exclude each other", "除外セグメントが循環していない"),
    Rule("recipients/incident-exists", "The incident is on record", "インシデントが記録されている"),
    Rule("recipients/source-exists", "The contact source exists", "配信先の名簿がある"),
    Rule("recipients/predicate", "The condition is one safe predicate", "抽出条件が正しい"),
    Rule("recipients/column-exists", "The contact source has the columns", "名簿に必要な項目がある"),
    Rule("settings/yaml", "The YAML can be read", "YAMLが読める"),
    Rule("settings/yamllint", "The YAML is tidy", "YAMLが整っている"),
    Rule("settings/schema", "Every key and value has its form", "設定の項目と値が正しい"),
    Rule("settings/campaign-file", "The folder has a campaign.yaml", "campaign.yamlがある"),
    Rule("settings/campaign-id", "The folder's name is a campaign id", "フォルダー名が正しい"),
    Rule("settings/file-name", "File names can be read anywhere", "ファイル名が正しい"),
    Rule("settings/symlink", "No file is a symbolic link", "シンボリックリンクがない"),
    Rule("settings/owner-exists", "The owner is a team", "担当チームがある"),
    Rule("settings/sender-exists", "The sender is one of the policy's", "差出人が登録されている"),
    Rule("display/file-exists", "Every file that is named exists", "指定のファイルがある"),
    Rule("display/template-text", "Templates are text", "テンプレートがテキストである"),
    Rule("display/template-syntax", "Templates can be read", "テンプレートの書式が正しい"),
    Rule("display/include-exists", "Included pieces exist", "共有部品がある"),
    Rule("display/attachment-digest", "Attachments are the files that are meant", "添付ファイルが正しい"),
    Rule("display/renders", "The mail renders for everybody", "差し込みで誤りが出ない"),
)
