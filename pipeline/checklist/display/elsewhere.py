"""Rules about files and templates that the workspace and the renderer find."""

from typing import Final

from pipeline.checklist.rule import found_elsewhere

RULES: Final = (
    found_elsewhere(
        "display/file-exists",
        "Every file that is named exists",
        "指定のファイルがある",
        """Every file that the campaign names is in its folder and in git.

        Remedy: add the file, or correct the name.""",
    ),
    found_elsewhere(
        "display/template-text",
        "Templates are text",
        "テンプレートがテキストである",
        """A template in another encoding shows other letters than were written.

        Remedy: save it as UTF-8.""",
    ),
    found_elsewhere(
        "display/template-syntax",
        "Templates can be read",
        "テンプレートの書式が正しい",
        """A template that cannot be read makes no mail.

        Remedy: see the line.""",
    ),
    found_elsewhere(
        "display/include-exists",
        "Included pieces exist",
        "共有部品がある",
        """Included pieces are in the folder or under `campaigns/_shared/`.

        Remedy: correct the name.""",
    ),
)
