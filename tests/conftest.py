"""What all tests share: options, and no silent skips in CI."""

import os

import pytest

# Before NumPy is imported: its matrices here are too small to share, and threads that wait for one
# another on busy cores slow a test down tenfold.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def pytest_addoption(parser):
    parser.addoption(
        "--site", metavar="DIR", help="test this built site instead of building one (_build/html)"
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Fail instead of skipping when CI=true: there, every tool has to be there."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr[-1]}"
    return report
