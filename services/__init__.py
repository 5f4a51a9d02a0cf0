"""The fund's rules and records. Knows neither Telegram nor HTTP."""
