"""The methods that write, change and delete messages."""

from typing import Any

from sandbox.telegram.chat import Chat, Message
from sandbox.telegram.content import read_caption, read_keyboard, read_text
from sandbox.telegram.document import Document, read_document
from sandbox.telegram.errors import bad_request
from sandbox.telegram.photo import Photo, read_photo
from sandbox.telegram.request import ApiRequest
from sandbox.telegram.view import ChatAction
from sandbox.telegram.world import World

MAX_CALLBACK_ANSWER = 200
CHAT_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


def send_message(world: World, request: ApiRequest) -> dict[str, Any]:
    """Post a text."""
    body = read_text(request)
    keyboard = read_keyboard(request)
    chat = world.chat_for_bot(request.chat_id())
    return chat.post(
        sender=world.bot,
        body=body,
        keyboard=keyboard,
        at=world.now(),
        silent=request.flag("disable_notification"),
        reply_to=_replied_to(chat, request),
    ).to_json()


def send_photo(world: World, request: ApiRequest) -> dict[str, Any]:
    """Post a photo: an upload, or the file_id of an earlier one."""
    caption = read_caption(request)
    keyboard = read_keyboard(request)
    chat = world.chat_for_bot(request.chat_id())
    reply_to = _replied_to(chat, request)
    photo = _photo(world, request)
    world.photos[photo.file_id] = photo
    return chat.post(
        sender=world.bot,
        body=caption,
        keyboard=keyboard,
        photo=photo,
        at=world.now(),
        silent=request.flag("disable_notification"),
        reply_to=reply_to,
    ).to_json()


def send_document(world: World, request: ApiRequest) -> dict[str, Any]:
    """Post a document: an upload, or the file_id of an earlier one."""
    caption = read_caption(request)
    keyboard = read_keyboard(request)
    chat = world.chat_for_bot(request.chat_id())
    reply_to = _replied_to(chat, request)
    document = _document(world, request)
    world.documents[document.file_id] = document
    return chat.post(
        sender=world.bot,
        body=caption,
        keyboard=keyboard,
        document=document,
        at=world.now(),
        silent=request.flag("disable_notification"),
        reply_to=reply_to,
    ).to_json()


def edit_message_text(world: World, request: ApiRequest) -> dict[str, Any]:
    """Change a text; leaving reply_markup out takes the buttons away."""
    body = read_text(request)
    keyboard = read_keyboard(request)
    chat, message = _message_to_edit(world, request)
    if message.photo or message.document:
        raise bad_request("there is no text in the message to edit")
    return chat.edit(message, body=body, keyboard=keyboard, at=world.now()).to_json()


def edit_message_reply_markup(world: World, request: ApiRequest) -> dict[str, Any]:
    """Change the buttons alone."""
    keyboard = read_keyboard(request)
    chat, message = _message_to_edit(world, request)
    return chat.edit(message, body=message.body, keyboard=keyboard, at=world.now()).to_json()


def delete_message(world: World, request: ApiRequest) -> bool:
    """Take away one of the bot's messages, and in private chats those of the person."""
    chat = world.chat_for_bot(request.chat_id())
    message = chat.find(request.number("message_id"))
    if message and message.sender != world.bot and not chat.room.is_private:
        raise bad_request("message can't be deleted")
    chat.delete(request.number("message_id"), at=world.now())
    return True


def answer_callback_query(world: World, request: ApiRequest) -> bool:
    """Answer a button press."""
    text = request.text("text")
    if len(text) > MAX_CALLBACK_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    world.answer_press(request.text("callback_query_id"), text=text, show_alert=request.flag("show_alert"))
    return True


def send_chat_action(world: World, request: ApiRequest) -> bool:
    """Show that the bot is busy."""
    action = request.text("action")
    if action not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.chat_for_bot(request.chat_id()).act(ChatAction(action=action, at=world.now()))
    return True


def _message_to_edit(world: World, request: ApiRequest) -> tuple[Chat, Message]:
    chat = world.chat_for_bot(request.chat_id())
    if not request.text("message_id"):
        raise bad_request("message identifier is not specified")
    message = chat.find(request.number("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if message.sender != world.bot:
        raise bad_request("message can't be edited")
    return chat, message


def _replied_to(chat: Chat, request: ApiRequest) -> Message | None:
    reply = request.json("reply_parameters", "reply parameters")
    if reply is None:
        return None
    if not isinstance(reply, dict):
        raise bad_request("can't parse reply parameters: expected an Object")
    message_id = reply.get("message_id")
    found = chat.find(message_id) if isinstance(message_id, int) else None
    if found is None and not reply.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return found


def _photo(world: World, request: ApiRequest) -> Photo:
    given = request.text("photo")
    content = request.files.get(given.removeprefix("attach://") if given else "photo")
    if content is not None:
        return read_photo(content.content, file_id=f"photo{len(world.photos) + 1}")
    if not given:
        raise bad_request("there is no photo in the request")
    if given not in world.photos:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return world.photos[given]


def _document(world: World, request: ApiRequest) -> Document:
    given = request.text("document")
    upload = request.files.get(given.removeprefix("attach://") if given else "document")
    if upload is not None:
        return read_document(upload, file_id=f"document{len(world.documents) + 1}")
    if not given:
        raise bad_request("there is no document in the request")
    if given not in world.documents:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return world.documents[given]
