"""Images: where they are, and what stands in their place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pipeline.checklist.display.addresses import address_of, ours, shortened
from pipeline.checklist.draft import Draft
from pipeline.checklist.mail import Part
from pipeline.checklist.markup import Element
from pipeline.checklist.places import Place
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.models.finding import Severity

_NONE = NotApplicable("there are no images", "画像がありません")
_URL: Final = re.compile(r"url\(\s*['\"]?([^'\")]*)", re.IGNORECASE)
_FILE_NAME: Final = re.compile(
    r"\S+\.(?:jpe?g|png|gif|webp|svg|bmp)|(?:img|image|photo|pic|banner)[\s_-]*\d*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Image:
    part: Part
    element: Element
    src: str

    @property
    def place(self) -> Place:
        return self.part.of(self.element)


def _images(draft: Draft) -> Iterator[_Image]:
    """Every image, backgrounds as well; one that several mails show, once."""
    seen: set[tuple[str, str]] = set()
    for part in draft.copies_of("html"):
        for element in part.page.elements:
            for src in _sources(element):
                key = (src, element.attributes.get("alt", "\0"))
                if key not in seen:
                    seen.add(key)
                    yield _Image(part, element, src)


def _sources(element: Element) -> Iterator[str]:
    if element.tag == "img":
        yield element.attributes.get("src", "").strip()
    if element.attributes.get("background"):
        yield element.attributes["background"].strip()
    style = element.attributes.get("style", "")
    if "url(" in style.casefold():
        yield from (match[1].strip() for match in _URL.finditer(style))


@rule("display/image-alt", "Every image says what it shows", "画像に代替テキストがある", Need.RENDERED)
def image_alt(draft: Draft) -> Iterator[Verdict]:
    """Half of all mails are first seen without images, and some readers never see one.

    Every `img` has an `alt`; an empty one (`alt=""`) says that it is only decoration, which an image that is
    all there is of a link can never be. A file name is no description.

    Remedy: write what the image says in `alt`.
    """
    images = [each for each in _images(draft) if each.element.tag == "img"]
    if not images:
        yield _NONE
    for image in images:
        alt = image.element.attributes.get("alt")
        shown = shortened(image.src)
        if alt is None and not _pixel(image.element):
            yield _wants_alt(
                image, f"The image “{shown}” has no alt text.", f"画像「{shown}」にaltがありません。"
            )
        elif not (alt or "").strip() and _alone_in_a_link(image):
            yield _wants_alt(
                image,
                f"The image “{shown}” is all there is of a link, and has no alt text.",
                f"リンクの画像「{shown}」にaltがないため、画像なしではリンクが見えません。",
            )
        elif alt and _FILE_NAME.fullmatch(alt.strip()):
            yield _wants_alt(
                image,
                f"The alt text “{shortened(alt)}” is a file name.",
                f"alt「{shortened(alt)}」がファイル名のままです。",
                Severity.WARNING,
            )


def _pixel(element: Element) -> bool:
    return {element.attributes.get("width"), element.attributes.get("height")} == {"1"}


def _alone_in_a_link(image: _Image) -> bool:
    link = next((each for each in image.element.ancestors() if each.tag == "a"), None)
    return link is not None and not image.part.page.words(link)


def _wants_alt(image: _Image, message: str, message_ja: str, severity: Severity | None = None) -> Objection:
    return Objection(
        image.place,
        message,
        message_ja,
        'Write what the image says in alt; alt="" for mere decoration.',
        'altに画像の内容を書いてください(飾りの場合はalt="")。',
        severity,
    )


@rule("display/image-host", "Images are at a public address of ours", "画像のURLが正しい", Need.RENDERED)
def image_host(draft: Draft) -> Iterator[Verdict]:
    """An image that a mail program cannot load is a hole, and one of somebody else's can change any day.

    It has a whole address that begins with https://, on a host of `links.allow` where the policy has that.

    Remedy: put the image on our own host, and write its whole address.

    Misses: whether it is there (`postmerge preview` shows the file of the same name in the folder).
    """
    images = [each for each in _images(draft) if not each.src.casefold().startswith("data:")]
    if not images:
        yield _NONE
    for image in images:
        address, shown = address_of(image.src), shortened(image.src)
        if address.broken or address.scheme != "https" or not address.host:
            yield Objection(
                image.place,
                f"The image “{shown}” has no whole address that begins with https://.",
                f"画像「{shown}」がhttps://で始まるURLではありません。",
                "Put it on our own host, and write its whole address.",
                "自社サーバーに置き、https://から始まるURLを書いてください。",
            )
        elif draft.policy.links.allow and not ours(draft, address.host):
            yield Objection(
                image.place,
                f"The image “{shown}” is on “{address.host}”, which the policy does not name.",
                f"画像「{shown}」のドメイン「{address.host}」は許可されていません。",
                "Put it on our own host, or add this one to links.allow of policy.yaml.",
                "自社サーバーに置くか、policy.yamlのlinks.allowに加えてください。",
            )


@rule("display/data-uri", "No image is written into the mail itself", "画像を埋め込んでいない", Need.RENDERED)
def data_uri(draft: Draft) -> Iterator[Verdict]:
    """Gmail and Outlook do not show images that are written out as `data:`, and they make the mail large.

    Remedy: put the image on our own host, and write its address.
    """
    images = list(_images(draft))
    if not images:
        yield _NONE
    for image in images:
        if image.src.casefold().startswith("data:"):
            yield Objection(
                image.part.near(image.src[:60]),
                "An image is written into the mail as data:, which Gmail and Outlook do not show.",
                "画像がdata:で埋め込まれています。GmailやOutlookでは表示されません。",
                "Put it on our own host, and write its address.",
                "自社サーバーに置き、そのURLを書いてください。",
            )
