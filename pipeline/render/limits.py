"""What the rendering of one mail may cost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the child process; past any of them a mail is a failure, not a slow mail.

    A usual mail needs 2 ms and the child's address space is near 100 MB, so each bound is far from
    honest work and near enough to catch a runaway template within seconds.
    """

    #: Computing time for one mail, in seconds (whole: the kernel counts RLIMIT_CPU in seconds).
    cpu_seconds: int = 2
    #: Address space of the child, in bytes.
    memory_bytes: int = 512 * 1024 * 1024
    #: Longest part (subject, HTML, text), in characters.
    part_characters: int = 5_000_000
    #: Wall-clock time for a batch: this, and `wall_seconds_each` for every mail in it.
    wall_seconds: float = 15.0
    wall_seconds_each: float = 4.0
