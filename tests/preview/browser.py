"""A browser for the tests: found, or the test says why it is skipped; in CI it must be there."""

import os

import pytest

from pipeline.preview import chromium


def needs_a_browser() -> None:
    """Skip where no pictures can be taken; fail where that would hide a broken preview."""
    why = chromium.missing(os.environ)
    if why is None:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"The preview cannot be tested here: {why}. `make browser` installs one.")
    pytest.skip(f"needs a browser: {why}")
