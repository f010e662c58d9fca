"""The servers, by kind. Each is a coroutine function that starts one and returns its address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.network.servers import applications, messages, protocols, sockets, streams, web

if TYPE_CHECKING:
    from benchmarks.network.servers.settings import Start

SERVERS: dict[str, Start] = {
    "protocol": protocols.start_echo,
    "buffered": protocols.start_buffered_echo,
    "framed": protocols.start_framed_echo,
    "churn": protocols.start_echo_once,
    "datagram": protocols.start_datagram_echo,
    "download": protocols.start_download,
    "upload": protocols.start_upload,
    "streams": streams.start_echo,
    "sockets": sockets.start_echo,
    "uvicorn": web.start_uvicorn,
    "aiohttp": web.start_aiohttp,
    "uvicorn-json": web.start_uvicorn_with(lambda: applications.json_application),
    "uvicorn-10k": web.start_uvicorn_with(lambda: applications.large_application),
    "starlette": web.start_uvicorn_with(applications.load_starlette),
    "fastapi": web.start_uvicorn_with(applications.load_fastapi),
    "split-http": protocols.start_split_http,
    "websockets": messages.start_websockets,
    "grpc": messages.start_grpc,
}
