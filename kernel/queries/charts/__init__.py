"""The figures of charts: records of several projects, grouped and measured in one statement."""
