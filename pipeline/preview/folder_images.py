"""Images of the campaign's folder in the place of those that a mail loads from the web (pure).

A mail names images by the address at which its readers will find them. Nothing is fetched for a preview;
a file of the same name in the folder is shown instead.
"""

import base64
import html
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from pipeline.render.attachment import content_type_of
from pipeline.workspace.folder import CampaignFolder

_SOURCE: Final = re.compile(r"""(?:\ssrc=|\sbackground=|url\()\s*["']?(https?://[^"'\s)>]+)""", re.IGNORECASE)
_KINDS: Final = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})
#: Bytes of images that a frame carries along.
_FRAME_ROOM: Final = 200_000
#: In the place of an image that is not there: the reader sees its alternative text, and nothing is asked for.
_NOTHING: Final = "data:,"


def images_of(page: str, folder: CampaignFolder) -> Mapping[str, tuple[str, bytes]]:
    """By the address in the page: the type and the bytes of the file of that name, where there is one."""
    return {url: (content_type_of(name), folder.read(name)) for url, name in _named(page, folder)}


def with_images(page: str, folder: CampaignFolder) -> str:
    """The page with such images inside, as long as they are small enough together; others are left out."""
    room, inside = _FRAME_ROOM, dict[str, str]()
    for url, (kind, data) in images_of(page, folder).items():
        if len(data) <= room:
            room -= len(data)
            inside[url] = f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"

    def shown(found: re.Match[str]) -> str:
        return found[0].replace(found[1], inside.get(html.unescape(found[1]), _NOTHING))

    return _SOURCE.sub(shown, page)


def _named(page: str, folder: CampaignFolder) -> Iterator[tuple[str, str]]:
    files = {
        PurePosixPath(name).name: name
        for name in sorted(folder.files, reverse=True)
        if PurePosixPath(name).suffix.lower() in _KINDS
    }
    for found in dict.fromkeys(_SOURCE.findall(page)) if files else ():
        url = html.unescape(found)
        try:
            last = PurePosixPath(unquote(urlsplit(url).path)).name
        except ValueError:
            continue
        if last in files:
            yield url, files[last]
