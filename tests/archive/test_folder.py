"""The folder: what is on the disk, and what happens when the disk says no."""

import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.archive.folder import FolderArchive
from pipeline.errors import PipelineError


def test_nobody_else_on_the_machine_can_read_it(tmp_path: Path) -> None:
    FolderArchive(tmp_path / "archive").create("a/b/c", b"personal")
    modes = {
        path.relative_to(tmp_path).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in tmp_path.rglob("*")
    }
    assert modes == {"archive": 0o700, "archive/a": 0o700, "archive/a/b": 0o700, "archive/a/b/c": 0o600}


def test_a_file_left_half_written_by_a_crash_is_no_object(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path)
    archive.create("a/whole", b"x")
    (tmp_path / "a" / "~half").write_bytes(b"x")
    assert list(archive.keys("a")) == ["a/whole"]


_FILL = """
import resource, signal, sys
from pathlib import Path
from pipeline.archive.folder import FolderArchive
from pipeline.errors import PipelineError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    FolderArchive(Path(sys.argv[1])).create("a/big", b"x" * 5000)
except PipelineError as error:
    print(error.sentence)
"""


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    assert resource.RLIMIT_FSIZE is not None
    told = subprocess.run(
        [sys.executable, "-c", _FILL, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path.cwd(),
    )
    assert "could not write a/big" in told.stdout
    assert list((tmp_path / "a").iterdir()) == []
    assert FolderArchive(tmp_path).create("a/big", b"x") is True


def test_a_file_where_a_folder_must_be_is_told_in_a_sentence(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path)
    archive.create("a", b"x")
    with pytest.raises(PipelineError, match="could not write a/b"):
        archive.create("a/b", b"x")
