"""A TLS server in front of the stack, for clients that speak only https."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import trustme

HOSTS = ("localhost", "api.bigcommerce.com", "api.nuvemshop.com.br")
"""The hosts that its certificate names: clients have them as constants."""


@contextmanager
def tls_front(port: int, folder: Path) -> Iterator[tuple[int, Path]]:
    """The port of a server that passes connections on, and the file with its authority.

    Args:
        port: the stack's.
        folder: where to write the authority's certificate.
    """
    authority = trustme.CA()
    trusted = folder / "ca.pem"
    authority.cert_pem.write_to_path(trusted)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*HOSTS).configure_cert(context)
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        threading.Thread(target=_accept, args=(listener, context, port), daemon=True).start()
        yield listener.getsockname()[1], trusted


def _accept(listener: socket.socket, context: ssl.SSLContext, port: int) -> None:
    with suppress(OSError):  # closed: the test is over
        while True:
            plain, _ = listener.accept()
            threading.Thread(target=_hand_on, args=(plain, context, port), daemon=True).start()


def _hand_on(plain: socket.socket, context: ssl.SSLContext, port: int) -> None:
    with (
        suppress(OSError),
        context.wrap_socket(plain, server_side=True) as client,
        socket.create_connection(("127.0.0.1", port)) as stack,
    ):
        back = threading.Thread(target=_copy, args=(stack, client), daemon=True)
        back.start()
        _copy(client, stack)
        back.join(10)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
