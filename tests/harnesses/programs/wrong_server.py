"""Prints its port, answers one request of 4,096 bytes with other bytes, and ends with its standard input."""

import socket


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    client, _ = listener.accept()
    received = b""
    while len(received) < 4096:
        received += client.recv(4096)
    client.sendall(received[::-1])
    input()


if __name__ == "__main__":
    main()
