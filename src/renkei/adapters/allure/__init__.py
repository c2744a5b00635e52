"""Allure: result files written from a run's record, and the locked Allure 3 command line that renders them."""

from renkei.adapters.allure.report import BuiltReport, build_report
from renkei.adapters.allure.results import write_results

__all__ = ["BuiltReport", "build_report", "write_results"]
