"""A runner for our own workflow files: `run:` steps by bash in their order, `uses:` by stand-ins."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from tests.forks import address_of
from tests.postmerge import ADDRESSES
from tests.workflows.expressions import Expressions, Unknown

ROOT: Final = Path(__file__).parents[2]
WORKFLOWS: Final = ROOT / ".github/workflows"
_POSTMERGE: Final = Path(__file__).parents[1] / "postmerge.py"
#: What `postmerge` and bash need of this machine.
_KEPT: Final = ("PATH", "HOME", "LANG", "TMPDIR")


@dataclass(slots=True)
class Played:
    """What became of one part, or of one entry of its matrix."""

    name: str
    result: str = "success"
    log: str = ""
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Hosted:
    """Where runs happen: the remote that is checked out, and what the stand-ins hand out."""

    root: Path
    remote: Path
    contacts: Callable[[Path], None]
    cloud: Mapping[str, str]
    github: Mapping[str, Any]
    variables: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    #: For the steps that are handed GITHUB_TOKEN.
    api: Mapping[str, str] = field(default_factory=dict)
    runs: int = 0

    def run(self, workflow: str, event: Mapping[str, Any]) -> dict[str, Played]:
        """Play a workflow for an event, and say what became of each part, by its name."""
        self.runs += 1
        written = yaml.load((WORKFLOWS / workflow).read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
        assert event["event_name"] in written["on"], f"{workflow} does not listen to it"
        done: dict[str, Played] = {}
        needs: dict[str, dict[str, Any]] = {}
        for key, part in written["jobs"].items():
            needed = [part["needs"]] if isinstance(part.get("needs"), str) else part.get("needs", [])
            failed = any(needs[name]["result"] != "success" for name in needed)
            contexts = self._contexts(event, part) | {"needs": {name: needs[name] for name in needed}}
            if not Expressions(contexts, failed=failed).holds(part.get("if")):
                needs[key] = {"result": "skipped", "outputs": {}}
                done[key] = Played(key, "skipped")
                continue
            played = [_Play(self, part, entry).play() for entry in self._matrix(part, contexts)]
            result = "success" if all(one.result == "success" for one in played) else "failure"
            needs[key] = {"result": result, "outputs": played[-1].outputs}
            done |= {key if len(played) == 1 else f"{key} {n}": one for n, one in enumerate(played)}
        return done

    def _matrix(self, part: Mapping[str, Any], contexts: dict[str, Any]) -> Iterator[dict[str, Any]]:
        (name, written), *more = part.get("strategy", {}).get("matrix", {"": "['']"}).items()
        assert not more, "one dimension is enough for us"
        values = Expressions(contexts).whole(written) if name else [""]
        for value in values:
            yield contexts | {"matrix": {name: value}, "steps": {}}

    def _contexts(self, event: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
        assert set(part.get("permissions", {})) <= {"contents", "deployments", "pull-requests", "id-token"}
        # Secrets lie in environments, and no environment is given to a pull request.
        secrets = self.secrets if "environment" in part else {}
        assert not (secrets and event["event_name"].startswith("pull_request"))
        return {
            "github": {**self.github, "run_id": str(self.runs), "token": "invented-token", **event},
            "inputs": event.get("inputs", {}),
            "vars": self.variables,
            "secrets": secrets,
        }


class _Play:
    """One part in a fresh folder, step by step."""

    def __init__(self, hosted: Hosted, part: Mapping[str, Any], contexts: dict[str, Any]) -> None:
        self._hosted = hosted
        self._written = part
        self._contexts = contexts
        number = len(list(hosted.root.glob("job-*")))
        self._folder = hosted.root / f"job-{number}"
        self._workspace = self._folder / "workspace"
        self._workspace.mkdir(parents=True)
        self._path: list[str] = []
        self._cloud: dict[str, str] = {}
        self._failed = False
        self.done = Played("")

    def play(self) -> Played:
        """Every step whose condition holds."""
        for number, step in enumerate(self._written["steps"]):
            if not self._expressions().holds(step.get("if")):
                continue
            outputs = self._use(step) if "uses" in step else self._run(number, step)
            if "id" in step:
                self._contexts["steps"][step["id"]] = {"outputs": outputs}
        self.done.result = "failure" if self._failed else "success"
        outputs = self._written.get("outputs", {})
        self.done.outputs = {name: self._expressions().text(outputs[name]) for name in outputs}
        return self.done

    def _expressions(self) -> Expressions:
        return Expressions(self._contexts, failed=self._failed)

    def _run(self, number: int, step: Mapping[str, Any]) -> dict[str, str]:
        assert "${{" not in step["run"], "what anybody may have written is never a part of a script"
        output, summary = self._folder / f"output-{number}", self._folder / f"summary-{number}"
        for file in (output, summary):
            file.touch()
        script = self._folder / f"step-{number}.sh"
        script.write_text(step["run"], encoding="utf-8")
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        environment |= {
            name: self._expressions().text(written)
            for name, written in {**self._written.get("env", {}), **step.get("env", {})}.items()
        }
        if "GITHUB_TOKEN" in environment:
            environment |= self._hosted.api
        environment |= self._cloud | {
            "PATH": ":".join([*self._path, environment["PATH"]]),
            "RUNNER_TEMP": str(self._folder),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_REPOSITORY": self._contexts["github"]["repository"],
            "GITHUB_SERVER_URL": self._contexts["github"]["server_url"],
            "GITHUB_RUN_ID": self._contexts["github"]["run_id"],
            ADDRESSES: f"{address_of('tests.zygote')}:{address_of('tests.nursery')}",
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", str(script)],
            cwd=self._workspace,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self._failed |= done.returncode != 0
        self.done.log += f"$ {step['run']}\n{done.stdout}{done.stderr}"
        self.done.summary += summary.read_text("utf-8")
        lines = (line.partition("=") for line in output.read_text("utf-8").splitlines())
        return {name: value for name, _, value in lines}

    def _use(self, step: Mapping[str, Any]) -> dict[str, str]:
        name = step["uses"].partition("@")[0]
        given = {key: self._expressions().text(written) for key, written in step.get("with", {}).items()}
        match name:
            case "actions/checkout":
                assert given["persist-credentials"] == "false"
                self._check_out(given)
            case "./.github/actions/setup":
                self._path.append(str(_forked(self._folder)))
            case "./.github/actions/contacts":
                self._hosted.contacts(self._workspace)
            case "aws-actions/configure-aws-credentials":
                assert self._written["permissions"]["id-token"] == "write"
                assert given["role-to-assume"], "a variable of the repository is missing"
                self._cloud = dict(self._hosted.cloud)
            case "actions/upload-artifact":
                return self._upload(given)
            case "actions/download-artifact":
                shutil.copytree(self._artifact(given["name"]), self._workspace, dirs_exist_ok=True)
            case _:
                raise Unknown(name)
        return {}

    def _check_out(self, given: Mapping[str, str]) -> None:
        depth = [] if given.get("fetch-depth") == "0" else ["--depth=1", "--no-single-branch"]
        self._git("clone", "-q", *depth, f"file://{self._hosted.remote}", ".")
        github = self._contexts["github"]
        ref = given.get("ref") or github.get("ref_name", "main")
        if github["event_name"].startswith("pull_request"):
            # GitHub makes a merge of both, and checks that out.
            self._git("switch", "-q", "--detach", "origin/main")
            words = ["-c", "user.name=GitHub", "-c", "user.email=noreply@github.example", "merge", "-q"]
            head = f"origin/{github['head_ref']}"
            self._git(*words, "--allow-unrelated-histories", "--no-edit", "--no-ff", head)
        elif ref != "main":
            self._git("switch", "-q", ref)

    def _git(self, *words: str) -> None:
        subprocess.run(["git", *words], cwd=self._workspace, check=True, capture_output=True)

    def _artifact(self, name: str) -> Path:
        return self._hosted.root / f"artifacts-{self._hosted.runs}" / name

    def _upload(self, given: Mapping[str, str]) -> dict[str, str]:
        paths = [self._workspace / line for line in given["path"].split()]
        place = self._artifact(given.get("name", paths[0].name))
        place.mkdir(parents=True)
        for path in paths:
            if path.exists():
                shutil.copy(path, place)
        return {"artifact-url": f"https://github.example/artifacts/{json.dumps(place.name).strip(chr(34))}"}


def _forked(folder: Path) -> Path:
    """A folder for the path, with a `postmerge` that needs no time to start."""
    command = folder / "bin/postmerge"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -IS {_POSTMERGE} "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return command.parent
