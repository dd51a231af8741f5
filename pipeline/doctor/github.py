"""What must be true of GitHub before reviews there are worth their name."""

from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.doctor.github_facts import (
    BranchRules,
    Environment,
    GitHubSetup,
    Permissions,
    PullRequestRules,
    Subject,
)
from pipeline.doctor.line import Line, State, asked, judged

#: The environment whose workflows may assume the role that sends.
PRODUCTION: Final = "production"
_RULESET: Final = "Settings → Rules → Rulesets, the ruleset of the main branch"
_ACTIONS: Final = "Settings → Actions → General → Workflow permissions"


def rule_lines(rules: BranchRules, required: int) -> Iterator[Line]:
    """The rules of the main branch; `required` approvals is what the policy asks for at least."""
    pulls = rules.pull_request
    yield _ticked(
        "Require a pull request before merging",
        on=bool(pulls),
        otherwise="whoever may write may push to main",
    )
    most = max((rule.required_approving_review_count for rule in pulls), default=0)
    yield judged(
        "Required approvals",
        f"{most}",
        fine=most >= required,
        otherwise=f"{most}, and the policy asks for {required}",
        remedy=f"{_RULESET}: set “Required approvals” to {required}.",
    )
    for setting, key, otherwise in _TICKS:
        yield _ticked(setting, on=any(getattr(rule, key) for rule in pulls), otherwise=otherwise)
    yield _merge_methods(pulls)
    for setting, kind in (("Block force pushes", "non_fast_forward"), ("Restrict deletions", "deletion")):
        yield _ticked(setting, on=kind in rules.kinds, otherwise="the history of main can be rewritten")


_TICKS: Final = (
    (
        "Dismiss stale pull request approvals when new commits are pushed",
        "dismiss_stale_reviews_on_push",
        "an old approval looks like one of what was pushed since; delivery refuses it only after the merge",
    ),
    (
        "Require approval of the most recent reviewable push",
        "require_last_push_approval",
        "who pushed last can be the only one who approved; delivery refuses it only after the merge",
    ),
    (
        "Require review from Code Owners",
        "require_code_owner_review",
        "workflows, policy and segments can be changed without the people of CODEOWNERS",
    ),
)


def _ticked(setting: str, *, on: bool, otherwise: str) -> Line:
    return judged(
        setting, "on", fine=on, otherwise=f"off: {otherwise}", remedy=f"{_RULESET}: tick “{setting}”."
    )


def _merge_methods(pulls: Sequence[PullRequestRules]) -> Line:
    """The most restrictive rule wins; a rule that names none allows all."""
    named = [set(rule.allowed_merge_methods) for rule in pulls if rule.allowed_merge_methods is not None]
    allowed = set.intersection(*named) if named else {"merge", "squash", "rebase"}
    if allowed == {"squash"}:
        return Line("Allowed merge methods", State.FINE, "squash only: one commit is one click to revert")
    return Line(
        "Allowed merge methods",
        State.NOTE,
        f"{', '.join(sorted(allowed))}: a change may be more than one commit, and more than one revert",
        f"{_RULESET}: under “Allowed merge methods” choose only Squash.",
    )


def environment_lines(environments: Sequence[Environment], branch: str) -> Iterator[Line]:
    """Every environment: whether only the main branch may use it, and with it the rights it gives."""
    if PRODUCTION not in {environment.name for environment in environments}:
        yield Line(
            f"environment {PRODUCTION}",
            State.WRONG,
            "there is none, so nothing ties the rights to send to the main branch",
            f"Settings → Environments → New environment: {PRODUCTION}; "
            f"Deployment branches and tags: only {branch}.",
        )
    for environment in environments:
        yield judged(
            f"environment {environment.name}",
            f"only for {branch}",
            fine=environment.branches == (branch,),
            otherwise=f"for {_which(environment)}: a workflow on another branch gets its rights",
            remedy=f"Settings → Environments → {environment.name} → Deployment branches and tags: "
            f"Selected branches and tags, and only {branch}.",
        )


def _which(environment: Environment) -> str:
    if environment.branches is None:
        return "any branch"
    return ", ".join(environment.branches) or "whatever counts as a protected branch"


def permission_lines(found: Permissions) -> Iterator[Line]:
    """What workflows may do by themselves."""
    yield judged(
        "Workflow permissions",
        "read",
        fine=found.default_workflow_permissions == "read",
        otherwise=f"{found.default_workflow_permissions}: every workflow may change the repository",
        remedy=f"{_ACTIONS}: choose “Read repository contents and packages permissions”.",
    )
    yield judged(
        "Allow GitHub Actions to create and approve pull requests",
        "off",
        fine=not found.can_approve_pull_request_reviews,
        otherwise="on: a program counts as a reviewer at GitHub; delivery does not count it",
        remedy=f"{_ACTIONS}: untick “Allow GitHub Actions to create and approve pull requests”.",
    )


def subject_lines(found: Subject) -> Iterator[Line]:
    """How a workflow presents itself to AWS; the trust policy of the role must say the same."""
    if not found.use_default:
        claims = ", ".join(found.include_claim_keys or ()) or "claims of its own"
        yield Line(
            "OIDC subject",
            State.NOTE,
            f"made of {claims}, not the usual one",
            "Compare it with the condition on token.actions.githubusercontent.com:sub of the role.",
        )
        return
    if found.sub_claim_prefix is None:
        yield Line(
            "OIDC subject",
            State.NOTE,
            "GitHub does not say how it begins; since July 2026 new repositories have ids in it",
            "Compare `sub` of a workflow's token with the trust policy of the role.",
        )
        return
    yield Line(
        "OIDC subject",
        State.FINE,
        f"{found.sub_claim_prefix}:environment:{PRODUCTION}; the role's trust policy must say exactly this",
    )


def github_lines(setup: GitHubSetup, branch: str, required: int) -> Iterator[Line]:
    """Everything, each thing by itself: what cannot be asked does not hide the rest."""
    yield from asked("rules of main", lambda: setup.rules(branch), lambda found: rule_lines(found, required))
    yield from asked("environments", setup.environments, lambda found: environment_lines(found, branch))
    yield from asked("Workflow permissions", setup.permissions, permission_lines)
    yield from asked("OIDC subject", setup.subject, subject_lines)
