"""What the downloading process may not do, tried one by one in a process of its own: the guard cannot be taken off."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ingest.downloading.connector import Connector

PRELUDE = """
import os, socket, sqlite3, subprocess, sys, urllib.request
from pathlib import Path
from vectorstore.processes.confinement import readable_folders
from ingest.downloading.connector import RemoteConnections
from ingest.downloading.audit_guard import Guard, limit_process
from ingest.cleaning.urls import OwnHost

class Refused(BaseException):
    pass

folder = Path(sys.argv[1])
guard = Guard([], RemoteConnections(int(sys.argv[2])), folder, readable_folders(), ["/bin/echo"], Refused)
guard.install()
"""

REFUSED = {
    "a connection to this machine, asked for": 'socket.create_connection(("127.0.0.1", 443))',
    "a connection to another port, asked for": 'socket.create_connection(("www.youtube.com", 80))',
    "a name resolved here": 'socket.getaddrinfo("localhost", 443)',
    "an address that nobody resolved": 'socket.socket().connect(("169.254.169.254", 443))',
    "a name resolved out of sight": 'socket.socket().connect(("localhost", 443))',
    "a public address on another port": 'socket.socket().connect(("93.184.216.34", 80))',
    "IPv6 loopback": 'socket.socket(socket.AF_INET6).connect(("::1", 443))',
    "IPv6 around IPv4": 'socket.socket(socket.AF_INET6).connect(("::ffff:127.0.0.1", 443))',
    "a socket in the file system": 'socket.socket(socket.AF_UNIX).connect("/run/docker.sock")',
    "a datagram": 'socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("93.184.216.34", 53))',
    "a server": 'socket.create_server(("127.0.0.1", 0))',
    "reading the user's files": 'open("/etc/passwd")',
    "reading the parent's environment": 'open(f"/proc/{os.getppid()}/environ")',
    "a database elsewhere": 'sqlite3.connect("/tmp/elsewhere-of-guard-test")',
    "a signal": "os.kill(os.getppid(), 0)",
    "owner of a file": 'os.chown("/etc/hosts", 0, 0)',
    "times of a file": 'os.utime("/etc/hosts")',
    "plain http": 'urllib.request.urlopen("http://www.youtube.com/")',
    "file": 'urllib.request.urlopen("file:///etc/passwd")',
    "a program": 'subprocess.run(["/bin/true"])',
    "a program by its name": 'subprocess.run("true", shell=True)',
    "a command": 'os.system("true")',
    "a copy of the process": "os.fork()",
    "another program in place": 'os.execv("/bin/true", ["true"])',
    "a file elsewhere": 'open("/tmp/elsewhere-of-guard-test", "w")',
    "a file elsewhere, through a link": 'os.symlink("/tmp", folder / "a")\nopen(folder / "a" / "guard-test", "w")',
    "appending elsewhere": 'open("/etc/hosts", "a")',
    "removing elsewhere": 'os.remove("/tmp/elsewhere-of-guard-test")',
    "renaming out of the folder": '(folder / "a").touch(); os.rename(folder / "a", "/tmp/elsewhere-of-guard-test")',
    "a link elsewhere": 'os.symlink("/etc/passwd", "/tmp/elsewhere-of-guard-test")',
    "a folder elsewhere": 'os.mkdir("/tmp/elsewhere-of-guard-test")',
}

ALLOWED = {
    "files in the folder": '(folder / "a").touch(); os.rename(folder / "a", folder / "b"); os.remove(folder / "b")',
    "throwing away": 'open("/dev/null", "w").close()',
    "reading its own code": "open(os.__file__).close()",
    "the one program that was named": 'subprocess.run(["/bin/echo"], check=True, stdout=subprocess.DEVNULL)',
}


def run(code: str, folder: Path) -> str:
    ending = '\nexcept Refused as error:\n    print("refused", guard.refusal.reason, error)\nelse:\n    print("done")\n'
    body = "\n".join(f"    {line}" for line in code.split("\n"))
    with Connector(()) as connector:
        number = connector.theirs.fileno()
        command = [sys.executable, "-c", f"{PRELUDE}\ntry:\n{body}{ending}", str(folder), str(number)]
        root = Path(__file__).parents[3]
        done = subprocess.run(command, capture_output=True, text=True, cwd=root, timeout=30, pass_fds=[number])
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("code", REFUSED.values(), ids=REFUSED)
def test_refused(code: str, tmp_path: Path) -> None:
    assert run(code, tmp_path).startswith("refused")


@pytest.mark.parametrize("code", ALLOWED.values(), ids=ALLOWED)
def test_allowed(code: str, tmp_path: Path) -> None:
    assert run(code, tmp_path) == "done\n"


def test_limits_of_file_and_memory(tmp_path: Path) -> None:
    code = (
        "limit_process(100_000, 2**30)\n"
        "try:\n    (folder / 'long').write_bytes(b'x' * 200_000)\nexcept OSError as error:\n    print(error.errno)\n"
        "try:\n    bytearray(2**31)\nexcept MemoryError:\n    print('memory')"
    )
    assert run(code, tmp_path).split() == ["27", "memory", "done"]
    assert (tmp_path / "long").stat().st_size <= 100_000
