"""What every conversation uses: the words, the rules, the key, the book of conversations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers.buttons import Seal
from handlers.words import Words

if TYPE_CHECKING:
    from handlers.conversation import Book
    from services.policy import Policy
    from services.vault import Vault


@dataclass(slots=True)
class Kit:
    """What every turn may use; made once at the start, shared by all threads. Only the bot's
    username may still change: Telegram tells it, and need not be there at the start."""

    words: Mapping[str, Words]
    seal: Seal
    book: Book
    policy: Policy
    vault: Vault
    bot_username: str = ""
    public_url: str = ""
    has_fund_system: bool = False  # whether fresh figures can be asked for (FUND_API_URL)
