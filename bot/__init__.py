"""The application: settings, wiring, command line, the way in and out of Telegram."""
