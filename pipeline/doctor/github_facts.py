"""How GitHub is set up, read for the doctor."""

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

from pydantic import TypeAdapter, ValidationError

from pipeline.errors import PipelineError
from pipeline.github import Answer, GitHubApi, HalfAnswer

_A = TypeVar("_A")
#: More environments than anybody has; more is an answer that is not complete.
_MOST: Final = 100


class PullRequestRules(Answer):
    """The parameters of a rule "pull_request"."""

    required_approving_review_count: int
    dismiss_stale_reviews_on_push: bool
    require_last_push_approval: bool
    require_code_owner_review: bool
    allowed_merge_methods: tuple[str, ...] | None = None


class _Rule(Answer):
    type: str
    parameters: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class BranchRules:
    """The active rules of a branch: their kinds, and what those about pull requests say."""

    kinds: frozenset[str]
    pull_request: tuple[PullRequestRules, ...]


class _BranchPolicy(Answer):
    protected_branches: bool
    custom_branch_policies: bool


class _ListedEnvironment(Answer):
    name: str
    deployment_branch_policy: _BranchPolicy | None


class _Environments(Answer):
    total_count: int
    environments: tuple[_ListedEnvironment, ...]


class _NamedPolicy(Answer):
    name: str


class _NamedPolicies(Answer):
    total_count: int
    branch_policies: tuple[_NamedPolicy, ...]


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment. `branches` may use it: None for any, empty for whatever GitHub counts as protected."""

    name: str
    branches: tuple[str, ...] | None


class Permissions(Answer):
    """What the token of a workflow may do when the workflow does not say."""

    default_workflow_permissions: Literal["read", "write"]
    can_approve_pull_request_reviews: bool


class Subject(Answer):
    """The subject in the tokens of workflows. `sub_claim_prefix` is such as `repo:owner/name`."""

    use_default: bool
    include_claim_keys: tuple[str, ...] | None = None
    sub_claim_prefix: str | None = None


class GitHubSetup:
    """Each method raises PipelineError where GitHub cannot be asked, or does not show it to this token."""

    def __init__(self, api: GitHubApi) -> None:
        self._api = api

    def rules(self, branch: str) -> BranchRules:
        """The active rules of a branch, of all rulesets together."""
        rules = _shown(self._api.many(f"/rules/branches/{branch}", _Rule), "the rules", "metadata: read")
        reader = TypeAdapter(PullRequestRules)
        try:
            pulls = tuple(
                reader.validate_python(rule.parameters) for rule in rules if rule.type == "pull_request"
            )
        except ValidationError as error:
            raise HalfAnswer("GitHub's answer about the rules for pull requests is incomplete.") from error
        return BranchRules(frozenset(rule.type for rule in rules), pulls)

    def environments(self) -> tuple[Environment, ...]:
        """Every environment."""
        found = _shown(
            self._api.one("/environments", _Environments, per_page=str(_MOST)),
            "environments",
            "actions: read",
        )
        if len(found.environments) != found.total_count:
            raise HalfAnswer("GitHub does not list all environments.")
        return tuple(Environment(one.name, self._branches(one)) for one in found.environments)

    def _branches(self, environment: _ListedEnvironment) -> tuple[str, ...] | None:
        policy = environment.deployment_branch_policy
        if policy is None:
            return None
        if not policy.custom_branch_policies:
            return ()
        path = f"/environments/{environment.name}/deployment-branch-policies"
        found = _shown(
            self._api.one(path, _NamedPolicies, per_page=str(_MOST)),
            "branches of environments",
            "actions: read",
        )
        if len(found.branch_policies) != found.total_count:
            raise HalfAnswer("GitHub does not list all branches of an environment.")
        return tuple(one.name for one in found.branch_policies)

    def permissions(self) -> Permissions:
        """The default rights of workflows."""
        found = self._api.one("/actions/permissions/workflow", Permissions)
        return _shown(found, "the rights of workflows", "administration: read")

    def subject(self) -> Subject:
        """How workflows present themselves to clouds."""
        found = self._api.one("/actions/oidc/customization/sub", Subject)
        return _shown(found, "the OIDC subject", "actions: read")


def _shown(found: _A | None, what: str, right: str) -> _A:
    if found is None:
        raise PipelineError(
            f"GitHub does not show {what} to this token.", f"Use a token with `{right}` for this command."
        )
    return found
