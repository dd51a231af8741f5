"""What GitHub does when a program writes, by its method and route below the repository."""

from collections.abc import Callable
from typing import Any, Final

from tests.github_double import comments, deployments
from tests.github_double.hub import Hub
from tests.github_double.question import Answer, Question, gone


def written(hub: Hub, below: str, question: Question, body: dict[str, Any]) -> Answer:
    """The answer to what is written."""
    return _WRITES[below](hub, question, body) if below in _WRITES else gone()


_WRITES: Final[dict[str, Callable[[Hub, Question, dict[str, Any]], Answer]]] = {
    "PATCH /issues/comments/{comment_id}": comments.change,
    "POST /deployments": deployments.deploy,
    "POST /deployments/{deployment_id}/statuses": deployments.say,
    "POST /issues/{issue_number}/comments": comments.write,
}
