"""The refusals of the Bot API, in its own words."""

from http import HTTPStatus


class ApiError(Exception):
    """An answer with ``ok: false``; Telegram sends the code as HTTP status too."""

    def __init__(self, code: int, description: str, *, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = int(code)
        self.description = description
        self.retry_after = retry_after


def bad_request(reason: str) -> ApiError:
    """A 400: the request can never work as it is."""
    return ApiError(HTTPStatus.BAD_REQUEST, f"Bad Request: {reason}")


def forbidden(reason: str) -> ApiError:
    """A 403: the chat does not want this bot."""
    return ApiError(HTTPStatus.FORBIDDEN, f"Forbidden: {reason}")


def unauthorized() -> ApiError:
    """A 401: the token is not this bot's."""
    return ApiError(HTTPStatus.UNAUTHORIZED, "Unauthorized")


def conflict() -> ApiError:
    """A 409: a newer getUpdates took over."""
    reason = "terminated by other getUpdates request; make sure that only one bot instance is running"
    return ApiError(HTTPStatus.CONFLICT, f"Conflict: {reason}")


def too_many_requests(retry_after: int) -> ApiError:
    """A 429 with the seconds to stay silent."""
    description = f"Too Many Requests: retry after {retry_after}"
    return ApiError(HTTPStatus.TOO_MANY_REQUESTS, description, retry_after=retry_after)


def internal_error() -> ApiError:
    """A 500: nobody knows whether the call took effect."""
    return ApiError(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error")


class ConnectionDropped(Exception):  # noqa: N818 - an event on the wire, not an error of this program
    """Close the connection without an answer."""


class BadGateway(Exception):  # noqa: N818 - an event on the wire, not an error of this program
    """Let a proxy on the way answer with its page."""
