"""What a file truly is, told by its content alone: its name and declared type count for nothing."""

from services.file_content.recognising import Content, examine
from services.file_content.refusal import ContentRefused

__all__ = ["Content", "ContentRefused", "examine"]
