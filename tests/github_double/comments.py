"""Comments on pull requests."""

from dataclasses import dataclass
from typing import Any, Final

from tests.github_double.hub import Hub
from tests.github_double.question import Answer, Question, gone, page

#: docs.github.com: "body is too long (maximum is 65536 characters)".
BODY_MAX: Final = 65_536
#: Who a workflow's token is.
WORKFLOW: Final = "github-actions[bot]"


@dataclass(slots=True)
class Comment:
    """A comment; `pull` is the number of its pull request."""

    id: int
    pull: int
    by: str
    body: str


def _shown(comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.id,
        "body": comment.body,
        "user": {"login": comment.by, "id": 1, "type": "Bot" if comment.by == WORKFLOW else "User"},
    }


def listed(hub: Hub, question: Question) -> Answer:
    """Those of one pull request, the oldest first."""
    number = int(question.words["issue_number"])
    if number not in hub.pulls:
        return gone()
    return page(question, [one for one in hub.comments if one.pull == number], _shown)


def write(hub: Hub, question: Question, body: dict[str, Any]) -> Answer:
    """A new comment, by the workflow."""
    number = int(question.words["issue_number"])
    if number not in hub.pulls:
        return gone()
    if not 0 < len(body["body"]) <= BODY_MAX:
        return Answer({"message": "Validation Failed"}, 422)
    comment = Comment(len(hub.comments) + 1, number, WORKFLOW, body["body"])
    hub.comments.append(comment)
    return Answer(_shown(comment), 201)


def change(hub: Hub, question: Question, body: dict[str, Any]) -> Answer:
    """Another text for a comment that is there."""
    found = [one for one in hub.comments if one.id == int(question.words["comment_id"])]
    if not found:
        return gone()
    if not 0 < len(body["body"]) <= BODY_MAX:
        return Answer({"message": "Validation Failed"}, 422)
    found[0].body = body["body"]
    return Answer(_shown(found[0]))
