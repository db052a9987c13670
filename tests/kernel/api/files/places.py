"""What tests know of a store of files beside what the server tells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx


@dataclass
class Place:
    """A directory."""

    directory: Path

    @property
    def settings(self) -> dict[str, Any]:
        return {}

    def objects(self) -> list[str]:
        """What is there, also what a listing of the store would leave out."""
        found = (path for path in self.directory.rglob("*") if path.is_file())
        return sorted(str(path.relative_to(self.directory)) for path in found)


@dataclass
class S3Place:
    """A bucket of an S3-compatible store."""

    address: str
    bucket: str

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "files_url": f"s3://{self.bucket}/some/where",
            "files_endpoint": self.address,
            "files_access_key": "key",
            "files_secret_key": "secret",
        }

    def objects(self) -> list[str]:
        listing = httpx.get(f"{self.address}/{self.bucket}", timeout=60).text
        unfinished = httpx.get(f"{self.address}/{self.bucket}?uploads", timeout=60).text
        assert "<Upload>" not in unfinished
        return sorted(key.removeprefix("some/where/") for key in re.findall(r"<Key>([^<]*)</Key>", listing))
