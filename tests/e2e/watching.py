"""Watches windows for what must never happen: a dialog nobody of ours opened, script from outside, a breach of the policy."""

from __future__ import annotations

from playwright.async_api import BrowserContext, ConsoleMessage, Dialog


class Watch:
    """What went wrong in the windows watched."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def over(self, context: BrowserContext) -> None:
        """Watch every page of this window, also those opened later."""
        context.on("dialog", self._dialog)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.seen.append(f"error: {error.error}"))

    async def _dialog(self, dialog: Dialog) -> None:
        self.seen.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    def _console(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or message.text.startswith("Refused to"):
            self.seen.append(f"console: {message.text}")
