"""HTTP on one side, calls and answers on the other."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from sandbox.telegram.errors import ApiError, bad_request
from sandbox.telegram.request import ApiRequest, Upload, check_encoding

#: The status on the tape of a call whose connection was closed without an answer.
DROPPED = 0
OK = 200
_BAD_GATEWAY_PAGE = """<html>
<head><title>502 Bad Gateway</title></head>
<body>
<center><h1>502 Bad Gateway</h1></center>
<hr><center>nginx</center>
</body>
</html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back over the wire; status 0 closes the connection instead."""

    status: int
    payload: dict[str, Any]
    error: str | None = None
    #: A page that stands there instead of the payload, as from a proxy on the way.
    page: str | None = None


def success(result: Any) -> Answer:
    """A result in its envelope."""
    return Answer(status=OK, payload={"ok": True, "result": result})


def refusal(error: ApiError) -> Answer:
    """A refusal in its envelope, with the status of its code."""
    payload: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    if error.retry_after is not None:
        payload["parameters"] = {"retry_after": error.retry_after}
    return Answer(status=error.code, payload=payload, error=error.description)


def bad_gateway() -> Answer:
    """What a proxy in front of the server says when the server is away: a page, not JSON."""
    status = HTTPStatus.BAD_GATEWAY
    return Answer(status=status, payload={}, error=f"{status.phrase}, as a page", page=_BAD_GATEWAY_PAGE)


def dropped() -> Answer:
    """No answer at all."""
    return Answer(status=DROPPED, payload={})


def split_path(path: str) -> tuple[str, str]:
    """Token and method out of `/bot<token>/<method>`; other paths give an empty method."""
    token, slash, method = path.partition("/bot")[2].partition("/")
    return token, method if slash else ""


async def read_request(http: web.Request) -> ApiRequest:
    """Parameters from query, form, multipart or JSON, as the Bot API takes them all."""
    params = dict(http.query)
    files: dict[str, Upload] = {}
    try:
        if http.content_type == "application/json":
            params |= _json_params(await http.text())
        else:
            for name, value in (await http.post()).items():
                if isinstance(value, FileField):
                    files[name] = Upload(content=value.file.read(), name=value.filename)
                else:
                    params[name] = value if isinstance(value, str) else bytes(value).decode()
    except web.HTTPRequestEntityTooLarge:
        raise ApiError(413, "Request Entity Too Large") from None
    except (UnicodeDecodeError, LookupError):
        raise bad_request("strings must be encoded in UTF-8") from None
    check_encoding(params)
    return ApiRequest(params=params, files=files)


def send(http: web.Request, answer: Answer) -> web.Response:
    """Put an answer on the wire, or cut it."""
    if answer.status == DROPPED:
        if http.transport is not None:
            http.transport.abort()
        return web.Response()
    if answer.page is not None:
        return web.Response(text=answer.page, status=answer.status, content_type="text/html")
    return web.json_response(answer.payload, status=answer.status)


def _json_params(text: str) -> dict[str, str]:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise bad_request("can't parse JSON object") from None
    if not isinstance(body, dict):
        raise bad_request("can't parse JSON object")
    return {name: _as_text(value) for name, value in body.items()}


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
