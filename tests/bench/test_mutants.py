import json

import pytest

from bench import mutants


@pytest.mark.parametrize(
    ("killed", "code"),
    [pytest.param(85, 0, id="enough"), pytest.param(84, 1, id="what no test reaches lives")],
)
def test_too_few_killed_mutants_are_a_failure(tmp_path, monkeypatch, capsys, killed, code):
    stats = {"killed": killed, "timeout": 0, "total": 100, "no_tests": 100 - killed, "survived": 0}
    monkeypatch.chdir(tmp_path)
    mutants.STATS.parent.mkdir()
    mutants.STATS.write_text(json.dumps(stats))

    assert mutants.main(85) == code
    assert f"{killed} of 100 mutants killed: {killed}.0 %" in capsys.readouterr().out
