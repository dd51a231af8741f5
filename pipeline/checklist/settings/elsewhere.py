"""Rules about the files themselves, and about how the checklist is used."""

from typing import Final

from pipeline.checklist.rule import found_elsewhere

RULES: Final = (
    found_elsewhere(
        "settings/yaml",
        "The YAML can be read",
        "YAMLが読める",
        """No duplicate keys, no aliases, no tags: what an author reads must be what the machine reads.

        Remedy: see the line.""",
    ),
    found_elsewhere(
        "settings/yamllint",
        "The YAML is tidy",
        "YAMLが整っている",
        """Tidy files make small differences in a review.

        Remedy: see the line; the rules are in `.yamllint.yaml`.""",
    ),
    found_elsewhere(
        "settings/schema",
        "Every key and value has its form",
        "設定の項目と値が正しい",
        """A misspelt key would be passed over in silence.

        Remedy: see the line; an editor with the schema shows it while you type.""",
    ),
    found_elsewhere(
        "settings/campaign-file",
        "The folder has a campaign.yaml",
        "campaign.yamlがある",
        """A folder under `campaigns/` is a campaign.

        Remedy: add `campaign.yaml`, or remove the folder.""",
    ),
    found_elsewhere(
        "settings/campaign-id",
        "The folder's name is a campaign id",
        "フォルダー名が正しい",
        """The folder's name is what the ledger knows the campaign by, and no other may differ only in case.

        Remedy: rename it: small letters, digits, hyphens.""",
    ),
    found_elsewhere(
        "settings/file-name",
        "File names can be read anywhere",
        "ファイル名が正しい",
        """A name that some system cannot write is a file that somebody cannot check out.

        Remedy: rename it.""",
    ),
    found_elsewhere(
        "settings/symlink",
        "No file is a symbolic link",
        "シンボリックリンクがない",
        """What a link leads to is not what was reviewed.

        Remedy: put the file itself there.""",
    ),
    found_elsewhere(
        "settings/personas",
        "The author's own personas fit the segment",
        "独自のペルソナが正しい",
        """`personas.yaml` describes further invented people: by the columns of the segment, and nobody real.

        Remedy: see the line.""",
    ),
    found_elsewhere(
        "settings/owner-exists",
        "The owner is a team",
        "担当チームがある",
        """Somebody answers for a campaign.

        Remedy: correct the name, or add the team to the policy.""",
    ),
    found_elsewhere(
        "settings/sender-exists",
        "The sender is one of the policy's",
        "差出人が登録されている",
        """`from:` is a sender of the policy, so that nobody writes in a name of their own.

        Remedy: correct the name.""",
    ),
    found_elsewhere(
        "settings/waiver",
        "Waivers are in force and needed",
        "免除が有効で、必要である",
        """A waiver sets one rule aside, with reason, name and expiry. One that is over, waives nothing, names
        no rule, or names a mandatory one is a trace of a decision that no longer stands.

        Remedy: remove it, or correct it; a mandatory rule cannot be waived.""",
        mandatory=True,
    ),
    found_elsewhere(
        "settings/severity",
        "Severities of the policy name rules that may be changed",
        "重要度の設定が正しい",
        """`checklist.severity` of the policy weighs rules anew. One that names no rule does nothing, and a
        mandatory rule keeps its weight.

        Remedy: correct the name, or remove the line.""",
        remark=True,
        mandatory=True,
    ),
    found_elsewhere(
        "settings/policy",
        "The policy can be read",
        "policy.yamlが読める",
        """Without a policy nothing can be judged, and nothing is sent.

        Remedy: see the line.""",
        remark=True,
        mandatory=True,
    ),
    found_elsewhere(
        "settings/segment-name",
        "The segment's file name is a name",
        "セグメントのファイル名が正しい",
        """Campaigns name a segment by its file.

        Remedy: rename it: small letters, digits, hyphens, and `.yaml`.""",
        remark=True,
    ),
    found_elsewhere(
        "settings/one-campaign",
        "One merge brings one campaign",
        "1回のマージで1つのキャンペーン",
        """A revert stops everything that its merge brought, so a merge brings one campaign. Asked with
        `--base`, in the pull request; removing the folder of a delivered campaign does not count.

        Remedy: make a pull request for each campaign.""",
        remark=True,
    ),
    found_elsewhere(
        "settings/no-campaigns",
        "There are campaigns",
        "キャンペーンがある",
        """A repository without campaigns is usually one that was started in the wrong folder.

        Remedy: `postmerge new campaign NAME`.""",
        remark=True,
    ),
)
