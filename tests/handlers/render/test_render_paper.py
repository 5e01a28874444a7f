from handlers.render.paper import mark_of, mark_paper


def test_the_mark_ends_the_first_line():
    assert mark_paper("<b>SOLD</b>\nmore\nlines") == "<b>SOLD</b> · PAPER\nmore\nlines"


def test_a_text_of_one_line_is_marked_too():
    assert mark_paper("Nothing was done.") == "Nothing was done. · PAPER"


def test_a_text_that_bears_the_mark_is_left_alone():
    assert mark_paper(mark_paper("SOLD\nmore")) == mark_paper("SOLD\nmore")


def test_live_messages_stay_as_they_are():
    assert mark_of("live")("SOLD\nmore") == "SOLD\nmore"
    assert mark_of("paper")("SOLD") == "SOLD · PAPER"
