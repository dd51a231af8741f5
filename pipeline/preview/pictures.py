"""The pictures of an album as files, for whoever wants them outside of the page."""

import re
from pathlib import Path

from pipeline.preview.sheet import Album


def write_pictures(album: Album, folder: Path) -> int:
    """Write `pictures/<campaign>/<person>-<mode>.png` below `folder`; returns how many."""
    count = 0
    for sheet in album.sheets:
        place = folder / "pictures" / sheet.id
        for person in sheet.people:
            name = re.sub(r"^invented-", "", person.part.row.id)
            for view in person.views:
                place.mkdir(parents=True, exist_ok=True)
                (place / f"{name}-{view.modes[0]}.png").write_bytes(view.picture.png)
                count += 1
                if view.before is not None:
                    (place / f"{name}-{view.modes[0]}-before.png").write_bytes(view.before.png)
                    count += 1
    return count
