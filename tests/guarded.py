"""Redis servers that are guarded: TLS with certificates made here, users with passwords and rights, and sentinels."""

import datetime
import ipaddress
import subprocess
from pathlib import Path
from typing import Any

import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.servers import SERVER_START_SECONDS, ServerProcess, free_port, server_binary, wait_until
from tests.topology import DURABLE, NODE_TIMEOUT_MS

ADMIN = "an-administrators-password-of-redis"
"""The password of the user `default`, which only tests and other servers use."""
USER = "desk"
PASSWORD = "p@ss/w?rd#1%"
ENCODED = "p%40ss%2Fw%3Frd%231%25"
EVERYTHING = "~* &* +@all"
TLS_BINARY = "redis-single"
"""The Valkey of the tests was built without TLS."""
_SIGNS_CERTIFICATES = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)
_DAY = datetime.timedelta(days=1)


class Authority:
    """A certificate authority, whose certificates and keys lie in a folder."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.file = folder / f"{name}.pem"
        certificate = self._begun(self._name, self._key, days=10)
        for extension, is_critical in (
            (x509.BasicConstraints(ca=True, path_length=None), True),
            (_SIGNS_CERTIFICATES, True),
            (x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), False),
        ):
            certificate = certificate.add_extension(extension, critical=is_critical)
        self._write(self.file, certificate)

    def issue(self, name: str, *, host: str = "127.0.0.1", days: int = 5) -> tuple[Path, Path]:
        """Writes a certificate for an address, and its key; one of negative `days` has expired. Gives their files."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
        file, key_file = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        certificate = self._begun(subject, key, days=days).add_extension(names, critical=False)
        self._write(file, certificate.add_extension(issuer, critical=False))
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return file, key_file

    def _begun(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, days: int) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 20 * _DAY)
            .not_valid_after(now + days * _DAY)
        )

    def _write(self, file: Path, certificate: x509.CertificateBuilder) -> None:
        file.write_bytes(certificate.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


class GuardedServer(ServerProcess):
    """A durable Redis with a password for `default` and a user of ours, with TLS or without; `options` are further
    ones of the server."""

    def __init__(
        self,
        folder: Path,
        *,
        rights: str = EVERYTHING,
        tls: Authority | None = None,
        mutual: bool = False,
        options: tuple[str, ...] = DURABLE,
        binary: str = TLS_BINARY,
    ) -> None:
        folder.mkdir()
        self.folder = folder
        self.port = free_port()
        self._tls = tls
        self._is_mutual = mutual
        self._options = options
        self._binary = binary
        if tls:
            self.certificate, self.key = tls.issue(f"server-{self.port}")
        self._write_users(rights)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def client(self) -> Any:
        """A client of the administrator, by a socket without TLS."""
        return redis.Redis(unix_socket_path=f"{self.folder}/s", password=ADMIN, socket_timeout=5)

    @property
    def scheme(self) -> str:
        return "rediss" if self._tls else "redis"

    def url(self, options: str = "", *, password: str = ENCODED) -> str:
        return f"{self.scheme}://{USER}:{password}@{self.address}/0{options}"

    def start(self, *arguments: str) -> None:
        """Starts it; `arguments` stand before its options, as the file of a sentinel."""
        if self.is_alive:
            return
        command = [server_binary(self._binary), *arguments, *self._listening(), *self._options]
        with (self.folder / "server.log").open("ab") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=output, cwd=self.folder)
        wait_until(self.client.ping, f"the server on port {self.port}", SERVER_START_SECONDS)

    def set_user(self, *rules: str) -> None:
        """Changes our user's rights or password; connections that it has are cut."""
        self.client.execute_command("ACL", "SETUSER", USER, *rules)
        self.client.execute_command("CLIENT", "KILL", "USER", USER)

    def show_certificate(self, certificate: Path, key: Path) -> None:
        """Has the server show another certificate, to those who connect from now on; others are cut."""
        self.client.config_set("tls-cert-file", str(certificate), "tls-key-file", str(key))
        self.client.execute_command("CLIENT", "KILL", "USER", USER)

    def _write_users(self, rights: str) -> None:
        users = f"user default on >{ADMIN} {EVERYTHING}\nuser {USER} on >{PASSWORD} {rights}\n"
        (self.folder / "users.acl").write_text(users)

    def _listening(self) -> list[str]:
        folder = str(self.folder)
        options = ["--bind", "127.0.0.1", "--dir", folder, "--unixsocket", f"{folder}/s"]
        options += ["--aclfile", f"{folder}/users.acl", "--masterauth", ADMIN]
        if not self._tls:
            return [*options, "--port", str(self.port)]
        files = {"cert": self.certificate, "key": self.key, "ca-cert": self._tls.file}
        named = [part for name, file in files.items() for part in (f"--tls-{name}-file", str(file))]
        clients = "yes" if self._is_mutual else "no"
        tls = ["--tls-port", str(self.port), "--tls-auth-clients", clients, "--tls-replication", "yes"]
        return [*options, "--port", "0", *tls, *named]


def clustered() -> tuple[str, ...]:
    """The options of a node of a cluster, with a second port that nobody has: the server's own choice may be taken."""
    return ("--cluster-enabled", "yes", "--cluster-port", str(free_port()))


def make_cluster(server: GuardedServer) -> None:
    """Makes a server a cluster of one node."""
    server.client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
    wait_until(lambda: b"cluster_state:ok" in server.client.execute_command("CLUSTER", "INFO"), "the cluster", 20)


class GuardedSentinels:
    """A guarded master, and three sentinels that ask for a password of their own, with TLS or without."""

    NAME = "desk"
    USER = "finder"
    PASSWORD = "a-password-of-sentinels"

    def __init__(self, folder: Path, *, tls: Authority | None = None, mutual: bool = False) -> None:
        self.master = GuardedServer(folder / "master", tls=tls, mutual=mutual)
        self.replica = GuardedServer(folder / "replica", tls=tls, mutual=mutual)
        self.sentinels = [
            GuardedServer(folder / f"sentinel-{number}", tls=tls, mutual=mutual, options=()) for number in range(3)
        ]

    def url(self, options: str = "") -> str:
        hosts = ",".join(sentinel.address for sentinel in self.sentinels)
        return f"{self.master.scheme}+sentinel://{USER}:{ENCODED}@{hosts}/{self.NAME}{options}"

    def start(self) -> None:
        self.master.start()
        self.replica.start()
        self.replica.client.replicaof("127.0.0.1", self.master.port)
        wait_until(lambda: self.master.client.info("replication")["connected_slaves"], "the replica", 20)
        for sentinel in self.sentinels:
            (sentinel.folder / "users.acl").write_text(
                f"user default on >{ADMIN} {EVERYTHING}\nuser {self.USER} on >{self.PASSWORD} +sentinel|master\n"
            )
            (sentinel.folder / "sentinel.conf").write_text(
                f"sentinel monitor {self.NAME} 127.0.0.1 {self.master.port} 2\n"
                f"sentinel auth-pass {self.NAME} {ADMIN}\n"
                f"sentinel sentinel-pass {ADMIN}\n"
                f"sentinel down-after-milliseconds {self.NAME} {NODE_TIMEOUT_MS}\n"
                f"sentinel failover-timeout {self.NAME} 5000\n"
            )
            sentinel.start("sentinel.conf", "--sentinel")
        wait_until(self._is_watched, "the sentinels", SERVER_START_SECONDS)

    def _is_watched(self) -> bool:
        for sentinel in self.sentinels:
            told = sentinel.client.sentinel_master(self.NAME)
            if int(told["num-slaves"]) < 1 or int(told["num-other-sentinels"]) < 2:
                return False
        return True

    def stop(self) -> None:
        for server in (*self.sentinels, self.replica, self.master):
            server.stop()
