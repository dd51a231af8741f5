"""Make clients.json anew: `npm pack caniemail`, then this with the path of its caniemail.json.

Only what `display/client-support` reads is kept: for each feature the programs that do not support it at all
in the newest version that was tried.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

TABLE: Final = Path(__file__).with_name("clients.json")
#: The name that a finding gives, and where caniemail keeps it.
_CLIENTS: Final = {
    "Outlook (Windows)": ("outlook", "windows"),
    "Outlook.com": ("outlook", "outlook-com"),
    "Gmail": ("gmail", "desktop-webmail"),
    "Gmail (Android)": ("gmail", "android"),
    "Gmail (iOS)": ("gmail", "ios"),
    "Apple Mail (macOS)": ("apple-mail", "macos"),
    "Apple Mail (iOS)": ("apple-mail", "ios"),
    "Yahoo! Mail": ("yahoo", "desktop-webmail"),
}


def table_of(data: Any, features: frozenset[str]) -> dict[str, Any]:
    """The table for these features of caniemail's data. Raises KeyError for a feature that it lacks."""
    known = {each["slug"]: each for each in data["data"]}
    return {
        "source": "https://www.caniemail.com, by way of the npm package caniemail",
        "date": data["last_update_date"][:10],
        "notice": "clients.LICENSE.txt",
        "features": {
            slug: [name for name, where in _CLIENTS.items() if _lacks(known[slug]["stats"], *where)]
            for slug in sorted(features)
        },
    }


def _lacks(stats: Any, family: str, platform: str) -> bool:
    versions = list(stats.get(family, {}).get(platform, {}).values())
    return bool(versions) and versions[-1].split()[0] == "n"


def main(path: str) -> None:
    """Write the table from the file at `path`."""
    from pipeline.checklist.display.clients import FEATURES  # noqa: PLC0415 it reads the table

    data = json.loads(Path(path).read_text("utf-8"))
    table = table_of(data, frozenset(FEATURES))
    TABLE.write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
