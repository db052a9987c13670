"""The process that turns pictures into PNG, and Vega-Lite specifications into pictures.

The library for it holds the interpreter's lock while it draws, so it never runs in the server:
`python -m kernel.drawing.raster` reads tasks from its standard input and writes the results to its
standard output, each with its length before it.
"""

from __future__ import annotations

import json
import struct
import sys
from typing import Any, BinaryIO

LENGTH = struct.Struct(">I")
GOOD, BAD = b"\x00", b"\x01"


def work(task: dict[str, Any]) -> bytes:
    """One task: `{"svg", "scale"}` gives PNG (with `"pdf"` a PDF of one page), `{"vega", "theme"}` gives SVG.

    Nothing is fetched.
    """
    import vl_convert

    if task.get("pdf"):
        return bytes(vl_convert.svg_to_pdf(task["svg"], scale=task["scale"]))

    if "svg" in task:
        return bytes(vl_convert.svg_to_png(task["svg"], scale=task["scale"]))
    made: str = vl_convert.vegalite_to_svg(task["vega"], allowed_base_urls=[], theme=task["theme"])
    return made.encode()


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Work until the input ends."""
    while len(head := source.read(LENGTH.size)) == LENGTH.size:
        task = json.loads(source.read(LENGTH.unpack(head)[0]))
        try:
            state, answer = GOOD, work(task)
        except Exception as error:
            state, answer = BAD, str(error).encode()[:1000]
        sink.write(state + LENGTH.pack(len(answer)) + answer)
        sink.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
