"""Self-signed certificates for the TLS servers, made with what is there."""

from __future__ import annotations

import importlib.util
import ipaddress
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

NAME = "localhost"
ADDRESS = "127.0.0.1"
KINDS = {"ecdsa": "ECDSA P-256", "rsa": "RSA, 2048 bits"}


def certificate_path(directory: Path, kind: str) -> Path:
    """Where the certificate of this kind is."""
    return directory / f"{kind}.pem"


def obstacle() -> str | None:
    """Why no certificate can be made here; None if one can."""
    if importlib.util.find_spec("cryptography") or shutil.which("openssl"):
        return None
    return "neither the package cryptography nor the command openssl is installed"


def make_certificates(directory: Path) -> None:
    """Write a key and its certificate of each kind, both to one PEM file."""
    for kind in KINDS:
        target = certificate_path(directory, kind)
        if importlib.util.find_spec("cryptography"):
            _with_cryptography(target, kind)
        else:
            _with_openssl(target, kind)


def _with_cryptography(target: Path, kind: str) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    key = ec.generate_private_key(ec.SECP256R1()) if kind == "ecdsa" else rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    names = x509.SubjectAlternativeName([x509.DNSName(NAME), x509.IPAddress(ipaddress.ip_address(ADDRESS))])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    target.write_bytes(private + certificate.public_bytes(encoding))


def _with_openssl(target: Path, kind: str) -> None:
    algorithm = ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"] if kind == "ecdsa" else ["rsa:2048"]
    command = ["openssl", "req", "-x509", "-newkey", *algorithm, "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    command += ["-addext", f"subjectAltName=DNS:{NAME},IP:{ADDRESS}"]
    command += ["-keyout", str(target), "-out", str(target) + ".crt"]
    subprocess.run(command, check=True, capture_output=True)
    target.write_bytes(target.read_bytes() + Path(str(target) + ".crt").read_bytes())
