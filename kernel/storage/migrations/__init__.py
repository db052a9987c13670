"""The migrations of the kernel's tables, oldest first. Each stays as it was released."""

from __future__ import annotations

from kernel.storage.migrations import (
    m0001_first_tables,
    m0002_import_links,
    m0003_collaboration,
    m0004_fields,
    m0005_views,
    m0005a_search,
    m0006_files,
    m0007_planning,
    m0007a_access,
    m0008_feed,
    m0009_automations,
    m0009a_automation_secrets,
    m0010_dashboards,
    m0011_webhooks,
    m0012_forms,
    m0019_notices_by_email,
    m0019a_automations_in_history,
    m0022_dashboards_in_the_trash,
    m0027_failing_since,
    m0028_versions_of_fields,
)

MIGRATIONS = (
    m0001_first_tables,
    m0002_import_links,
    m0003_collaboration,
    m0004_fields,
    m0005_views,
    m0005a_search,
    m0006_files,
    m0007_planning,
    m0007a_access,
    m0008_feed,
    m0009_automations,
    m0009a_automation_secrets,
    m0010_dashboards,
    m0011_webhooks,
    m0012_forms,
    m0019_notices_by_email,
    m0019a_automations_in_history,
    m0022_dashboards_in_the_trash,
    m0027_failing_since,
    m0028_versions_of_fields,
)
