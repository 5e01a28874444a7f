"""Faults of pushed prices."""

from tests.faults.row import Row

STREAMS = (
    Row(
        "V111",
        "a price falls between two polls",
        "the tick that reaches a guard sells once the order book shows it too; no poll waits for it, nor it for one",
    ),
    Row(
        "V112",
        "a stream is dropped, refused or not confirmed",
        "nothing it said is believed; the next poll sells",
    ),
    Row(
        "V113",
        "a stream stands still while its heartbeats go on",
        "the next poll sells, and what the stream shows is no price until both agree",
    ),
    Row(
        "V114",
        "the reader of a stream fails at a defect of the bot",
        "reported and begun again; polling goes on",
    ),
    Row(
        "V115",
        "a tick is wrong, a spike, too wide, too thin, old or denied by the book",
        "nothing is sold by it alone: the book, or a stream that a poll agreed with, confirms it",
    ),
    Row("V116", "ticks come twice, late, out of order or during a sale", "one sale"),
    Row(
        "V117",
        "the process dies at an order that a tick began",
        "found and reported once; prices are pushed again",
    ),
    Row(
        "V118",
        "a stream shows a small part of the market",
        "sold only by what the venue answers when it is asked",
    ),
    Row(
        "V134",
        "prices cannot be polled while they are pushed",
        "guards go on while the order book shows what the stream does; when it does not, or cannot be read, there is no price",
    ),
)
