"""What GitHub says about a change, as far as approvals depend on it: frozen values, read strictly (pure).

The shapes are those of docs.github.com/rest (version 2022-11-28). A key that is named here must be there.
"""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field

from pipeline.github import Answer

#: The account that GitHub shows in the place of one that has been deleted.
_GHOST: Final = 10137


def _none_for_nobody(value: Any) -> Any:
    """GitHub also writes `{}`, or names its ghost."""
    if value == {} or (isinstance(value, dict) and value.get("id") == _GHOST):
        return None
    return value


class Account(Answer):
    """Somebody at GitHub. `kind` is `User`, `Bot`, `Organization` or `Mannequin`."""

    login: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+(\[bot\])?$")]
    id: int
    kind: str = Field(alias="type")

    @property
    def is_person(self) -> bool:
        """Whether it may be a human being; `web-flow` is GitHub itself, when it commits for somebody."""
        return self.kind == "User" and not self.login.endswith("[bot]") and self.login != "web-flow"


Somebody = Annotated[Account | None, BeforeValidator(_none_for_nobody)]


class Named(Answer):
    """A commit by its id."""

    sha: str


class Ref(Answer):
    """What a branch points to."""

    object: Named


class Repo(Answer):
    """A repository by its name, `owner/name`."""

    full_name: str


class End(Answer):
    """One end of a pull request: its base, or its head. `repo` is None when the fork is gone."""

    ref: str
    sha: str
    repo: Repo | None


class ListedPull(Answer):
    """A pull request as lists have it."""

    number: int
    merged_at: datetime | None
    merge_commit_sha: str | None
    base: End


class Pull(ListedPull):
    """A pull request. `commits` is how many it has."""

    merged: bool
    user: Somebody
    head: End
    body: str | None
    commits: int


class _Edited(Answer):
    last_edited_at: datetime | None = Field(alias="lastEditedAt")


class _Described(Answer):
    pull_request: _Edited = Field(alias="pullRequest")


class Description(Answer):
    """When the description of a pull request was last edited; what was edited GitHub does not say."""

    repository: _Described

    @property
    def edited_at(self) -> datetime | None:
        """None when it is as it was written."""
        return self.repository.pull_request.last_edited_at


#: The names are those of the schema that @octokit/graphql-schema 15.26.1 carries: `lastEditedAt` is "the
#: moment the editor made the last edit", the editor "the actor who edited this pull request's body".
DESCRIPTION_QUESTION: Final = (
    "query($owner: String!, $name: String!, $number: Int!) { repository(owner: $owner, name: $name) "
    "{ pullRequest(number: $number) { lastEditedAt } } }"
)


class GitPerson(Answer):
    """Name and address as a commit states them."""

    name: str = ""
    email: str = ""


class GitWords(Answer):
    """What git itself knows of a commit."""

    message: str
    author: GitPerson | None
    committer: GitPerson | None


class Commit(Answer):
    """A commit, and the accounts that GitHub knows by its addresses."""

    sha: str
    author: Somebody
    committer: Somebody
    commit: GitWords


class Push(Answer):
    """Something that moved a branch. `after` is the commit it points to since."""

    activity_type: str
    timestamp: datetime
    actor: Somebody
    after: str


class Review(Answer):
    """A review. `commit_id` is None when the commit is gone; a review that is not sent yet has no time."""

    id: int
    user: Somebody
    body: str | None
    state: Literal["APPROVED", "CHANGES_REQUESTED", "DISMISSED", "COMMENTED", "PENDING"]
    commit_id: str | None
    submitted_at: datetime | None = None


class Permission(Answer):
    """What somebody may do in the repository now: `admin`, `write`, `read` or `none`."""

    permission: str
    user: Somebody


class TreeEntry(Answer):
    """A file or folder."""

    path: str
    mode: str
    type: str
    sha: str


class GitTree(Answer):
    """All files of a commit, unless it was too many."""

    tree: tuple[TreeEntry, ...]
    truncated: bool


class Blob(Answer):
    """The content of a file."""

    content: str
    encoding: Literal["base64"]


class Comparison(Answer):
    """How two commits lie to each other: `ahead` and `identical` mean that the second contains the first."""

    status: str
