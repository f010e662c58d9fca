"""The clients of idle_connections: connect, and after each line read from standard input use every n-th connection.

Arguments: the path of the server's socket, and how many connections.
"""

import socket
import sys


def main() -> None:
    path, count = sys.argv[1], int(sys.argv[2])
    peers = []
    for _ in range(count):
        peers.append(socket.socket(socket.AF_UNIX))
        peers[-1].connect(path)
    print("connected", flush=True)
    for line in sys.stdin:
        for peer in peers[:: int(line)]:
            peer.sendall(b"still there?")
        for peer in peers[:: int(line)]:
            assert peer.recv(100) == b"still there?"
        print("served", flush=True)


if __name__ == "__main__":
    main()
