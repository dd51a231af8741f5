"""Whether Japanese text holds English: names of files, keys and rules may stand in it, sentences may not."""

import re

#: Three words in a row; a list of names has commas, code has other signs.
_ENGLISH = re.compile(r"[A-Za-z][A-Za-z']+(?: [A-Za-z][A-Za-z']*){2,}")
#: Code and copy, quoted as such.
_QUOTED = re.compile(r"`[^`]*`|「[^」]*」|\{[{%].*?[%}]\}")
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")


def english_in(text: str) -> list[str]:
    """The lines that hold an English sentence; a line of source, four blanks to the right, is not asked."""
    lines = (line for line in text.splitlines() if not re.match(r" {4}(?! )", line))
    return [line for line in lines if _ENGLISH.search(_QUOTED.sub("", line))]
