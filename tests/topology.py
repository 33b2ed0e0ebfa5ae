"""Several servers on loopback: three masters with a replica each; one that sentinels watch; the kinds of a test run."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import redis

from service.store import keys
from tests.servers import (
    SERVER_START_SECONDS,
    THREE_MASTERS,
    RedisServer,
    ServerProcess,
    free_port,
    server_binary,
    wait_until,
)

NODE_TIMEOUT_MS = 1500
"""After so long without an answer a node is taken for dead: the failover begins."""
PATIENT_TIMEOUT_MS = 15_000
"""The same where no test kills a node: a machine that is slow is not to be taken for a dead one."""
BINARY = "valkey-single"


class Node(ServerProcess):
    """One server process in a folder of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.port = free_port()
        self._options = options
        folder.mkdir()

    @property
    def client(self) -> Any:
        return redis.Redis(port=self.port, socket_timeout=5)

    def start(self, *arguments: str) -> None:
        if self.is_alive:
            return
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), *self._options]
        command = [server_binary(BINARY), *arguments, *options]
        with (self.folder / "server.log").open("ab") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=output, cwd=self.folder)
        wait_until(lambda: self.client.ping(), f"the server on port {self.port}", SERVER_START_SECONDS)


DURABLE = ("--save", "", "--appendonly", "yes", "--appendfsync", "always", "--repl-diskless-sync-delay", "0")


class Cluster(RedisServer):
    """Three masters, each with a replica: what is asked of a server is asked of them all."""

    def __init__(self, node_timeout_ms: int = NODE_TIMEOUT_MS) -> None:
        self.kind = THREE_MASTERS
        self.is_cluster = True
        self.folder = Path(tempfile.mkdtemp(prefix="cd-cluster-"))
        self._node_timeout_ms = node_timeout_ms
        self._is_made = False
        self.masters = [self._node(f"m{number}") for number in range(3)]
        self.replicas = [self._node(f"r{number}") for number in range(3)]

    @property
    def nodes(self) -> list[Node]:
        return self.masters + self.replicas

    @property
    def url(self) -> str:
        return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    @property
    def pid(self) -> int:
        return self.masters[0].pid

    @property
    def is_alive(self) -> bool:
        return all(node.is_alive for node in self.nodes)

    def _node(self, name: str) -> Node:
        options = {
            "cluster-enabled": "yes",
            "cluster-port": str(free_port()),
            "cluster-announce-ip": "127.0.0.1",
            "cluster-node-timeout": str(self._node_timeout_ms),
            "cluster-require-full-coverage": "no",
        }
        return Node(self.folder / name, *DURABLE, *(part for k, v in options.items() for part in (f"--{k}", v)))

    def start(self) -> None:
        if self.is_alive:
            return
        for node in self.nodes:
            node.start()
        if not self._is_made:
            self._make()
        wait_until(self._is_whole, "the cluster", SERVER_START_SECONDS)

    def _make(self) -> None:
        first = self.nodes[0]
        for node in self.nodes[1:]:
            bus = node._options[node._options.index("--cluster-port") + 1]
            first.client.execute_command("CLUSTER", "MEET", "127.0.0.1", node.port, bus)
        for number, master in enumerate(self.masters):
            last = 16383 if number == 2 else (number + 1) * 5461 - 1
            master.client.execute_command("CLUSTER", "ADDSLOTSRANGE", number * 5461, last)
        for master, replica in zip(self.masters, self.replicas, strict=True):
            self._replicate(master, replica)
        self._is_made = True

    def _replicate(self, master: Node, replica: Node) -> None:
        master_id = master.client.execute_command("CLUSTER", "MYID").decode()

        def is_done() -> bool:
            replica.client.execute_command("CLUSTER", "REPLICATE", master_id)
            return True

        wait_until(is_done, "a replica to know its master", SERVER_START_SECONDS)

    def _is_whole(self) -> bool:
        is_known = all(node.client.cluster("INFO")["cluster_state"] == "ok" for node in self.nodes)
        return is_known and sum(node.client.info("replication")["connected_slaves"] for node in self.nodes) == 3

    def sites_by_master(self, count: int = 1) -> list[list[str]]:
        """For each master, the first so many site names whose keys lie there."""
        found: list[list[str]] = [[], [], []]
        for number in range(1000):
            site = f"site-{number}"
            slot = self.masters[0].client.execute_command("CLUSTER", "KEYSLOT", keys.totals(site))
            at = min(2, slot // 5461)
            if len(found[at]) < count:
                found[at].append(site)
        return found

    def kill_master_of(self, site: str) -> Node:
        """The master that the site's keys lie on now: the first one, or what was its replica."""
        slot: int = self.masters[1].client.execute_command("CLUSTER", "KEYSLOT", keys.totals(site))
        at = min(2, slot // 5461)
        master = next(node for node in (self.masters[at], self.replicas[at]) if _is_master(node))
        master.kill()
        return master

    def has_replaced(self, dead: Node) -> bool:
        """Whether the other one of the two is the master."""
        pairs = zip(self.masters, self.replicas, strict=True)
        other = next(one if dead is two else two for one, two in pairs if dead in (one, two))
        return _is_master(other)

    def kill(self) -> None:
        """All at once."""
        for node in self.nodes:
            node.kill()

    def stop(self) -> None:
        for node in self.nodes:
            node.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Watched:
    """A master with a replica, and three sentinels."""

    NAME = "desk"

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="cd-sentinel-"))
        self.master = Node(self.folder / "master", *DURABLE)
        self.replica = Node(self.folder / "replica", *DURABLE)
        self.sentinels = [Node(self.folder / f"sentinel-{number}") for number in range(3)]

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in self.sentinels)
        return f"redis+sentinel://{hosts}/{self.NAME}"

    def start(self) -> None:
        self.master.start()
        self.replica.start()
        self.replica.client.replicaof("127.0.0.1", self.master.port)
        wait_until(lambda: self.master.client.info("replication")["connected_slaves"], "the replica", 20)
        for sentinel in self.sentinels:
            (sentinel.folder / "sentinel.conf").write_text(
                f"sentinel monitor {self.NAME} 127.0.0.1 {self.master.port} 2\n"
                f"sentinel down-after-milliseconds {self.NAME} {NODE_TIMEOUT_MS}\n"
                f"sentinel failover-timeout {self.NAME} 5000\n"
            )
            sentinel.start("sentinel.conf", "--sentinel")
        wait_until(self._is_watched, "the sentinels", SERVER_START_SECONDS)

    def _is_watched(self) -> bool:
        for sentinel in self.sentinels:
            flat = sentinel.client.execute_command("SENTINEL", "MASTER", self.NAME)
            told = flat if isinstance(flat, dict) else dict(zip(flat[::2], flat[1::2], strict=True))
            told = {_text(name): _text(value) for name, value in told.items()}
            if int(told["num-slaves"]) < 1 or int(told["num-other-sentinels"]) < 2:
                return False
        return True

    def stop(self) -> None:
        for node in (*self.sentinels, self.replica, self.master):
            node.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class RedisServers:
    """The servers of one test run: each is started when a test first asks for it, and emptied before each test."""

    def __init__(self) -> None:
        self._servers: dict[str, RedisServer] = {}

    def get(self, kind: str) -> RedisServer:
        if kind not in self._servers:
            self._servers[kind] = Cluster(PATIENT_TIMEOUT_MS) if kind == THREE_MASTERS else RedisServer(kind)
        self._servers[kind].flush()
        return self._servers[kind]

    def stop(self) -> None:
        for server in self._servers.values():
            server.stop()


def _is_master(node: Node) -> bool:
    role: str = node.client.info("replication")["role"]
    return role == "master"


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
