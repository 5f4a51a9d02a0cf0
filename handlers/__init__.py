"""What is said in chat: one module a conversation."""
