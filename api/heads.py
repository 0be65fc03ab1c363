"""HEAD: whatever answers GET answers it alike, without the body; nothing is streamed for it."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Heads:
    """Lets the application answer as to a GET, and sends on the head of its answer only."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask for the same as GET, and be gone as soon as the head is there."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        answered = False

        async def sending(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                await send(message)
            elif not answered:
                answered = True
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        async def receiving() -> Message:
            # A page that would go on for ever is told that nobody listens any more.
            return {"type": "http.disconnect"} if answered else await receive()

        await self.app({**scope, "method": "GET"}, receiving, sending)
