"""Many uploads at once stay within the memory that was promised, whichever place receives them."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks import uploads

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("bucket", [False, True], ids=["folder", "bucket"])
def test_twenty_uploads_at_once_take_less_than_300_mib(tmp_path: Path, bucket: bool) -> None:
    # Together they are more than the limit: a service that held them in memory would be seen.
    found = uploads.measure(tmp_path, 20, 17_000_000, bucket=bucket)
    assert found["peak_mib"] < 300
