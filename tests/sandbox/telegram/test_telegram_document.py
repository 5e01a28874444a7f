import pytest
from telegram import InputFile
from telegram.error import BadRequest


def a_file(content=b"a,b\r\n", name="fills.csv"):
    return InputFile(content, filename=name)


async def refused(call):
    with pytest.raises(BadRequest) as refusal:
        await call
    return refusal.value.message


async def test_a_document_arrives_with_its_name_and_caption_and_can_be_sent_again_by_its_id(bot, owner):
    sent = await bot.send_document(owner.chat_id, a_file(), caption="<b>fills</b>", parse_mode="HTML")
    await bot.send_document(owner.chat_id, sent.document.file_id)

    shown, again = owner.messages
    assert (sent.document.file_name, sent.document.mime_type) == ("fills.csv", "text/csv")
    assert (sent.document.file_size, sent.caption) == (5, "fills")
    assert (shown.text, shown.document.content) == ("fills", b"a,b\r\n")
    assert again.document == shown.document


async def test_only_the_last_part_of_a_name_counts(bot, owner):
    sent = await bot.send_document(owner.chat_id, a_file(name="../secret/fills.csv"))

    assert sent.document.file_name == "fills.csv"


DOCUMENTS = {
    "too long a caption": (a_file(), "x" * 1025, "Message caption is too long"),
    "empty": (a_file(b""), "", "File must be non-empty"),
    "an unknown id": ("document99", "", "Wrong file identifier/http url specified"),
    "nothing at all": ("", "", "There is no document in the request"),
}


@pytest.mark.parametrize(("document", "caption", "said"), DOCUMENTS.values(), ids=DOCUMENTS)
async def test_a_bad_document_is_refused(bot, owner, document, caption, said):
    assert (
        await refused(bot.send_document(owner.chat_id, document, caption=caption))
    ).lower() == said.lower()


async def test_a_document_has_no_text_to_edit(bot, owner):
    sent = await bot.send_document(owner.chat_id, a_file())

    said = await refused(bot.edit_message_text("x", owner.chat_id, sent.message_id))

    assert said == "There is no text in the message to edit"
