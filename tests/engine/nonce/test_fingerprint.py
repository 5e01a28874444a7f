from engine.nonce.fingerprint import key_fingerprint


def test_a_fingerprint_is_short_always_the_same_and_shows_nothing_of_the_key():
    assert key_fingerprint("kraken-key-1") == key_fingerprint("kraken-key-1")
    assert key_fingerprint("kraken-key-1") != key_fingerprint("kraken-key-2")
    assert len(key_fingerprint("kraken-key-1")) == 16
    assert "kraken" not in key_fingerprint("kraken-key-1")
