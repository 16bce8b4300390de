"""The least that a service between a client and a provider can do: pass bytes on.

    python -m benchmarks.bare_proxy --upstream 9000

Each request is read to the end of its body, sent to the stub as a chat completion, and the answer
sent back. The measure that the service stands beside in `benchmarks.overhead`.
"""

import argparse
import asyncio
import re

import uvloop

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class BareProxy:
    def __init__(self, upstream: int) -> None:
        self._upstream = upstream
        self._idle: list[Stream] = []

    async def serve(self) -> None:
        server = await asyncio.start_server(self._client, "127.0.0.1", 0, backlog=2048)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                _, body = await message(reader)
                writer.write(await self._forward(body))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _forward(self, body: bytes) -> bytes:
        stream = self._idle.pop() if self._idle else await self._connect()
        reader, writer = stream
        head = (
            "POST /openai/v1/chat/completions HTTP/1.1\r\nHost: stub\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer_head, answer = await message(reader)
        self._idle.append(stream)
        return answer_head + answer

    async def _connect(self) -> Stream:
        return await asyncio.open_connection("127.0.0.1", self._upstream)


async def message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Head and body of one HTTP message that says how long it is."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    return head, await reader.readexactly(int(length[1])) if length else b""


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--upstream", type=int, required=True)
    uvloop.run(BareProxy(parser.parse_args().upstream).serve())
