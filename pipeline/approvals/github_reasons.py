"""Why somebody's word does not count, as one sentence for people, in English and Japanese (pure)."""

from pipeline.sentence import Sentence


def pull_words(number: int) -> Sentence:
    """How a pull request is called."""
    return Sentence(f"pull request #{number}", f"プルリクエスト{number}番")


def commits_missing(number: int, listed: int, promised: int) -> Sentence:
    """GitHub's list of commits was cut."""
    return Sentence(
        f"GitHub lists {listed} of the {promised} commits of pull request #{number}",
        f"プルリクエスト{number}番のコミット{promised}件のうち、GitHubが示すのは{listed}件だけです",
    )


def commit_of_nobody(sha: str) -> Sentence:
    """A commit whose address belongs to no account."""
    return Sentence(
        f"commit {sha[:12]} belongs to no GitHub account, so nobody knows who wrote it",
        f"コミット{sha[:12]}はどのGitHubアカウントのものでもなく、作成者が分かりません",
    )


def last_push_unknown(number: int) -> Sentence:
    """GitHub has forgotten the pushes."""
    return Sentence(
        f"GitHub does not say who pushed pull request #{number} last; restore its branch, with the button on "
        "the page of the pull request",
        f"プルリクエスト{number}番へ最後にプッシュした人が分かりません。プルリクエストの画面でブランチを元に戻してください",
    )


def pusher_deleted(number: int) -> Sentence:
    """A pusher's account is gone."""
    return Sentence(
        f"an account that pushed to pull request #{number} has been deleted",
        f"プルリクエスト{number}番へプッシュしたアカウントが削除されています",
    )


def programs_only(number: int) -> Sentence:
    """No person had a hand in it."""
    return Sentence(
        f"pull request #{number} was made by programs only, so nobody knows who is behind it",
        f"プルリクエスト{number}番はプログラムだけで作られており、作成者が分かりません",
    )


def review_without_time(number: int) -> Sentence:
    """When was it reviewed."""
    return Sentence(
        f"GitHub does not say when pull request #{number} was reviewed",
        f"プルリクエスト{number}番がいつレビューされたか、GitHubから分かりません",
    )


def nobody_reviewed(number: int) -> Sentence:
    """No opinion at all."""
    return Sentence(
        f"nobody has reviewed pull request #{number}",
        f"プルリクエスト{number}番はまだ誰もレビューしていません",
    )


def reviewer_deleted() -> Sentence:
    """Whose opinion it was nobody knows."""
    return Sentence(
        "a review is by an account that has been deleted", "削除されたアカウントによるレビューがあります"
    )


def asks_for_changes(who: str, number: int) -> Sentence:
    """A reviewer's no."""
    return Sentence(f"{who} asks for changes in pull request #{number}", f"{who}さんが変更を依頼しています")


def dismissed(who: str) -> Sentence:
    """Taken back."""
    return Sentence(f"the review of {who} was dismissed", f"{who}さんのレビューは取り消されました")


def program(who: str) -> Sentence:
    """A program's approval."""
    return Sentence(f"{who} is a program, and approves nothing", f"{who}はプログラムのため、承認できません")


def had_a_hand(who: str, hand: str) -> Sentence:
    """Who `pushed` or `wrote` a part."""
    done = "このブランチにプッシュした" if hand == "pushed" else "作成に関わった"
    return Sentence(
        f"{who} {hand} a part of it, and cannot approve it",
        f"{who}さんは{done}ため、承認できません",
    )


def may_not_write(who: str) -> Sentence:
    """Who may only read."""
    return Sentence(
        f"{who} has no write access to the repository, so the approval does not count",
        f"{who}さんには書き込み権限がないため、承認は数えられません",
    )


def too_late(who: str) -> Sentence:
    """After the merge."""
    return Sentence(f"{who} approved only after the merge", f"{who}さんの承認はマージの後です")


def content_forgotten(who: str) -> Sentence:
    """GitHub does not say any more which commit was reviewed."""
    return Sentence(
        f"GitHub does not say any more what {who} approved, so it does not count",
        f"{who}さんが承認した内容がGitHubに残っていないため、その承認は数えられません",
    )


def not_in_it(who: str, *, merged: bool) -> Sentence:
    """The campaign is not there, or cannot be read, at the commit that was reviewed.

    So it is when a pull request for a shared piece comes to main together with the one for the campaign.
    """
    anew = _anew(merged=merged)
    return Sentence(
        f"this campaign is not in what {who} approved, so nobody has seen it as it is now; {anew.en}",
        f"{who}さんが承認した変更には、このキャンペーンが含まれていません。{anew.ja}",
    )


def other_content(who: str, *, merged: bool) -> Sentence:
    """Something else was approved than is there now."""
    where = "main has now" if merged else "is there now"
    anew = _anew(merged=merged)
    return Sentence(
        f"{who} approved another content than {where}",
        f"{who}さんが承認した後に内容が変わりました。{anew.ja}",
    )


def _anew(*, merged: bool) -> Sentence:
    """What to do; after the merge an approval comes too late."""
    if merged:
        return Sentence(
            "have it approved in a new pull request",
            "新しいプルリクエストで、現在の内容を承認してもらってください",
        )
    return Sentence("ask for another look", "現在の内容をもう一度確認して、承認してもらってください")


def ticked_later(number: int) -> Sentence:
    """The description was edited after whoever approved."""
    return Sentence(
        f"the description of pull request #{number} was edited after the approval, so its ticks do not "
        "count; whoever approved ticks the boxes in a review",
        f"承認の後にプルリクエスト{number}番の説明文が編集されたため、そのチェックは数えられません。"
        "承認した方がレビューでチェックしてください",
    )


def not_a_part(branch: str) -> Sentence:
    """An old workflow was run again."""
    return Sentence(
        f"the merge is not a part of {branch} at GitHub (any more)",
        f"このマージは、GitHubの{branch}に含まれていません",
    )


def says_something_else(branch: str) -> Sentence:
    """Main went on."""
    return Sentence(
        f"{branch} at GitHub says something else by now", f"GitHubの{branch}では、内容がすでに変わっています"
    )


def no_such_pull(number: int) -> Sentence:
    """GitHub knows none of that number."""
    return Sentence(f"pull request #{number} cannot be found", f"プルリクエスト{number}番が見つかりません")


def commit_unknown() -> Sentence:
    """A merge that was never pushed."""
    return Sentence(
        "GitHub does not know the commit that brought it to main",
        "この内容をmainに入れたコミットがGitHubにありません",
    )


def no_pull(branch: str) -> Sentence:
    """A push to main."""
    return Sentence(
        f"it came to {branch} without a pull request, so nobody could review it",
        f"プルリクエストなしで{branch}に入ったため、誰もレビューできませんでした",
    )


def several_pulls() -> Sentence:
    """One commit that closed several."""
    return Sentence(
        "it came with more than one pull request, so it is not clear which review counts",
        "複数のプルリクエストで入ったため、どのレビューを数えるべきか分かりません",
    )


#: The lists of a pull request that are asked for.
LISTS = {
    "reviews": "レビュー",
    "commits": "コミット",
    "history": "変更履歴",
    "pushes": "プッシュ",
}


def not_listed(what: str) -> Sentence:
    """One of `LISTS` does not come."""
    return Sentence(
        f"GitHub does not list the {what} of the pull request",
        f"プルリクエストの{LISTS[what]}の一覧をGitHubから取得できません",
    )
