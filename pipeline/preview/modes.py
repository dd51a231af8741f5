"""The ways in which one mail is looked at (pure)."""

from dataclasses import dataclass
from typing import Final

#: As wide as a mail program's pane, and as a common phone; CSS pixels.
DESKTOP_WIDTH: Final = 800
PHONE_WIDTH: Final = 375


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to look. `scale` is picture pixels for each CSS pixel."""

    id: str
    width: int
    scale: int = 1
    #: The reader's system is set to dark, and says so to the mail.
    dark: bool = False
    #: The mail program turns the colours itself, as the Gmail app does; Chromium only comes near it.
    forced_dark: bool = False
    images: bool = True
    #: Whether the layout is measured: a forced dark page has the layout and the colours of the plain one.
    measured: bool = True


MODES: Final = (
    Mode("desktop", DESKTOP_WIDTH),
    Mode("phone", PHONE_WIDTH, scale=2),
    Mode("dark", DESKTOP_WIDTH, dark=True),
    Mode("forced-dark", DESKTOP_WIDTH, forced_dark=True, measured=False),
    Mode("images-off", DESKTOP_WIDTH, images=False, measured=False),
)
