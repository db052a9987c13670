"""Imports: from an uploaded file to records, in the background, row by row.

`uploads` keeps the file, `preview` and `guessing` propose what its columns mean, `mapping` checks what a
person decided, `cells` and `chunks` turn rows into drafts, `matching` finds the records they refer to,
`missing` makes lists, tags and options, `work` does the chunks as a job, `service` is what controllers call.
"""
