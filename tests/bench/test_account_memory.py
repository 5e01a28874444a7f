"""What the bench says of an account's memory is what that account takes."""

from bench.account_memory import per_account, weigh


def test_a_megabyte_more_for_ten_more_accounts_is_a_tenth_of_it_each():
    assert round(per_account(100.0, 101.024, 10)) == 100


async def test_a_process_with_more_accounts_weighs_more():
    assert await weigh(1) < await weigh(60)
