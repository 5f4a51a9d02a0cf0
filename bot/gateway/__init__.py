"""The way in from Telegram and the way out to it."""
