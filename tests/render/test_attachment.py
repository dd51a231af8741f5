"""The file that is meant, not merely one of that name."""

import hashlib

from pipeline.render.attachment import AttachedFile, attach
from pipeline.render.failure import RenderFailure

DATA = b"%PDF-1.7 invented"
DIGEST = hashlib.sha256(DATA).hexdigest()


def test_the_right_file_goes_along_under_its_own_name() -> None:
    assert attach("files/サイズ表.PDF", DATA, DIGEST) == AttachedFile("サイズ表.PDF", "application/pdf", DATA)


def test_another_file_of_the_same_name_is_refused_and_its_digest_named() -> None:
    result = attach("files/guide.pdf", DATA + b"!", DIGEST)
    assert isinstance(result, RenderFailure)
    assert hashlib.sha256(DATA + b"!").hexdigest() in result.sentence.en
    assert result.template == "files/guide.pdf"


def test_an_unknown_ending_is_sent_as_plain_bytes() -> None:
    result = attach("a.unknown", DATA, DIGEST)
    assert isinstance(result, AttachedFile)
    assert result.content_type == "application/octet-stream"
