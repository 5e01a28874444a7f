from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.users.master_keys import MasterKey, MasterKeyError
from engine.users.vault import Place, Vault, VaultError, _read, kid_of

OLD = MasterKey(kid="k1", secret=b"1" * 32)
NEW = MasterKey(kid="k2", secret=b"2" * 32)
HERE = Place(user_id=7, broker="kraken-1", field="api_secret")

places = st.builds(Place, user_id=st.integers(), broker=st.text(), field=st.text())


@given(plain=st.text(), place=places)
def test_what_was_sealed_opens_in_its_place(plain, place):
    vault = Vault([NEW])

    assert vault.open(vault.seal(plain, place), place) == plain


@given(plain=st.text(), place=places, other=places)
def test_it_opens_in_no_other_place(plain, place, other):
    assume(place != other)
    vault = Vault([NEW])

    with pytest.raises(VaultError):
        vault.open(vault.seal(plain, place), other)


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(HERE, user_id=8),
        replace(HERE, broker="kraken-2"),
        replace(HERE, field="api_key"),
        Place(user_id=7, broker="kraken-1|api", field="secret"),
    ],
    ids=["another user", "another account", "another field", "the same words cut elsewhere"],
)
def test_a_row_swapped_with_another_is_refused(elsewhere):
    vault = Vault([NEW])

    with pytest.raises(VaultError, match="was changed or belongs to another account"):
        vault.open(vault.seal("secret", HERE), elsewhere)


@given(st.data())
def test_one_changed_sign_is_refused(data):
    vault = Vault([NEW])
    envelope = vault.seal("a secret", HERE)
    at = data.draw(st.integers(min_value=0, max_value=len(envelope) - 1))
    sign = data.draw(st.characters(codec="ascii"))
    assume(sign != envelope[at])
    changed = envelope[:at] + sign + envelope[at + 1 :]
    # The last sign of a part may carry bits that base64 does not use.
    assume(not _same_bits(envelope, changed))

    with pytest.raises(VaultError):
        vault.open(changed, HERE)


def _same_bits(envelope, changed):
    try:
        return _read(envelope) == _read(changed)
    except VaultError:
        return False


def test_a_key_cannot_pass_for_another_with_the_same_secret():
    twin = MasterKey(kid="k9", secret=NEW.secret)
    envelope = Vault([NEW]).seal("secret", HERE).replace("v1.k2.", "v1.k9.")

    with pytest.raises(VaultError, match="was changed"):
        Vault([twin]).open(envelope, HERE)


def test_the_envelope_shows_version_and_key_name_and_not_the_secret():
    envelope = Vault([NEW]).seal("hunter2", HERE)

    assert envelope.startswith("v1.k2.")
    assert len(envelope.split(".")) == 4
    assert kid_of(envelope) == "k2"
    assert "hunter2" not in envelope


def test_the_same_secret_never_looks_the_same_twice():
    vault = Vault([NEW])

    assert vault.seal("secret", HERE) != vault.seal("secret", HERE)


def test_the_newest_key_seals_and_older_ones_still_open():
    old_envelope = Vault([OLD]).seal("secret", HERE)
    vault = Vault([NEW, OLD])

    assert vault.newest_kid == "k2"
    assert vault.open(old_envelope, HERE) == "secret"
    assert kid_of(vault.seal("secret", HERE)) == "k2"


def test_rotating_moves_a_field_to_the_newest_key_so_that_the_old_one_can_go():
    old_envelope = Vault([OLD]).seal("secret", HERE)

    rotated = Vault([NEW, OLD]).rotate(old_envelope, HERE)

    assert Vault([NEW]).open(rotated, HERE) == "secret"


def test_rotating_leaves_what_the_newest_key_sealed():
    vault = Vault([NEW, OLD])
    envelope = vault.seal("secret", HERE)

    assert vault.rotate(envelope, HERE) == envelope


def test_rotating_refuses_a_field_that_does_not_belong_there():
    vault = Vault([NEW])

    with pytest.raises(VaultError):
        vault.rotate(vault.seal("secret", HERE), replace(HERE, user_id=8))


def test_a_missing_master_key_is_named():
    with pytest.raises(VaultError, match="master key k1, which is not here"):
        Vault([NEW]).open(Vault([OLD]).seal("secret", HERE), HERE)


@pytest.mark.parametrize(
    "envelope",
    ["", "secret", "v2.k2.AAAA.AAAA", "v1.k2.AAAA", "v1.k2.A.AAAA", "v1.k2.AAAA.AAAA", "v1.k2.ä.b"],
)
def test_what_is_no_envelope_is_refused(envelope):
    with pytest.raises(VaultError):
        Vault([NEW]).open(envelope, HERE)


def test_a_vault_needs_a_key():
    with pytest.raises(MasterKeyError, match="no master key"):
        Vault([])
