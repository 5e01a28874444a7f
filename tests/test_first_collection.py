import threading

import pytest

from tests.first_collection import after_the_first


def test_whoever_comes_second_waits_until_the_first_is_through(tmp_path):
    through = threading.Event()

    def come():
        with after_the_first(tmp_path / "gate"):
            through.set()

    second = threading.Thread(target=come)
    with after_the_first(tmp_path / "gate"):
        second.start()
        assert not through.wait(0.2)
    second.join(30)

    assert through.is_set()


def test_nothing_of_the_gate_is_left(tmp_path):
    with after_the_first(tmp_path / "gate"), after_the_first(tmp_path / "other"):
        pass

    assert list(tmp_path.iterdir()) == []


def test_the_gate_opens_when_the_first_fails(tmp_path):
    with pytest.raises(RuntimeError), after_the_first(tmp_path / "gate"):
        raise RuntimeError("a test file with a mistake")

    assert list(tmp_path.iterdir()) == []
