"""What a file truly is, told by its content alone: its name and declared type count for nothing."""

from services.file_content.apart import NotExamined, examine
from services.file_content.content import Content, ContentRefused

__all__ = ["Content", "ContentRefused", "NotExamined", "examine"]
