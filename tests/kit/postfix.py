"""A real Postfix on loopback, from a configuration written here: takes mail for any address and keeps it in one Maildir."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from effort import folder_in_memory
from ports import free_port

_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
virtual unix - n n - 10 virtual
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
myhostname = postfix.test
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = static:all
virtual_mailbox_maps = static:all/
virtual_mailbox_base = {folder}/mail
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
virtual_transport = virtual
smtpd_recipient_restrictions = check_recipient_access inline:{{{{gone@school.test = 550 5.1.1 no such user}}}}, permit_mynetworks, reject
smtpd_tls_security_level = may
smtpd_tls_chain_files = {folder}/chain.pem
smtpd_client_connection_rate_limit = 0
in_flow_delay = 0
"""


@dataclass(frozen=True)
class Postfix:
    """A running server: its port, the certificate authority's file, and the Maildir that holds everything it took."""

    port: int
    ca_file: Path
    maildir: Path
    folder: Path

    def copies(self, seconds: float = 120) -> list[bytes]:
        """Return the messages delivered, once its queue is empty: what it took it has handed on."""
        deadline = time.monotonic() + seconds
        while not self._queue_is_empty():
            assert time.monotonic() < deadline, "Postfix still has mail in its queue"
            time.sleep(0.05)
        return [(self.maildir / "new" / name).read_bytes() for name in self._files()]

    def delivered(self) -> int:
        """Return how many messages it has delivered so far."""
        folder = self.maildir / "new"
        return sum(1 for _ in folder.iterdir()) if folder.is_dir() else 0

    def _queue_is_empty(self) -> bool:
        queue = self.folder / "queue"
        return not any(
            path.is_file()
            for name in ("maildrop", "incoming", "active", "deferred")
            for path in (queue / name).rglob("*")
        )

    def _files(self) -> list[str]:
        folder = self.maildir / "new"
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


@contextmanager
def running_postfix() -> Iterator[Postfix]:
    """Start Postfix in the foreground and stop it by its process; skip, saying so, where it is not installed."""
    program = shutil.which("postfix") or "/usr/sbin/postfix"
    if not Path(program).exists() or os.geteuid() != 0:
        pytest.skip("Postfix is not installed, or this is not root: Debian's package postfix has it")
    # Postfix wants short paths for its sockets, owned by root all the way.
    folder = Path(tempfile.mkdtemp(prefix="pf-", dir=folder_in_memory()))
    try:
        port = free_port()
        _configure(folder, port)
        process = subprocess.Popen(
            [program, "-c", str(folder), "start-fg"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait_for(port, process)
            yield Postfix(port, folder / "ca.pem", folder / "mail" / "all", folder)
        finally:
            subprocess.run([program, "-c", str(folder), "stop"], capture_output=True, check=False)
            process.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _configure(folder: Path, port: int) -> None:
    folder.chmod(0o755)
    for name in ("queue", "data", "mail"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    nobody = shutil.os.stat(folder / "data")
    shutil.chown(folder / "mail", nobody.st_uid)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    server = authority.issue_cert("127.0.0.1", "localhost")
    server.private_key_and_cert_chain_pem.write_to_path(str(folder / "chain.pem"))
    daemons = next(path for path in ("/usr/lib/postfix/sbin", "/usr/libexec/postfix") if Path(path).is_dir())
    values = {"folder": folder, "daemons": daemons, "uid": nobody.st_uid, "gid": nobody.st_uid, "port": port}
    (folder / "main.cf").write_text(_MAIN.format(**values))
    (folder / "master.cf").write_text(_MASTER.format(**values))


def _wait_for(port: int, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                if connection.recv(64).startswith(b"220 postfix.test "):
                    return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("Postfix did not start")
