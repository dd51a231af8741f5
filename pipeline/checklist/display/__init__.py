"""Display 表示: what it looks like."""

from typing import Final

from pipeline.checklist.display import (
    alive,
    clients,
    counting,
    elsewhere,
    hosts,
    images,
    legible,
    links,
    page,
    preview,
    size,
    validity,
)
from pipeline.checklist.rule import Rule

RULES: Final[tuple[Rule, ...]] = (
    *elsewhere.RULES,
    links.url_scheme,
    links.url_unresolved,
    links.url_text_mismatch,
    links.url_userinfo,
    links.url_glued,
    hosts.url_placeholder_host,
    hosts.url_staging_host,
    hosts.url_not_allowed,
    hosts.url_near_miss,
    hosts.url_homograph,
    hosts.url_shortener,
    alive.link_alive,
    counting.utm,
    size.html_size,
    size.line_length,
    images.image_alt,
    images.image_host,
    images.data_uri,
    page.html_lang,
    validity.html_valid,
    page.script_or_form,
    clients.client_support,
    legible.contrast,
    legible.tiny_or_hidden_text,
    *preview.RULES,
)
