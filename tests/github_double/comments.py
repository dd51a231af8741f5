"""Comments on pull requests: the one thing that a program writes here."""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from tests.github_double.description import filled, problem
from tests.github_double.hub import NAME, Hub

#: docs.github.com: "body is too long (maximum is 65536 characters)".
BODY_MAX: Final = 65_536
#: Who a workflow's token is.
WORKFLOW: Final = "github-actions[bot]"
_LIST: Final = "/repos/{owner}/{repo}/issues/{issue_number}/comments"
_NEW: Final = re.compile(rf"/repos/{NAME}/issues/(\d+)/comments")
_CHANGED: Final = re.compile(rf"/repos/{NAME}/issues/comments/(\d+)")


@dataclass(slots=True)
class Comment:
    """A comment; `pull` is the number of its pull request."""

    id: int
    pull: int
    by: str
    body: str


@dataclass(frozen=True, slots=True)
class Written:
    """What is answered to somebody who writes, and what GitHub would never have said."""

    status: int
    body: Any
    lie: str | None = None


def shown(comment: Comment) -> dict[str, Any]:
    """A comment as lists have it."""
    return {
        "id": comment.id,
        "body": comment.body,
        "user": {"login": comment.by, "id": 1, "type": "Bot" if comment.by == WORKFLOW else "User"},
    }


def write(hub: Hub, method: str, path: str, data: bytes) -> Written:
    """A new comment, or another text for one that is there; always by the workflow."""
    new, changed = _NEW.fullmatch(path), _CHANGED.fullmatch(path)
    given = json.loads(data)
    if given.keys() != {"body"} or not 0 < len(given["body"]) <= BODY_MAX:
        return Written(422, {"message": "Validation Failed"})
    if method == "POST" and new is not None and int(new[1]) in hub.pulls:
        comment = Comment(len(hub.comments) + 1, int(new[1]), WORKFLOW, given["body"])
        hub.comments.append(comment)
        return _told(201, comment)
    found = [one for one in hub.comments if changed is not None and one.id == int(changed[1])]
    if method == "PATCH" and found:
        found[0].body = given["body"]
        return _told(200, found[0])
    return Written(404, {"message": "Not Found"})


def _told(status: int, comment: Comment) -> Written:
    """As an entry of the list is described: the same thing by itself."""
    (whole,) = filled(_LIST, 200, [shown(comment)])
    return Written(status, whole, problem(_LIST, 200, json.dumps([whole])))
