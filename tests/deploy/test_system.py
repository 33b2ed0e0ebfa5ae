"""The unit for systemd and the example for nginx agree with the service that they run."""

import re
import shlex
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from schemas.settings import PREFIX, SettingsSchema
from service.platform.acceptor import KEEP_ALIVE_SECONDS, STOP_SECONDS
from service.web.body import MAX_FORM_BYTES
from tests.deploy.metric_table import DEPLOY
from tests.pages.reader import FORM, Reader
from tests.servers import ServiceProcess

NGINX = (DEPLOY / "nginx" / "commentdesk.conf").read_text()
UNIT = DEPLOY / "systemd" / "commentdesk.service"
# prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN), which children inherit.
DENY_WRITE_EXECUTE = "import ctypes, sys\nif ctypes.CDLL(None).prctl(65, 1, 0, 0, 0): sys.exit(1)"


def unit() -> dict[str, list[str]]:
    """The unit's settings; one may be given several times."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in UNIT.read_text().splitlines():
        name, is_setting, value = line.partition("=")
        if is_setting and not line.startswith("#"):
            found[name].append(value)
    return found


def test_the_unit_runs_the_service_with_settings_that_exist() -> None:
    settings = dict(each.split("=", 1) for each in unit()["Environment"])
    names = {name.removeprefix(PREFIX).lower(): value for name, value in settings.items()}
    assert SettingsSchema().validate(names) == {}
    program, *words = shlex.split(unit()["ExecStart"][0])
    assert (Path(program).name, words) == ("commentdesk", ["serve"])
    assert names["data_dir"] == f"/var/lib/{unit()['StateDirectory'][0]}"


def test_what_runs_is_what_was_installed_not_the_folder_of_the_clone() -> None:
    """Python looks into the working directory first, where a pull may have changed the code."""
    (program,) = unit()["ExecStart"]
    assert not program.startswith(unit()["WorkingDirectory"][0])


def test_systemd_waits_for_what_the_service_tells() -> None:
    assert (unit()["Type"], unit()["NotifyAccess"]) == (["notify"], ["main"])
    assert int(unit()["WatchdogSec"][0]) >= 30


def test_a_reload_finds_a_supervisor() -> None:
    assert "-HUP" in unit()["ExecReload"][0]
    assert f"{PREFIX}WORKERS=2" in unit()["Environment"]


def test_the_unit_gives_the_time_that_an_orderly_end_takes() -> None:
    assert int(unit()["TimeoutStopSec"][0]) > 2 * STOP_SECONDS
    assert unit()["KillMode"] == ["mixed"]


def test_the_unit_is_locked_in() -> None:
    wanted = {"NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "CapabilityBoundingSet": ""}
    assert {name: unit()[name] for name in wanted} == {name: [value] for name, value in wanted.items()}


def test_the_unit_takes_no_more_than_its_share() -> None:
    for name in ("MemoryMax", "TasksMax", "LogRateLimitIntervalSec", "LogRateLimitBurst"):
        assert unit()[name]
    assert f"{PREFIX}DEMO=false" in unit()["Environment"]


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on PATH")
    text = UNIT.read_text().replace("/opt/commentdesk/.venv/bin/commentdesk", sys.executable)
    text = re.sub(r"(?m)^(User|Group|WorkingDirectory)=.*\n", "", text)
    (tmp_path / UNIT.name).write_text(text)
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(tmp_path / UNIT.name)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_service_needs_no_memory_that_is_written_and_run(tmp_path: Path) -> None:
    """Python, numpy, cryptography and Valkey live with MemoryDenyWriteExecute, asked of the kernel itself here."""
    if subprocess.run([sys.executable, "-c", DENY_WRITE_EXECUTE]).returncode != 0:
        pytest.skip("this kernel cannot deny it to a process (Linux 6.3)")
    assert unit()["MemoryDenyWriteExecute"] == ["yes"]
    serve = [sys.executable, "-m", "service", "serve"]
    denied = [sys.executable, "-c", f"{DENY_WRITE_EXECUTE}\nimport os\nos.execv({serve[0]!r}, {serve!r})"]
    service = ServiceProcess(tmp_path / "data", command=denied)
    try:
        service.start()
        reader = Reader(service.url, service.admin_token)
        thread = "/v1/sites/default/threads/t1/comments"
        assert reader.api("POST", thread, FORM)["state"] == "held"
        assert service.stop() == 0
    finally:
        service.kill()


def test_nginx_takes_what_the_service_takes() -> None:
    assert f"client_max_body_size {MAX_FORM_BYTES // 1024}k;" in NGINX
    port = SettingsSchema().fields["port"].load_default
    assert f"server 127.0.0.1:{port};" in NGINX


def test_nginx_closes_idle_connections_first() -> None:
    found = re.search(r"keepalive_timeout (\d+)s;", NGINX)
    assert found
    assert int(found[1]) < KEEP_ALIVE_SECONDS


def test_nginx_says_who_asks_and_logs_nothing_of_it() -> None:
    assert "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;" in NGINX
    log_format = re.search(r"log_format commentdesk '(.*)';", NGINX)
    assert log_format
    personal = {
        "remote_addr",
        "request",
        "request_uri",
        "uri",
        "args",
        "http_referer",
        "http_user_agent",
        "remote_user",
    }
    assert not personal & set(re.findall(r"\$(\w+)", log_format[1]))
    assert "access_log /var/log/nginx/commentdesk.log commentdesk;" in NGINX


def test_nginx_passes_events_on_at_once() -> None:
    events = NGINX.split("/events$")[1].split("}")[0]
    assert "proxy_buffering off;" in events
    found = re.search(r"location ~ (\S+/events\$)", NGINX)
    assert found
    assert re.match(found[1], "/v1/sites/default/events")


def test_nginx_has_limits_and_asks_for_tls_alone() -> None:
    for line in ("limit_req zone=", "limit_conn ", "add_header Strict-Transport-Security", "ssl_reject_handshake on;"):
        assert line in NGINX
    metrics = NGINX.split("(metrics|readyz)$")[1].split("}")[0]
    assert re.findall(r"(allow|deny) (\S+);", metrics) == [("allow", "127.0.0.1"), ("allow", "::1"), ("deny", "all")]
