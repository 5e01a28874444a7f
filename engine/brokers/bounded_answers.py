"""Read no more of an answer than a venue's largest one may hold: the event loop would wait for the rest."""

import aiohttp

#: After decompression. The largest answers are listings: 1,500 pairs as Kraken publishes them make 1.1 MB.
MOST_BYTES = 8 << 20
#: Of 1,500 pairs, 146,000.
MOST_VALUES = 400_000

_BEGINS_A_VALUE = ",[{"


class TooLargeError(Exception):
    """An answer is larger than any of a venue may be."""


class BoundedResponse(aiohttp.ClientResponse):
    """An answer whose body is read in pieces, and given up with the piece that makes it too large."""

    async def read(self) -> bytes:
        """Return the body.

        Raises:
            TooLargeError: it is larger than `MOST_BYTES`; the rest stays unread, and the connection is closed.

        """
        if self._body is None:
            try:
                self._body = await _read_pieces(self.content)
            except BaseException:
                self.close()
                raise
        return await super().read()


async def _read_pieces(content: aiohttp.StreamReader) -> bytes:
    body = bytearray()
    while piece := await content.readany():
        body += piece
        if len(body) > MOST_BYTES:
            message = f"it has more than {MOST_BYTES >> 20} MB"
            raise TooLargeError(message)
    return bytes(body)


def require_bounded(body: str) -> None:
    """Refuse JSON of more values than can be walked at once; signs within a text count as well.

    Raises:
        TooLargeError: it may hold more than `MOST_VALUES`.

    """
    if sum(map(body.count, _BEGINS_A_VALUE)) > MOST_VALUES:
        message = f"it holds more than {MOST_VALUES:,} values"
        raise TooLargeError(message)
