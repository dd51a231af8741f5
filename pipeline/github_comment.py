"""One comment on a pull request at GitHub, found by its first line and its author, and kept up to date."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pipeline.errors import PipelineError
from pipeline.github_writing import GitHubWriter

_PAGE: Final = 100
#: No pull request is discussed at such length; without an end it would be the other side that never ends.
_PAGES_MAX: Final = 30


class GitHubComments:
    """The comments of a repository's pull requests.

    docs.github.com/rest/issues/comments: a pull request is an issue, as far as its comments go.
    """

    def __init__(self, repository: str, environment: Mapping[str, str]) -> None:
        """See `pipeline.github_writing.GitHubWriter`."""
        self._writer = GitHubWriter(repository, environment)

    def keep(self, pull: int, marker: str, text: str, *, author: str) -> str:
        """Let the comment of `author` that begins with `marker` say `text`; returns what was done.

        Somebody else's comment with the same first line is left alone.
        """
        for comment in self._comments(pull):
            by = (comment.get("user") or {}).get("login")
            body = comment.get("body") or ""
            if by == author and body.startswith(marker):
                if body.rstrip() == text.rstrip():
                    return "unchanged"
                self._call("PATCH", f"/issues/comments/{int(comment['id'])}", {"body": text})
                return "updated"
        self._call("POST", f"/issues/{pull}/comments", {"body": text})
        return "written"

    def _comments(self, pull: int) -> Iterator[dict[str, Any]]:
        for page in range(1, _PAGES_MAX + 1):
            found = self._call("GET", f"/issues/{pull}/comments?per_page={_PAGE}&page={page}")
            if not isinstance(found, list):
                raise PipelineError("GitHub's answer about the comments is no list.", "Run it again.")
            yield from found
            if len(found) < _PAGE:
                return

    def _call(self, method: str, path: str, body: Mapping[str, str] | None = None) -> Any:
        return self._writer.call(method, path, body, what="the comment", right="pull-requests: write")
