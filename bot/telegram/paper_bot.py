"""The bot of paper mode: whatever it sends, replaces or pops up bears the mark, whoever wrote it."""

from typing import Any

from telegram import InputFile, Message
from telegram.constants import CallbackQueryLimit
from telegram.ext import ExtBot

from handlers.render.paper import mark_paper


class PaperBot(ExtBot[None]):
    """Marks every text on its way to Telegram."""

    async def send_message(self, chat_id: int | str, text: str, *args: Any, **options: Any) -> Message:
        """Send a marked message."""
        return await super().send_message(chat_id, mark_paper(text), *args, **options)

    async def send_document(self, chat_id: int | str, document: Any, *args: Any, **options: Any) -> Message:
        """Send a file that is marked in its caption and its name, which it keeps wherever it is put."""
        options["caption"] = mark_paper(options.get("caption") or "")
        if isinstance(document, InputFile):
            document.filename = f"paper-{document.filename}"
        return await super().send_document(chat_id, document, *args, **options)

    async def edit_message_text(self, text: str, *args: Any, **options: Any) -> Message | bool:
        """Replace a message by a marked one."""
        return await super().edit_message_text(mark_paper(text), *args, **options)

    async def answer_callback_query(
        self, callback_query_id: str, text: str | None = None, *args: Any, **options: Any
    ) -> bool:
        """Answer a press with a marked line, where there is one and it has room."""
        marked = mark_paper(text) if text else text
        has_room = len(marked or "") <= CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH
        return await super().answer_callback_query(
            callback_query_id, marked if has_room else text, *args, **options
        )
