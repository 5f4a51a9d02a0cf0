"""The process that looks at one stranger's file: the file comes in, what it is goes out.

Started by `services.file_content.apart`. Everything it needs is loaded before it is confined.
"""

from __future__ import annotations

import dataclasses
import io
import json
import sys

from services.file_content.confinement import Limits, confine
from services.file_content.content import ContentRefused
from services.file_content.recognising import prepare, recognise


def main(processor_s: str, memory: str) -> None:
    prepare()
    confine(Limits(int(processor_s), int(memory)))
    content = io.BytesIO(sys.stdin.buffer.read())
    try:
        answer = dataclasses.asdict(recognise(content))
    except ContentRefused as refusal:
        answer = {"refused": refusal.reason}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
