"""`postmerge preview --serve`, as somebody uses it who is writing: a process, files that change, Ctrl-C."""

import http.client
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.preview.scene import PAGE, scene

pytestmark = pytest.mark.slow
_CALM = PAGE.replace("MORE", "")


@dataclass
class Served:
    """The command while it serves, and the template that somebody is writing."""

    process: subprocess.Popen[str]
    template: Path
    port: int = 0

    def heard(self) -> str:
        """The next line that it says."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def write(self, template: str) -> str:
        """The page as soon as the command says that it shows another one; the file changes in one move."""
        new = self.template.parents[3] / "new.html"
        new.write_text(template, encoding="utf-8")
        new.replace(self.template)
        assert self.heard() == "changed: shown again\n"
        return self.page()

    def page(self) -> str:
        """What a browser gets."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("GET", "/")
        html = connection.getresponse().read().decode()
        connection.close()
        return html


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """On a path with git and nothing else: what is shown needs no pictures."""
    story = scene(folder / "repository")
    git = shutil.which("git")
    assert git is not None
    (folder / "bin").mkdir()
    (folder / "bin/git").symlink_to(git)
    environ = {**os.environ, "PATH": str(folder / "bin"), "POSTMERGE_CHROMIUM": ""}
    command = [sys.executable, "-m", "pipeline", "-C", str(story.root), "preview", "--serve", "--port", "0"]
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield Served(process, story.root / "campaigns/sale/body.html")
        finally:
            process.kill()


def test_a_change_is_shown_an_error_too_and_it_heals_until_ctrl_c(tmp_path: Path) -> None:
    with served(tmp_path) as at:
        address = at.heard()
        assert address.startswith("http://127.0.0.1:")
        at.port = int(address.split(":")[2].split("/")[0])
        assert "6,860 yen" in at.page()
        assert "5,480 yen" in at.write(_CALM.replace("6,860", "5,480"))
        broken = at.write(_CALM.replace("{% endif %}", ""))
        assert "There is no mail for this person" in broken
        assert "body.html, line" in broken
        healed = at.write(_CALM.replace("6,860", "4,980"))
        assert "4,980 yen" in healed
        assert "There is no mail for this person" not in healed
        at.process.send_signal(signal.SIGINT)
        assert at.process.wait() == 0
        assert at.process.stdout is not None
        assert at.process.stdout.read().strip() == ""
