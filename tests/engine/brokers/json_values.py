"""Hypothesis strategies for whatever a venue, a proxy or a changed format might answer."""

from hypothesis import strategies as st

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=8),
    st.sampled_from(["0", "1.5", "-3", "NaN", "Infinity", "1e-9", "XXBT", "ZUSD", "USDT.F", "open"]),
)


def json_values(keys):
    """JSON whose objects use `keys`, so that it often comes close to the real thing."""
    names = st.one_of(st.sampled_from(keys), st.text(max_size=5))
    return st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4)
    )
