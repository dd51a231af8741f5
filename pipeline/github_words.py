"""What to tell people when GitHub does not answer as it should (pure)."""

from datetime import datetime
from typing import Final

from pipeline.sentence import Sentence

LATER: Final = (
    "Look at the network and at GitHub's status page, then run it again. Nothing is sent without an answer."
)
RIGHTS: Final = "The token needs the rights `contents: read` and `pull-requests: read`."
SET_TOKEN: Final = f"Set GITHUB_TOKEN; in a workflow: `GITHUB_TOKEN: ${{{{ github.token }}}}`. {RIGHTS}"


def cannot(why: str = "", why_ja: str = "") -> Sentence:
    """No answer at all."""
    return Sentence(
        f"GitHub cannot be asked{why and f': {why}'}.",
        f"GitHubに問い合わせできません{why_ja and f': {why_ja}'}。",
    )


def answers(status: int) -> Sentence:
    """An answer that is an error."""
    return cannot(f"it answers with status {status}", f"エラー(ステータス{status})が返されました")


def not_before(then: datetime) -> Sentence:
    """The hour's requests are used up."""
    return Sentence(
        f"GitHub cannot be asked before {then:%Y-%m-%d %H:%M} UTC: the requests of this hour are used up.",
        f"GitHubへの問い合わせが上限に達しました。{then:%Y-%m-%d %H:%M}(UTC)以降に、もう一度お試しください。",
    )


def moved(repository: str) -> Sentence:
    """Renamed, or handed to somebody else."""
    return Sentence(
        f"GitHub has moved {repository} to another name.", f"GitHubで{repository}の名前が変わっています。"
    )


def no_answer() -> Sentence:
    """An error in the place of data."""
    return Sentence(
        "GitHub does not answer a question about the pull request.",
        "プルリクエストについての問い合わせに、GitHubから回答がありません。",
    )


def not_to_its_end(path: str) -> Sentence:
    """A list of too many pages."""
    return Sentence(
        f"GitHub's list {_subject(path)} cannot be read to its end.",
        f"GitHubの一覧({_place(path)})を最後まで取得できません。",
    )


def incomplete(path: str, place: str) -> Sentence:
    """Keys are missing, at `place`."""
    return Sentence(
        f"GitHub's answer {_subject(path)} is incomplete ({place or 'no list'})",
        f"GitHubの回答({_place(path)})に必要な項目({place or '一覧'})がありません",
    )


def another_address() -> Sentence:
    """Where the token is not sent."""
    return Sentence(
        "GitHub points to another address for the rest of a list.",
        "GitHubの一覧の続きが、別のアドレスに置かれています。",
    )


def _subject(path: str) -> str:
    return f"about {_place(path)}" if path else "about the repository"


def _place(path: str) -> str:
    return path.removeprefix("/") or "リポジトリ"
