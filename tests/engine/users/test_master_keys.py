import base64
import stat

import pytest

from engine.users.master_keys import MasterKey, MasterKeyError, load_or_create_master_keys, parse_master_keys

ONE = base64.b64encode(b"1" * 32).decode()
TWO = base64.b64encode(b"2" * 32).decode()


def test_keys_are_read_newest_first():
    keys = parse_master_keys(f" k2:{TWO}, k1:{ONE} ")

    assert keys == (MasterKey(kid="k2", secret=b"2" * 32), MasterKey(kid="k1", secret=b"1" * 32))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no master key"),
        (" , ", "no master key"),
        (ONE, "written as kid:base64"),
        ("k1:not base64!", "is not valid base64"),
        ("k1:ä", "is not valid base64"),
        (f"k1:{base64.b64encode(b'short').decode()}", "must have 32 bytes"),
        (f"k.1:{ONE}", "letters, digits"),
        (f":{ONE}", "letters, digits"),
        (f"k1:{ONE},k1:{TWO}", "same name"),
    ],
)
def test_keys_that_cannot_be_used_are_refused_with_a_sentence(text, words):
    with pytest.raises(MasterKeyError, match=words):
        parse_master_keys(text)


def test_an_error_and_a_key_in_a_log_never_show_a_secret():
    with pytest.raises(MasterKeyError) as refused:
        parse_master_keys("k1:c2VjcmV0")

    assert "c2VjcmV0" not in str(refused.value)
    assert repr(MasterKey(kid="k1", secret=b"s" * 32)) == "MasterKey(kid='k1')"


def test_the_first_start_makes_a_private_file_and_later_ones_read_it(tmp_path):
    file = tmp_path / "master.keys"

    made = load_or_create_master_keys(file)
    again = load_or_create_master_keys(file)

    assert made == again
    assert len(made) == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_every_first_start_makes_another_key(tmp_path):
    (one,) = load_or_create_master_keys(tmp_path / "one")
    (two,) = load_or_create_master_keys(tmp_path / "two")

    assert one.kid != two.kid
    assert one.secret != two.secret


def test_a_file_that_others_can_read_is_refused_with_the_remedy(tmp_path):
    file = tmp_path / "master.keys"
    load_or_create_master_keys(file)
    file.chmod(0o640)

    with pytest.raises(MasterKeyError, match="chmod 600"):
        load_or_create_master_keys(file)
