"""GraphQL, as far as it is asked: one question, checked once against GitHub's schema.

npm pack @octokit/graphql-schema && npm install graphql
validate(buildSchema(schema.graphql), parse(QUESTION))        found nothing, in version 15.26.1
"""

from typing import Any, Final

from tests.github_double.hub import NAME, Hub

#: How faults name it.
GRAPHQL: Final = "/graphql"
QUESTION: Final = """\
query($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) { lastEditedAt } }
}
"""


def graph(hub: Hub, body: dict[str, Any]) -> dict[str, Any] | None:
    """The answer; None for a question that nobody has checked."""
    if body["query"].split() != QUESTION.split():
        return None
    words = body["variables"]
    pull = hub.pulls.get(words["number"])
    if f"{words['owner']}/{words['name']}" != NAME or pull is None:
        return {"data": {"repository": None}, "errors": [{"type": "NOT_FOUND", "message": "Not there."}]}
    return {"data": {"repository": {"pullRequest": {"lastEditedAt": pull.edited_at}}}}
