"""The sentences for why a stream delivers nothing."""

from collections.abc import Mapping

from engine.brokers.streams.price_stream import Loss, LossReason

_SENTENCES: Mapping[LossReason, str] = {
    LossReason.DISCONNECTED: "the stream ended",
    LossReason.SILENT: "the stream is silent",
    LossReason.GAP: "a message of the stream is missing",
    LossReason.REFUSED: "the venue refused the subscription",
    LossReason.UNCONFIRMED: "the venue did not confirm the subscription",
    LossReason.UNREADABLE: "a message of the stream cannot be read",
    LossReason.UNQUOTED: "the stream shows no bid and ask that are prices",
    LossReason.CONTRADICTED: "the stream differs from the venue's other prices",
    LossReason.KEY_REJECTED: "the venue rejected the key",
    LossReason.NOT_PERMITTED: "the key is not permitted to open the stream",
    LossReason.BANNED: "the venue takes no connection now",
    LossReason.UNWANTED: "nobody wants it any more",
}


def loss_text(loss: Loss) -> str:
    """Say why it delivers nothing, with the venue's or the connection's own error text."""
    sentence = _SENTENCES[loss.reason]
    return f"{sentence}: {loss.message}" if loss.message else sentence
