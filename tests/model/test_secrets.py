from osspcap.model.secrets import NO_SECRETS, Secrets


def test_the_key_ids_own_secret_goes_before_the_default() -> None:
    secrets = Secrets({"LTAI1": "one"}, "other")
    assert secrets.get("LTAI1") == "one"
    assert secrets.get("LTAI2") == "other"
    assert secrets.get(None) == "other"


def test_an_unknown_key_id_has_no_secret() -> None:
    assert Secrets({"LTAI1": "one"}).get("LTAI2") is None
    assert not NO_SECRETS
    assert Secrets(default="x")


def test_no_secret_shows_in_a_representation() -> None:
    secrets = Secrets({"LTAI1": "very-secret"}, "other-secret")
    assert "secret" not in repr(secrets).lower().replace("secrets(", "")
    assert set(secrets) == {"very-secret", "other-secret"}
