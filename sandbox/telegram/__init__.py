"""A strict Telegram Bot API on loopback, with the people who chat with the bot."""

from sandbox.telegram.faults import Fault, FaultKind, Faults
from sandbox.telegram.flood import FloodLimit
from sandbox.telegram.server import TelegramServer
from sandbox.telegram.tape import Call
from sandbox.telegram.user import ChatUser, Group
from sandbox.telegram.view import CallbackAnswer, ChatAction, ChatEvent, ChatEventKind, ChatMessage
from sandbox.telegram.watch import Subscription

__all__ = [
    "Call",
    "CallbackAnswer",
    "ChatAction",
    "ChatEvent",
    "ChatEventKind",
    "ChatMessage",
    "ChatUser",
    "Fault",
    "FaultKind",
    "Faults",
    "FloodLimit",
    "Group",
    "Subscription",
    "TelegramServer",
]
