"""The managers' pages: server-rendered, without scripts and without anything from outside."""
