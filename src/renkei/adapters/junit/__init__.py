"""JUnit XML for continuous integration, computed from a run's record."""

from renkei.adapters.junit.document import junit_xml, write_junit

__all__ = ["junit_xml", "write_junit"]
