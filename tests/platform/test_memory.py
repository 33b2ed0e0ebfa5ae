"""How much memory there is, as machines, containers and units tell it."""

from pathlib import Path

import pytest

from service.platform.memory import MEBIBYTE, SHARE, group_limits, memory_bytes, most_bytes, share_bytes

NO_LIMIT_V1 = "9223372036854771712"
"""What version 1 says where nothing is set."""
GROUPS_V1 = "9:name=systemd:/\n4:cpu,memory:/docker/abc\n0::/\n"


def groups(tmp_path: Path, own: str, files: dict[str, str]) -> list[int]:
    (tmp_path / "own").write_text(own)
    for name, content in files.items():
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return list(group_limits(tmp_path / "own", tmp_path / "root"))


@pytest.mark.parametrize(
    ("own", "files", "limits"),
    [
        # A unit, and the slice that it is in.
        (
            "0::/system.slice/commentdesk.service\n",
            {
                "system.slice/commentdesk.service/memory.max": "1073741824\n",
                "system.slice/memory.max": "4294967296\n",
                "memory.max": "max\n",
            },
            [1073741824, 4294967296],
        ),
        # A container that sees its own group as the root.
        ("0::/\n", {"memory.max": "536870912\n"}, [536870912]),
        # One that sees the path outside.
        ("0::/system.slice/docker-abc.scope\n", {"memory.max": "536870912\n"}, [536870912]),
        (GROUPS_V1, {"memory/docker/abc/memory.limit_in_bytes": "268435456\n"}, [268435456]),
        (GROUPS_V1, {"memory/memory.limit_in_bytes": "268435456\n"}, [268435456]),
        (GROUPS_V1, {"memory/memory.limit_in_bytes": NO_LIMIT_V1}, [int(NO_LIMIT_V1)]),
        ("0::/\n", {"memory.max": "max\n"}, []),
        ("0::/\n", {"memory.max": "\xff\n"}, []),
        ("nonsense\n\n:::\n", {}, []),
    ],
)
def test_the_limits_of_control_groups(tmp_path: Path, own: str, files: dict[str, str], limits: list[int]) -> None:
    assert groups(tmp_path, own, files) == limits


def test_without_control_groups_there_is_the_machines_memory(tmp_path: Path) -> None:
    assert list(group_limits(tmp_path / "missing", tmp_path)) == []
    assert 64 * MEBIBYTE < memory_bytes() < 2**60


def test_the_server_leaves_room_for_its_copy_and_for_the_service() -> None:
    there = 4096 * MEBIBYTE
    assert share_bytes(there, 1) == int(SHARE * (4096 - 75) * MEBIBYTE)
    assert share_bytes(there, 4) == int(SHARE * (4096 - 4 * 75 - 40) * MEBIBYTE)
    assert share_bytes(there, 1) < most_bytes(there) < there


def test_a_machine_with_next_to_nothing_gets_a_little() -> None:
    assert share_bytes(32 * MEBIBYTE, 4) == most_bytes(32 * MEBIBYTE) == 64 * MEBIBYTE
