"""asyncssh: a server and a client in one loop: commands, pipes of a command, a file by SFTP, a forwarded port."""

import asyncio
import tempfile
from pathlib import Path

import asyncssh

from compat.program import run


class Server(asyncssh.SSHServer):  # type: ignore[misc]
    """Lets everyone in, and forwards ports."""

    def begin_auth(self, username: str) -> bool:
        return False

    def connection_requested(self, *_arguments: object) -> bool:
        return True


async def process(remote: "asyncssh.SSHServerProcess[str]") -> None:
    child = await asyncio.create_subprocess_shell(
        str(remote.command), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    await remote.redirect(stdin=child.stdin, stdout=child.stdout)
    await remote.stdout.drain()
    remote.exit(await child.wait())


async def main() -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    server = await asyncssh.listen(
        "127.0.0.1", 0, server_factory=Server, server_host_keys=[key], process_factory=process, sftp_factory=True
    )
    port = server.sockets[0].getsockname()[1]
    options = {"known_hosts": None, "client_keys": None, "username": "compat"}
    async with asyncssh.connect("127.0.0.1", port, **options) as connection:
        results = await asyncio.gather(*(connection.run(f"echo {n}; exit {n % 3}") for n in range(20)))
        print("commands", sum(int(result.stdout) + result.exit_status for result in results))
        print("filter", (await connection.run("tr a-z A-Z", input="hello\n")).stdout)
        with tempfile.TemporaryDirectory() as folder:
            source, copy = Path(folder, "source"), Path(folder, "copy")
            source.write_bytes(bytes(range(256)) * 20_000)
            async with connection.start_sftp_client() as sftp:
                await sftp.put(str(source), str(copy))
            print("file", source.read_bytes() == copy.read_bytes())
        echo = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
        listener = await connection.forward_local_port("", 0, "127.0.0.1", echo.sockets[0].getsockname()[1])
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.get_port())
        print("forwarded", await reader.read())
        writer.close()
        listener.close()
        echo.close()
    server.close()
    await server.wait_closed()


if __name__ == "__main__":
    run(main)
