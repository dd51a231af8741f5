"""How the service says no to a whole call."""


class Refusal(Exception):
    """An error answer in the shape of a REST-JSON service: HTTP status, code, sentence."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def bad_request(message: str) -> Refusal:
    """What the caller sent is wrong."""
    return Refusal("BadRequestException", message)


def not_found(message: str) -> Refusal:
    """What the caller names is not there."""
    return Refusal("NotFoundException", message, 404)
