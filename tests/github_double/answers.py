"""What GitHub answers from its state: the parts that matter; the description fills in the rest."""

import base64
from collections.abc import Callable
from typing import Any, Final

from tests.github_double import comments, deployments
from tests.github_double.hub import NAME, Hub, Pull, Push, Review
from tests.github_double.question import Answer, Question, gone, page

_COMMITS_MAX: Final = 250


def answer(hub: Hub, below: str, question: Question) -> Answer:
    """The answer to a route, named by what it is below the repository."""
    if below in _ANSWERS:
        return _ANSWERS[below](hub, question)
    if below in hub.settings:
        return Answer(hub.settings[below])
    return gone()


def _account(hub: Hub, login: str | None) -> dict[str, Any] | None:
    if login is None:
        return None
    account = hub.accounts[login]
    return {"login": account.login, "id": account.id, "type": account.kind}


def _ref(hub: Hub, question: Question) -> Answer:
    ref = question.words["ref"]
    tip = hub.forge.tip(ref.removeprefix("heads/")) if ref.startswith("heads/") else None
    if tip is None:
        return gone()
    return Answer({"ref": f"refs/{ref}", "object": {"type": "commit", "sha": tip}})


def _tree(hub: Hub, question: Question) -> Answer:
    name = question.words["tree_sha"]
    if not hub.forge.has(name, "tree"):
        return gone()
    entries = [
        {"path": path, "mode": mode, "type": kind, "sha": sha}
        for path, mode, kind, sha in hub.forge.listing(name)
        if question.query.get("recursive") or "/" not in path
    ]
    return Answer({"sha": name, "tree": entries, "truncated": False})


def _blob(hub: Hub, question: Question) -> Answer:
    name = question.words["file_sha"]
    if not hub.forge.has(name, "blob"):
        return gone()
    # GitHub breaks base64 into lines.
    return Answer(
        {"content": base64.encodebytes(hub.forge.content(name)).decode(), "encoding": "base64", "sha": name}
    )


def _commit(hub: Hub, sha: str) -> dict[str, Any]:
    written = hub.forge.commits[sha]

    def shown(who: str) -> dict[str, Any]:
        name, _, rest = who.partition(" <")
        return {"name": name, "email": rest.rstrip(">")}

    def account(who: str) -> dict[str, Any] | None:
        found = hub.account_of(who)
        return _account(hub, found.login) if found else None

    return {
        "sha": sha,
        "author": account(written.author),
        "committer": account(written.committer),
        "commit": {
            "message": written.message,
            "author": shown(written.author),
            "committer": shown(written.committer),
        },
    }


def _commits(hub: Hub, question: Question) -> Answer:
    tip, path = question.query.get("sha", "main"), question.query.get("path", ".")
    if not hub.forge.has(tip):
        return gone()
    return page(question, hub.forge.touching(tip, path), lambda sha: _commit(hub, sha))


def _compare(hub: Hub, question: Question) -> Answer:
    one, _, other = question.words["basehead"].partition("...")
    if not (hub.forge.has(one) and hub.forge.has(other)):
        return gone()
    ahead, behind = len(hub.forge.between(one, other)), len(hub.forge.between(other, one))
    status = {(False, False): "identical", (True, False): "ahead", (False, True): "behind"}
    word = status.get((ahead > 0, behind > 0), "diverged")
    return Answer({"status": word, "ahead_by": ahead, "behind_by": behind, "commits": []})


def _end(hub: Hub, pull: Pull, *, head: bool) -> dict[str, Any]:
    ref, sha, repo = (pull.branch, pull.head, pull.repo) if head else (pull.base, hub.head(pull.base), NAME)
    shown = None if repo is None else {"full_name": repo, "name": repo.partition("/")[2]}
    return {"label": f"hanamori:{ref}", "ref": ref, "sha": sha, "repo": shown}


def _simple(hub: Hub, pull: Pull) -> dict[str, Any]:
    return {
        "number": pull.number,
        "state": "open" if pull.merged_at is None else "closed",
        "title": pull.title,
        "body": pull.body,
        "user": _account(hub, pull.by),
        "merged_at": pull.merged_at,
        "merge_commit_sha": pull.merge_commit,
        "base": _end(hub, pull, head=False),
        "head": _end(hub, pull, head=True),
    }


def _pulls_of(hub: Hub, question: Question) -> Answer:
    commit = question.words["commit_sha"]
    if not hub.forge.has(commit):
        return gone("No commit found for SHA: " + commit, 422)
    return page(question, hub.pulls_of(commit), lambda pull: _simple(hub, pull))


def _found(hub: Hub, question: Question) -> Pull | None:
    number = question.words["pull_number"]
    return hub.pulls.get(int(number)) if number.isdecimal() else None


def _pull(hub: Hub, question: Question) -> Answer:
    pull = _found(hub, question)
    if pull is None:
        return gone()
    more = {
        "merged": pull.merged_at is not None,
        "merged_by": _account(hub, pull.merged_by),
        "commits": len(pull.commits),
    }
    return Answer(_simple(hub, pull) | more)


def _pull_commits(hub: Hub, question: Question) -> Answer:
    pull = _found(hub, question)
    if pull is None:
        return gone()
    return page(question, pull.commits[:_COMMITS_MAX], lambda sha: _commit(hub, sha))


def _reviews(hub: Hub, question: Question) -> Answer:
    pull = _found(hub, question)
    if pull is None:
        return gone()

    def shown(review: Review) -> dict[str, Any]:
        return {
            "id": review.id,
            "user": _account(hub, review.by),
            "state": review.state,
            "commit_id": review.commit,
            "body": review.body,
            "submitted_at": review.at,
        }

    return page(question, pull.reviews, shown)


def _activity(hub: Hub, question: Question) -> Answer:
    """Pages by a cursor: the id of the last one that was shown."""
    size, after = int(question.query.get("per_page", "30")), question.query.get("after")
    ref = question.query.get("ref")
    found = [push for push in reversed(hub.pushes) if ref in {None, push.ref}]
    rest = [push for push in found if after is None or push.id < int(after)]

    def shown(push: Push) -> dict[str, Any]:
        return {
            "id": push.id,
            "activity_type": push.kind,
            "actor": _account(hub, push.by),
            "ref": push.ref,
            "before": push.before,
            "after": push.after,
            "timestamp": push.at,
        }

    more = {**question.query, "after": str(rest[size - 1].id)} if len(rest) > size else None
    return Answer([shown(push) for push in rest[:size]], next=more)


def _permission(hub: Hub, question: Question) -> Answer:
    login = question.words["username"]
    if login not in hub.accounts:
        return gone("Not Found")
    right = hub.rights[login]
    user = {**(_account(hub, login) or {}), "role_name": right}
    return Answer({"permission": right, "role_name": right, "user": user})


_ANSWERS: Final[dict[str, Callable[[Hub, Question], Answer]]] = {
    "/activity": _activity,
    "/collaborators/{username}/permission": _permission,
    "/commits": _commits,
    "/commits/{commit_sha}/pulls": _pulls_of,
    "/compare/{basehead}": _compare,
    "/deployments": deployments.listed,
    "/deployments/{deployment_id}/statuses": deployments.statuses,
    "/git/blobs/{file_sha}": _blob,
    "/git/ref/{ref}": _ref,
    "/git/trees/{tree_sha}": _tree,
    "/issues/{issue_number}/comments": comments.listed,
    "/pulls/{pull_number}": _pull,
    "/pulls/{pull_number}/commits": _pull_commits,
    "/pulls/{pull_number}/reviews": _reviews,
}
