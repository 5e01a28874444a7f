"""How Kraken's websocket v2 takes requests, whatever they subscribe to."""

import json
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from sandbox.formats import iso_time
from sandbox.kraken.stream_ticker import Json
from sandbox.streams.session import ClosedError, Session, Surroundings
from sandbox.streams.wire import Wire

#: A connection without subscription and requests is closed after a minute.
IDLE_S = 60.0
#: What comes when nothing else does.
HEARTBEAT_S = 1.0
#: How many requests a second are answered; the venue does not publish it.
MOST_REQUESTS = 20
#: More than a signed number of 64 bits can hold, as the venue's are.
CONNECTION_ID = 13834774380200032777


class KrakenRequests(Session):
    """Answers are as loosely tied to requests as the venue's are."""

    def __init__(self, wire: Wire, around: Surroundings) -> None:
        super().__init__(wire, around)
        self._requests: list[float] = []

    @property
    @abstractmethod
    def is_subscribed(self) -> bool:
        """Whether anything is."""

    @abstractmethod
    def subscribe(self, request: Json, params: Mapping[str, Any]) -> None:
        """Answer a request to subscribe or to unsubscribe."""

    def greet(self) -> None:
        """Say what state the engine is in."""
        state = {
            "version": "2.0.10",
            "system": "online",
            "api_version": "v2",
            "connection_id": CONNECTION_ID,
        }
        self.send({"channel": "status", "type": "update", "data": [state]})

    def receive(self, text: str) -> None:
        """Answer a request."""
        request = _parsed(text)
        if request is None:
            self.send({"error": "Malformed request"})
            return
        if self._is_too_often():
            self.refuse(request, "Exceeded msg rate")
            return
        match request.get("method"):
            case "ping":
                self.send(self._reply(request, {"method": "pong"}))
            case "subscribe" | "unsubscribe":
                params = request.get("params")
                self.subscribe(request, params if isinstance(params, Mapping) else {})
            case _:
                self.refuse(request, "Unsupported method")

    def beat(self) -> None:
        """Send a heartbeat where nothing else was sent, and close what nobody uses."""
        now_s = self.around.monotonic()
        if not self.is_subscribed and now_s - self.received_s >= IDLE_S:
            raise ClosedError(1000)
        if self.is_subscribed and now_s - self.sent_s >= HEARTBEAT_S:
            self.send({"channel": "heartbeat"})

    def accept(self, request: Json, result: Json) -> None:
        """Confirm a subscription, or its end."""
        reply = {"method": request["method"], "result": result, "success": True}
        self.confirm(lambda: self.send(self._reply(request, reply)))

    def refuse(self, request: Json, error: str, **where: str) -> None:
        """Refuse a request."""
        reply = {"error": error, "method": request.get("method"), "success": False, **where}
        self.confirm(lambda: self.send(self._reply(request, reply)))

    def _reply(self, request: Json, reply: Json) -> Json:
        number = {"req_id": request["req_id"]} if "req_id" in request else {}
        at = iso_time(self.around.now())
        return {**reply, **number, "time_in": at, "time_out": at}

    def _is_too_often(self) -> bool:
        now_s = self.around.monotonic()
        self._requests = [*(at for at in self._requests if at > now_s - 1), now_s]
        return len(self._requests) > MOST_REQUESTS


def _parsed(text: str) -> Json | None:
    try:
        request = json.loads(text)
    except ValueError:
        return None
    return request if isinstance(request, Mapping) else None
