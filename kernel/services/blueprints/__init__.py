"""Set-up as a document: read out of an installation, compared with it, and brought to hold."""
