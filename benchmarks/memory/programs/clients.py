"""Makes idle connections to connections.py, and ends them when standard input ends.

python clients.py PORT NUMBER
"""

from __future__ import annotations

import resource
import socket
import struct
import sys

# Reset when it is closed: no address stays reserved for a minute, so the next run finds enough of them.
RESET = struct.pack("ii", 1, 0)


def main(port: str, number: str) -> None:
    """Connect one after the other, and wait."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    connections = []
    for _ in range(int(number)):
        connection = socket.create_connection(("127.0.0.1", int(port)))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.sendall(b"x")
        if connection.recv(1) != b"x":
            sys.exit("the server did not answer")
        connections.append(connection)
    sys.stdin.read()
    for connection in connections:
        connection.close()


main(*sys.argv[1:])
