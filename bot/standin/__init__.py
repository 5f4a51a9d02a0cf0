"""Telegram on one's own desk: the Bot API served locally, a page to chat on, a test client.

It knows nothing of the fund. Run it with `python -m bot.standin --port N`, or start one in
the same process with `bot.standin.person.Standin.start()`.
"""
