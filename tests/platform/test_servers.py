"""The helpers that start servers for the other tests."""

from tests.servers import RedisServer, client_of, is_running
from tests.topology import RedisServers


def test_every_server_is_durable(every_redis_server: RedisServer) -> None:
    with client_of(every_redis_server.url) as client:
        assert client.config_get("append*")["appendfsync"] == "always"
        assert client.info("persistence")["aof_enabled"] == 1
        assert client.info("cluster")["cluster_enabled"] == int(every_redis_server.is_cluster)


def test_the_next_test_finds_the_server_empty(every_redis_server: RedisServer, redis_servers: RedisServers) -> None:
    with client_of(every_redis_server.url) as client:
        client.set("{default}:left-behind", "1")
        assert redis_servers.get(every_redis_server.kind) is every_redis_server
        assert client.dbsize() == 0


def test_a_killed_server_comes_back_with_its_data(every_redis_server: RedisServer) -> None:
    with client_of(every_redis_server.url) as client:
        client.set("{default}:kept", "1")
    pid = every_redis_server.pid
    every_redis_server.kill()
    assert not is_running(pid)
    every_redis_server.start()
    with client_of(every_redis_server.url) as client:
        assert client.get("{default}:kept") == b"1"
