"""A finished HTML page: styles inlined, the hidden preheader, links that can be counted, and its text."""

import html
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from css_inline import CSSInliner
from inscriptis import get_text
from inscriptis.model.config import ParserConfig

_HIDDEN: Final = (
    "display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;"
    "opacity:0;overflow:hidden;mso-hide:all"
)
# css-inline writes every attribute as name="value" with quotes escaped, so these need not be more clever.
_BODY = re.compile(r'<body(?:\s(?:[^>"]|"[^"]*")*)?>')
_LINK = re.compile(r'<a\s(?:[^>"]|"[^"]*")*>')
_LINKED = re.compile(r'(<a\s(?:[^>"]|"[^"]*")*>)(.*?)</a>', re.DOTALL)
_HREF = re.compile(r'(?<=\shref=")[^"]*(?=")')
_ALT = re.compile(r'<img\s(?:[^>"]|"[^"]*")*?\salt="([^"]*)"')
_ANY_TAG = re.compile(r'<(?:[^>"]|"[^"]*")*>')
# keep_style_tags: without it @media (narrow screens, dark mode) is lost in silence
_INLINER = CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)
_AS_TEXT = ParserConfig(display_links=False, display_images=False)


def with_styles_inlined(page: str) -> str:
    """`page` as a whole document whose rules also stand in style attributes; rules with @media stay."""
    return _INLINER.inline(page)


def with_preheader(page: str, words: str) -> str:
    """`page` with `words` hidden at the very start of the body, where inboxes look for them."""
    hidden = f'<div style="{_HIDDEN}">{html.escape(words)}</div>'
    marked, count = _BODY.subn(lambda body: body[0] + hidden, page, count=1)
    assert count == 1, "an inlined page has a body"
    return marked


def with_utm(page: str, utm: Mapping[str, str], own_hosts: Sequence[str], never: str) -> str:
    """`page` with the utm parameters on links to our own hosts, except those that begin with `never`."""
    if not utm:
        return page

    def counted(href: re.Match[str]) -> str:
        return counted_href(href[0], utm, own_hosts, never)

    return on_hrefs(page, counted)


def on_hrefs(page: str, change: Callable[[re.Match[str]], str]) -> str:
    """`page` with `change` applied to what stands between the quotes of every link's href."""
    return _LINK.sub(lambda link: _HREF.sub(change, link[0], count=1), page)


def counted_href(href: str, utm: Mapping[str, str], own_hosts: Sequence[str], never: str) -> str:
    """One href as it stands in a page, with the utm parameters where `with_utm` puts them."""
    return html.escape(_count(html.unescape(href), utm, own_hosts, never))


def _count(url: str, utm: Mapping[str, str], own_hosts: Sequence[str], never: str) -> str:
    if never and url.strip().startswith(never):
        return url  # before it is taken apart: every mail has such a link
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return url  # not ours to judge here: the checklist says what is wrong with a link
    ours = any(host == own or host.endswith(f".{own}") for own in own_hosts)
    if parts.scheme not in {"http", "https"} or not ours:
        return url
    present = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    added = urlencode({f"utm_{key}": value for key, value in utm.items() if f"utm_{key}" not in present})
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, added)))))


def to_text(page: str) -> str:
    """The words of an inlined `page`, each link as `words ( url )` with space on both sides of the url.

    Mail programs that make links of bare addresses take whatever follows without a space along.
    """
    # inscriptis resolves references once more after the parser did
    spelt = _LINKED.sub(_spelt_out, page).replace("&amp;", "&amp;amp;")
    lines = (line.rstrip() for line in get_text(spelt, _AS_TEXT).splitlines())
    # tables that only make the layout leave the whole text indented
    words = textwrap.dedent("\n".join(lines))
    return re.sub(r"\n{3,}", "\n\n", words).strip("\n") + "\n"


def _spelt_out(link: re.Match[str]) -> str:
    href = _HREF.search(link[1])
    if href is None or not href[0].startswith(("http://", "https://", "mailto:", "tel:")):
        return link[0]
    alt = _ALT.search(link[2])
    words = html.unescape(_ANY_TAG.sub("", link[2])).strip() or (html.unescape(alt[1]) if alt else "")
    url = html.unescape(href[0])
    if words in {url, url.partition(":")[2]}:
        return f" {html.escape(words)} "
    return f"{html.escape(words)} ( {html.escape(url)} )"
