"""The analyser of Japanese, read in when a rule first asks: the only module that knows it.

A fifth of a second and some 60 MB; copy and names in Latin letters do not wait for it. The small dictionary
knows the words of mail and nearly all names; it is read once for words and for names.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sudachipy import Dictionary, Tokenizer


@cache
def dictionary() -> "Dictionary":
    """Its words: `lookup(word)` gives every entry of one."""
    from sudachipy import Dictionary  # noqa: PLC0415 see the first lines

    return Dictionary(dict="small")


@cache
def tokenizer() -> "Tokenizer":
    """Takes sentences apart: `tokenize(text)`."""
    return dictionary().tokenizer()
