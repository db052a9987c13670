"""SQLite does not count its memory in a server."""

from __future__ import annotations

from tests.kernel.storage.conftest import Launch

CODE = """
import _sqlite3, ctypes, sqlite3
from kernel.storage.sqlite_memory import stop_counting

used = ctypes.CDLL(_sqlite3.__file__).sqlite3_memory_used
used.restype = ctypes.c_int64
with sqlite3.connect(":memory:") as connection:
    connection.execute("SELECT 1")
    counted = used()
connection.close()
assert counted > 0
assert stop_counting()
connection = sqlite3.connect(":memory:")
assert connection.execute("SELECT json_object('a', 1)").fetchone() == ('{"a":1}',)
assert used() == 0
connection.close()
print("good")
"""


def test_it_is_told_before_the_first_connection(launch: Launch) -> None:
    output, _ = launch(CODE).communicate(timeout=60)
    assert output.strip() == "good"
