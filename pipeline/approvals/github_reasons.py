"""Why somebody's word does not count, as one sentence for people, in English and Japanese (pure)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence without its full stop, in both languages."""

    en: str
    ja: str


def pull_words(number: int) -> Reason:
    """How a pull request is called."""
    return Reason(f"pull request #{number}", f"プルリクエスト{number}番")


def commits_missing(number: int, listed: int, promised: int) -> Reason:
    """GitHub's list of commits was cut."""
    return Reason(
        f"GitHub lists {listed} of the {promised} commits of pull request #{number}",
        f"プルリクエスト{number}番のコミット{promised}件のうち、GitHubが示すのは{listed}件だけです",
    )


def commit_of_nobody(sha: str) -> Reason:
    """A commit whose address belongs to no account."""
    return Reason(
        f"commit {sha[:12]} belongs to no GitHub account, so nobody knows who wrote it",
        f"コミット{sha[:12]}はどのGitHubアカウントのものでもなく、作成者が分かりません",
    )


def last_push_unknown(number: int) -> Reason:
    """GitHub has forgotten the pushes."""
    return Reason(
        f"GitHub does not say who pushed pull request #{number} last; restore its branch, with the button on "
        "the page of the pull request",
        f"プルリクエスト{number}番へ最後にプッシュした人が分かりません。プルリクエストの画面でブランチを元に戻してください",
    )


def pusher_deleted(number: int) -> Reason:
    """A pusher's account is gone."""
    return Reason(
        f"an account that pushed to pull request #{number} has been deleted",
        f"プルリクエスト{number}番へプッシュしたアカウントが削除されています",
    )


def programs_only(number: int) -> Reason:
    """No person had a hand in it."""
    return Reason(
        f"pull request #{number} was made by programs only, so nobody knows who is behind it",
        f"プルリクエスト{number}番はプログラムだけで作られており、作成者が分かりません",
    )


def review_without_time(number: int) -> Reason:
    """When was it reviewed."""
    return Reason(
        f"GitHub does not say when pull request #{number} was reviewed",
        f"プルリクエスト{number}番がいつレビューされたか、GitHubから分かりません",
    )


def nobody_reviewed(number: int) -> Reason:
    """No opinion at all."""
    return Reason(
        f"nobody has reviewed pull request #{number}",
        f"プルリクエスト{number}番はまだ誰もレビューしていません",
    )


def reviewer_deleted() -> Reason:
    """Whose opinion it was nobody knows."""
    return Reason(
        "a review is by an account that has been deleted", "削除されたアカウントによるレビューがあります"
    )


def asks_for_changes(who: str, number: int) -> Reason:
    """A reviewer's no."""
    return Reason(f"{who} asks for changes in pull request #{number}", f"{who}さんが変更を依頼しています")


def dismissed(who: str) -> Reason:
    """Taken back."""
    return Reason(f"the review of {who} was dismissed", f"{who}さんのレビューは取り消されました")


def program(who: str) -> Reason:
    """A program's approval."""
    return Reason(f"{who} is a program, and approves nothing", f"{who}はプログラムのため、承認できません")


def had_a_hand(who: str, hand: str) -> Reason:
    """Who `pushed` or `wrote` a part."""
    done = "このブランチにプッシュした" if hand == "pushed" else "作成に関わった"
    return Reason(
        f"{who} {hand} a part of it, and cannot approve it",
        f"{who}さんは{done}ため、承認できません",
    )


def may_not_write(who: str) -> Reason:
    """Who may only read."""
    return Reason(
        f"{who} has no write access to the repository, so the approval does not count",
        f"{who}さんには書き込み権限がないため、承認は数えられません",
    )


def too_late(who: str) -> Reason:
    """After the merge."""
    return Reason(f"{who} approved only after the merge", f"{who}さんの承認はマージの後です")


def content_gone(who: str) -> Reason:
    """The commit that was reviewed is not there."""
    return Reason(
        f"what {who} approved cannot be found any more", f"{who}さんが承認した内容はもう見つかりません"
    )


def other_content(who: str, *, merged: bool) -> Reason:
    """Something else was approved than is there now."""
    where = "main has now" if merged else "is there now"
    return Reason(
        f"{who} approved another content than {where}",
        f"{who}さんが承認した後に内容が変わりました。もう一度確認してもらってください",
    )


def ticked_later(number: int) -> Reason:
    """The description was edited after whoever approved."""
    return Reason(
        f"the description of pull request #{number} was edited after the approval, so its ticks do not "
        "count; whoever approved ticks the boxes in a review",
        f"承認の後にプルリクエスト{number}番の説明文が編集されたため、そのチェックは数えられません。"
        "承認した方がレビューでチェックしてください",
    )
