import pytest

from bench.figures import Figure, Spread, short_of_aim, spread


def a_figure(measured, floor, **aims):
    return Figure(name="something", unit="ms", measured=measured, floor_name="the least", floor=floor, **aims)


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        pytest.param([3.0], Spread(median=3.0, p95=3.0, count=1), id="a single one"),
        pytest.param([4.0, 1.0, 2.0], Spread(median=2.0, p95=4.0, count=3), id="few: the largest"),
        pytest.param([float(n) for n in range(1, 101)], Spread(median=50.5, p95=95.0, count=100), id="many"),
    ],
)
def test_repetitions_are_summed_up_by_their_middle_and_their_edge(samples, expected):
    assert spread(samples) == expected


def test_the_ratio_is_that_of_the_medians():
    assert a_figure(spread([6.0, 9.0, 90.0]), spread([2.0, 3.0, 4.0])).ratio == 3.0


@pytest.mark.parametrize(("aim", "reached"), [(None, None), (2.0, True), (1.9, False)])
def test_an_aim_is_reached_by_the_median(aim, reached):
    assert a_figure(spread([1.0, 2.0, 8.0]), spread([1.0]), aim=aim).reaches_aim is reached


@pytest.mark.parametrize(
    ("aim", "ratio_aim", "reached"), [(None, 4.0, True), (None, 3.9, False), (1.9, 4.0, False)]
)
def test_an_aim_may_be_a_ratio_too(aim, ratio_aim, reached):
    figure = a_figure(spread([1.0, 2.0, 8.0]), spread([0.5]), aim=aim, ratio_aim=ratio_aim)

    assert figure.reaches_aim is reached


def test_rows_without_an_aim_or_that_keep_it_are_not_short():
    kept, missed, free = (
        a_figure(spread([2.0]), spread([1.0]), **a) for a in ({"ratio_aim": 2}, {"aim": 1}, {})
    )

    assert short_of_aim([kept, missed, free]) == [missed]
