"""A self-signed certificate for the TLS servers, made with what is there."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

NAME = "localhost"


class NoCertificateError(Exception):
    """Nothing is installed that makes certificates."""


def make_certificate(directory: Path) -> Path:
    """Write an ECDSA P-256 key and its certificate to one PEM file and return that."""
    target = directory / "server.pem"
    if importlib.util.find_spec("cryptography"):
        _with_cryptography(target)
    elif shutil.which("openssl"):
        _with_openssl(target)
    else:
        raise NoCertificateError("neither the package cryptography nor the command openssl is installed")
    return target


def _with_cryptography(target: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    target.write_bytes(private + certificate.public_bytes(encoding))


def _with_openssl(target: Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", f"/CN={NAME}", "-keyout", str(target), "-out", str(target) + ".crt"]
    subprocess.run(command, check=True, capture_output=True)
    target.write_bytes(target.read_bytes() + Path(str(target) + ".crt").read_bytes())
