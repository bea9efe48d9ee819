"""A real Dovecot on loopback, from a configuration written here: one user with one Maildir, IMAP with and without TLS."""

import os
import shutil
import socket
import ssl
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
from imapclient import IMAPClient
from ports import free_port

USER, PASSWORD = "newsletter@pscb.test", 'a "quiet" pa\u00dfword'

_CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
ssl = yes
ssl_cert = <{folder}/chain.pem
ssl_key = <{folder}/chain.pem
disable_plaintext_auth = no
auth_mechanisms = plain login {mechanisms}
mail_location = maildir:~/Maildir
mail_plugins = acl
first_valid_uid = 1
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
# Nobody guesses passwords here: without these two a wrong one costs the next sign-in up to 15 seconds.
auth_failure_delay = 0
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
{tokens}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
plugin {{
  acl = vfile
}}
protocol imap {{
  mail_max_userip_connections = 100
  imap_capability = {capability}
}}
"""


# How Dovecot asks an authorisation server about a token (doc.dovecot.org, "Open Authentication v2.0").
_TOKENS = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
"""
_OAUTH2 = """
introspection_mode = post
introspection_url = {base}/introspect
tls_ca_cert_file = {ca_file}
username_attribute = username
active_attribute = active
active_value = true
"""


@dataclass(frozen=True)
class Dovecot:
    """A running server: its ports, the certificate authority's file, and the Maildir behind it."""

    plain: int
    tls: int
    ca_file: Path
    maildir: Path

    def url(self, folder: str = "INBOX", *, tls: bool = False, port: int = 0) -> str:
        """Return what the settings or the command line call a folder here."""
        scheme, own = ("imaps", self.tls) if tls else ("imap", self.plain)
        return f"{scheme}://newsletter%40pscb.test@127.0.0.1:{port or own}/{folder}"

    def append(self, message: bytes, folder: str = "INBOX") -> int:
        """Put a message into a folder; returns its UID."""
        with self.client() as client:
            answer = client.append(folder, message)
        return int(answer.split(b"]")[0].split()[-1])

    def subjects(self, folder: str = "INBOX") -> list[str]:
        """Return the subjects in a folder; none where there is no such folder."""
        with self.client() as client:
            if not client.folder_exists(folder):
                return []
            client.select_folder(folder, readonly=True)
            fetched = client.fetch(client.search(), ["ENVELOPE"])
        return [fetched[uid][b"ENVELOPE"].subject.decode() for uid in sorted(fetched)]

    def flags(self, folder: str = "INBOX") -> list[tuple[bytes, ...]]:
        """Return the flags of each message in a folder."""
        with self.client() as client:
            client.select_folder(folder, readonly=True)
            fetched = client.fetch(client.search(), ["FLAGS"])
        return [fetched[uid][b"FLAGS"] for uid in sorted(fetched)]

    @contextmanager
    def client(self) -> Iterator[IMAPClient]:
        """Speak to the server as the user's own mail program does."""
        context = ssl.create_default_context(cafile=self.ca_file)
        with IMAPClient("127.0.0.1", self.tls, ssl_context=context) as client:
            client.plain_login(USER, PASSWORD)
            yield client


@contextmanager
def running_dovecot(capability: str = "", tokens_from: tuple[str, Path] | None = None) -> Iterator[Dovecot]:
    """Start Dovecot in the foreground and stop it by its process; skip, saying so, where it is not installed.

    `capability` replaces what the server offers after the sign-in, so that one without MOVE can be tried. `tokens_from`:
    the address of an authorisation server and its certificate authority's file; tokens are then asked about there.
    """
    program = shutil.which("dovecot") or "/usr/sbin/dovecot"
    if not Path(program).exists() or not Path("/usr/lib/dovecot/imap").exists() or os.geteuid() != 0:
        pytest.skip("Dovecot is not installed, or this is not root: Debian's package dovecot-imapd has it")
    # Short, owned by root all the way, and enterable: its processes run as other users.
    folder = Path(tempfile.mkdtemp(prefix="dc-", dir=folder_in_memory()))
    try:
        server = _configured(folder, capability, tokens_from)
        process = subprocess.Popen(
            [program, "-F", "-c", str(folder / "dovecot.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait_for(server.plain, process, folder)
            yield server
        finally:
            process.terminate()
            process.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _configured(folder: Path, capability: str, tokens_from: tuple[str, Path] | None) -> Dovecot:
    folder.chmod(0o755)
    home = folder / "home"
    home.mkdir()
    shutil.chown(home, "mail", "mail")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(
        str(folder / "chain.pem")
    )
    (folder / "users").write_text(f"{USER}:{PASSWORD}\n", encoding="utf-8")
    owner = home.stat()
    server = Dovecot(free_port(), free_port(), folder / "ca.pem", home / "Maildir")
    if tokens_from is not None:
        base, ca_file = tokens_from
        shutil.copyfile(ca_file, folder / "authority.pem")
        (folder / "authority.pem").chmod(0o644)
        (folder / "oauth2.conf").write_text(_OAUTH2.format(base=base, ca_file=folder / "authority.pem"))
    (folder / "dovecot.conf").write_text(
        _CONFIG.format(
            folder=folder,
            plain=server.plain,
            tls=server.tls,
            uid=owner.st_uid,
            gid=owner.st_gid,
            capability=capability,
            mechanisms="xoauth2" if tokens_from else "",
            tokens=_TOKENS.format(folder=folder) if tokens_from else "",
        )
    )
    return server


def _wait_for(port: int, process: subprocess.Popen, folder: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                if connection.recv(4) == b"* OK":
                    return
        except OSError:
            time.sleep(0.05)
    log = folder / "dovecot.log"
    raise RuntimeError(f"Dovecot did not start: {log.read_text() if log.exists() else 'no log'}")
