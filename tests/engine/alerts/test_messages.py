"""What is stored of an alert keeps its names, whatever they are called in the code of today."""

import json
from dataclasses import replace

import pytest

from engine.alerts.messages import dump_message, load_message
from tests.handlers.alert_examples import EXIT


@pytest.mark.parametrize("manual", [True, False])
def test_a_manual_close_is_stored_under_the_name_of_earlier_versions(manual):
    message = replace(EXIT, manual=manual)
    stored = dump_message(message)

    assert json.loads(stored)["asked"] is manual
    assert load_message(stored) == message
