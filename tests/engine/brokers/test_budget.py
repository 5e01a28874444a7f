from engine.brokers.budget import Budget


def test_points_come_back_with_time_up_to_the_capacity():
    budget = Budget(capacity=10, refill_per_s=2, reserve=0)
    budget.take(10, now=0)
    assert budget.wait_s(4, now=0, with_reserve=False) == 2
    assert budget.wait_s(4, now=2, with_reserve=False) == 0
    budget.take(0, now=1000)
    budget.take(10, now=1000)
    assert budget.wait_s(1, now=1000, with_reserve=False) == 0.5


def test_only_exits_may_take_the_reserve():
    budget = Budget(capacity=10, refill_per_s=1, reserve=4)
    budget.take(6, now=0)
    assert budget.wait_s(1, now=0, with_reserve=False) == 1
    assert budget.wait_s(4, now=0, with_reserve=True) == 0
    assert budget.wait_s(5, now=0, with_reserve=True) == 1


def test_calls_that_do_not_wait_for_their_points_owe_them():
    budget = Budget(capacity=10, refill_per_s=1, reserve=0)
    budget.take(12, now=0)
    assert budget.points(now=0) == -2
    assert budget.points(now=3) == 1
    assert budget.points(now=1000) == 10


def test_what_costs_nothing_never_waits():
    budget = Budget(capacity=10, refill_per_s=1, reserve=4)
    budget.take(99, now=0)
    assert budget.wait_s(0, now=0, with_reserve=False) == 0


def test_a_call_that_costs_more_than_there_can_be_waits_for_all_there_is():
    budget = Budget(capacity=10, refill_per_s=1, reserve=4)
    assert budget.wait_s(50, now=0, with_reserve=False) == 0
    budget.take(1, now=0)
    assert budget.wait_s(50, now=0, with_reserve=False) == 1


def test_the_venues_word_that_the_points_are_gone_is_believed():
    budget = Budget(capacity=10, refill_per_s=1, reserve=0)
    budget.drain(now=0)
    assert budget.wait_s(1, now=0, with_reserve=True) == 1
