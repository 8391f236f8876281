"""Tokens for the console's people: keys that are made for the run, or the app's own."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt

from mdbgen.dev.people import Kind, Person
from mdbgen.dev.plan import SECRETS
from mdbgen.errors import ConfigError, Diagnostic
from mdbgen.model.manifest import Algorithm

PUBLIC_KEYS = ("MDB_JWT_PUBLIC_KEY", "MDB_JWT_JWKS_URL")
KEY_BYTES = 32
LIFETIME_S = 3600
PAST_S = 60  # since when an expired token is expired


class CannotSign(Exception):
    """There is no key to sign with; says what to change."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A key to sign with, and what verifies it: the same one, or a public key in PEM."""

    private: str
    public: str


@dataclass(slots=True)
class Signer:
    """Signs as the app's own issuer would.

    Attributes:
        own: made for this run.
        deployment: what the package has read from its environment: key, issuer, audience.
    """

    algorithm: Algorithm
    own: KeyPair
    deployment: Mapping[str, Any] = field(default_factory=dict)
    wrong: KeyPair | None = None  # once somebody has needed it

    def use(self, algorithm: Algorithm) -> None:
        """Sign by another algorithm, if it is another one."""
        if algorithm != self.algorithm:
            self.algorithm, self.own, self.wrong = algorithm, make_key_pair(algorithm), None

    def token(self, person: Person) -> str | None:
        """Make a new token of a person; None for who has none.

        Raises:
            CannotSign: The app verifies with a key whose private half is elsewhere.
        """
        match person.kind:
            case Kind.ANONYMOUS:
                return None
            case Kind.WRONG_KEY:
                self.wrong = self.wrong or make_key_pair(self.algorithm)
                return self._encode(person, self.wrong.private)
            case _:
                return self._encode(person, self._key())

    def _key(self) -> str:
        key = self.deployment.get("key", self.own.public)
        if self.algorithm == "HS256":
            return key or self.own.private
        if key != self.own.public:
            raise CannotSign(
                "the app verifies tokens with a key of yours, and only who has its private half can"
                f" sign: unset {' and '.join(PUBLIC_KEYS)}, and a pair is made for the run"
            )
        return self.own.private

    def _encode(self, person: Person, key: str) -> str:
        return jwt.encode(self._claims(person), key, self.algorithm)

    def _claims(self, person: Person) -> dict[str, Any]:
        stated = {
            "sub": person.user_id or person.id,
            "email": person.email,
            "roles": list(person.roles) or None,
            "permissions": list(person.permissions) or None,
            "iss": self.deployment.get("issuer"),
            "aud": self.deployment.get("audience"),
            "exp": int(time.time()) + lifetime_s(person),
        }
        if person.kind is Kind.REFRESH_TOKEN:
            stated["type"] = "refresh"
        if person.kind is Kind.OTHER_AUDIENCE:
            stated["aud"] = "another-app"
        present = {name: value for name, value in stated.items() if value is not None}
        return {**present, **person.claims}


def lifetime_s(person: Person) -> int:
    """Return how long a token of a person is good, in seconds."""
    if person.kind is Kind.EXPIRED:
        return -PAST_S
    return person.expires_in or LIFETIME_S


def make_key_pair(algorithm: Algorithm) -> KeyPair:
    """Make a key pair for one run.

    Raises:
        ConfigError: RSA and EC keys need another library.
    """
    if algorithm == "HS256":
        secret = secrets.token_hex(KEY_BYTES)
        return KeyPair(secret, secret)
    try:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec, rsa
    except ImportError:
        message = f"{algorithm} needs one more library: pip install 'pyjwt[crypto]'"
        raise ConfigError(Diagnostic("mdbgen", 0, 0, "MDB407", "", message)) from None
    private = (
        rsa.generate_private_key(65537, 2048)
        if algorithm == "RS256"
        else ec.generate_private_key(ec.SECP256R1())
    )
    pem = serialization.Encoding.PEM
    return KeyPair(
        private.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
        private.public_key()
        .public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode(),
    )


def key_variables(
    algorithm: Algorithm, own: KeyPair, environment: Mapping[str, str], dotenv: str
) -> dict[str, str]:
    """Return the variables that the app lacks to verify tokens.

    Args:
        dotenv: the text of ``.env``: what it sets is left to the app, which may read it.
    """
    names = SECRETS if algorithm == "HS256" else PUBLIC_KEYS
    stated = {line.split("=")[0].removeprefix("export ").strip() for line in dotenv.splitlines()}
    if any(environment.get(name) or name in stated for name in names):
        return {}
    return {names[0]: own.public}
