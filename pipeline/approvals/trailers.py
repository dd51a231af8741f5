"""Approvals from git trailers of the merge commit: the local target, where trust is among colleagues.

`Approved-by: sato` names a person of the policy's teams, `Confirmed: content-is-true` an item of the
checklist. Whoever authored or committed a part of the change cannot approve it, nor whoever wrote in the
campaign's folder before: a draft may come to main without an approval, and its author is an author still.
"""

from collections.abc import Iterable
from itertools import chain

from pipeline.approvals.reviews import Change, Consent
from pipeline.models.policy import Policy
from pipeline.workspace.commit import Commit, Person
from pipeline.workspace.git import Repository


def _names(person: Person) -> frozenset[str]:
    """Every way to write a person: overlapping ways are taken for the same person, to be safe."""
    email = person.email.casefold().strip()
    return frozenset({person.name.casefold().strip(), email, email.partition("@")[0]} - {""})


def _person(written: str) -> Person:
    name, _, rest = written.partition("<")
    if rest:
        return Person(name.strip(), rest.partition(">")[0].strip())
    text = written.strip()
    return Person(text, text if "@" in text else "")


class TrailerReviews:
    """See `pipeline.approvals.reviews.Reviews`."""

    def __init__(self, repository: Repository, policy: Policy) -> None:
        """Read merges of `repository`; the people are those of the policy's teams."""
        self._repository = repository
        self._members = {member.casefold(): member for members in policy.teams.values() for member in members}

    def consent(self, change: Change) -> Consent:
        """See the port."""
        merge = self._repository.commit(change.merge)
        authors, strangers = self._authors(merge, change.paths)
        approvers: dict[str, None] = {}
        objections = [f"{name} wrote a part of it, but is in no team of the policy" for name in strangers]
        for value in _values(merge, "approved-by"):
            person = _person(value)
            member = self._member(person)
            if member is None:
                objections.append(f"{value} is in no team of the policy")
            elif _names(person) & authors or member.casefold() in authors:
                objections.append(f"{member} wrote a part of it, and cannot approve it")
            else:
                approvers[member] = None
        confirmed = frozenset(_values(merge, "confirmed"))
        return Consent(() if strangers else tuple(approvers), confirmed, tuple(objections))

    def _member(self, person: Person) -> str | None:
        return next((self._members[name] for name in sorted(_names(person)) if name in self._members), None)

    def _authors(self, merge: Commit, paths: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
        people = list(self._wrote(merge, paths))
        strangers = dict.fromkeys(p.name for p in people if self._member(p) is None)
        return frozenset(chain.from_iterable(_names(person) for person in people)), tuple(strangers)

    def _wrote(self, merge: Commit, paths: tuple[str, ...]) -> Iterable[Person]:
        """Authors and committers of the change; of the merge itself only where it changed something more."""
        if len(merge.parents) < 2 or self._merge_adds(merge, paths):  # noqa: PLR2004 a merge has two parents
            yield from _people(merge)
        for parent in merge.parents[1:]:
            for commit in self._repository.commits_between(merge.parents[0], parent):
                yield from _people(commit)
        for commit in self._repository.commits_of(merge.sha, paths[0]):
            yield from _people(commit)

    def _merge_adds(self, merge: Commit, paths: tuple[str, ...]) -> bool:
        """Whether the merge commit itself wrote a file that neither side had like that."""
        sides = [self._repository.tree(parent).entries for parent in merge.parents]
        merged = self._repository.tree(merge.sha).entries
        concerned = [path for path in {*merged, *chain(*sides)} if path.startswith(paths)]
        return any(all(side.get(path) != merged.get(path) for side in sides) for path in concerned)


def _people(commit: Commit) -> Iterable[Person]:
    yield from (commit.author, commit.committer)
    yield from map(_person, _values(commit, "co-authored-by"))


def _values(commit: Commit, key: str) -> list[str]:
    return [value.strip() for name, value in commit.trailers if name.casefold() == key and value.strip()]
