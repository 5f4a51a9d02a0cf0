"""Campaigns in the chat: started by one person, approved by another, stopped by either."""
