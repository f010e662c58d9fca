"""The use of a server that programs in processes of their own have in common."""

VISIT = """\
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    await reader.read()
    writer.close()
    await writer.wait_closed()
    server.close()"""
"""Lines of a coroutine: start a server, connect to it, and read until it closes the connection."""
