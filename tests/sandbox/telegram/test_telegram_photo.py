import struct

import pytest
from telegram.error import BadRequest


def png(width, height):
    return b"\x89PNG\r\n\x1a\n" + b"\0\0\0\x0dIHDR" + struct.pack(">II", width, height) + b"\x08\x02\0\0\0"


async def refused(call):
    with pytest.raises(BadRequest) as refusal:
        await call
    return refusal.value.message


async def test_a_photo_arrives_with_its_caption_and_can_be_sent_again_by_its_id(bot, owner):
    sent = await bot.send_photo(owner.chat_id, png(1280, 720), caption="<b>chart</b>", parse_mode="HTML")
    await bot.send_photo(owner.chat_id, sent.photo[0].file_id)

    shown, again = owner.messages
    assert (sent.photo[0].width, sent.caption) == (1280, "chart")
    assert (shown.text, shown.photo) == ("chart", png(1280, 720))
    assert again.photo == shown.photo


JPEG = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08" + struct.pack(">HH", 480, 640) + b"\x03"


async def test_a_jpeg_is_measured_too(bot, owner):
    sent = await bot.send_photo(owner.chat_id, JPEG)

    assert (sent.photo[0].width, sent.photo[0].height) == (640, 480)


PHOTOS = {
    "not an image": (b"plain words", "", "Image_process_failed"),
    "cut short": (JPEG[:12], "", "Image_process_failed"),
    "too long and thin": (png(2100, 100), "", "Photo_invalid_dimensions"),
    "too large": (png(6000, 4001), "", "Photo_invalid_dimensions"),
    "too many bytes": (png(10, 10) + b"x" * 10 * 1024 * 1024, "", "File is too big"),
    "too long a caption": (png(10, 10), "x" * 1025, "Message caption is too long"),
    "an unknown id": ("photo99", "", "Wrong file identifier/http url specified"),
}


@pytest.mark.parametrize(("photo", "caption", "words"), PHOTOS.values(), ids=PHOTOS)
async def test_a_bad_photo_is_refused(bot, owner, photo, caption, words):
    said = await refused(bot.send_photo(owner.chat_id, photo, caption=caption))

    assert said.lower() == words.lower()


async def test_a_photo_has_no_text_to_edit(bot, owner):
    sent = await bot.send_photo(owner.chat_id, png(10, 10))

    words = await refused(bot.edit_message_text("x", owner.chat_id, sent.message_id))

    assert words == "There is no text in the message to edit"
