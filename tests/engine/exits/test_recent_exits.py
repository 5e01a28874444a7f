from engine.exits.recent_exits import RecentExits


def test_the_exit_that_was_used_longest_ago_is_forgotten():
    exits = RecentExits()
    for number in range(64):
        exits.put(f"intent-{number}", number)

    exits.put("intent-0", "used again")
    exits.put("intent-64", 64)

    assert exits.get("intent-0") == "used again"
    assert exits.get("intent-1") is None
    assert (exits.get("intent-2"), exits.get("intent-64")) == (2, 64)


def test_what_is_dropped_is_not_remembered():
    exits = RecentExits()
    exits.put("intent-1", "one")

    exits.drop("intent-1")
    exits.drop("never put")

    assert exits.get("intent-1") is None
