"""Everything about forms, put together."""

from __future__ import annotations

from kernel.access.throttle import Throttle
from kernel.services.entries import ProjectParts
from kernel.services.files.wiring import Files
from kernel.services.forms.public import PublicForms
from kernel.services.forms.rows import FormRows
from kernel.services.forms.service import FormService
from kernel.services.forms.uploads import FormUploads
from kernel.services.records import RecordService
from kernel.settings import Settings


class Forms:
    """Sets forms up (`service`), takes what is sent in (`public`), and the files with it (`uploads`)."""

    def __init__(self, parts: ProjectParts, settings: Settings, records: RecordService, files: Files) -> None:
        rows = FormRows(parts.database, parts.rows)
        throttle = Throttle(parts.database, parts.clock)
        self.service = FormService(parts, rows)
        self.public = PublicForms(parts, rows, records, throttle, settings.form_submissions)
        self.uploads = FormUploads(files, settings.form_file_size)
