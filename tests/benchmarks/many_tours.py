"""What it costs to list, verify and collect a store of many tours, and to publish a tour whose title changed.

``scripts/bench publish --tours 5000`` runs it. The store lies in the memory of tests/servers/tiny_s3.py, a process of
its own; every command is a process of its own as well, so that its peak of memory is its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

BUCKET = "tours"
COMMANDS = {
    "releases": ["releases", "--json"],
    "storage verify --quick": ["storage", "verify", "--quick", "--json"],
    "gc": ["gc", "--json"],
}


def serve(tours: int) -> None:
    """Fill a server and serve until standard input closes."""
    from servers.tiny_s3 import TinyS3, serve as forever
    from store_of_many import fill

    server = TinyS3([BUCKET])
    fill(server.buckets[BUCKET], tours)
    asyncio.run(forever(server))


def child(words: list[str]) -> None:
    """Run a command line and tell, last on standard error, what it took."""
    from ispace import cli

    begun, code = time.perf_counter(), 0
    sys.argv = ["ispace", *words]
    try:
        cli.main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    wall = time.perf_counter() - begun
    lines = Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    print(json.dumps({"wall_s": wall, "peak_mib": peak}), file=sys.stderr)
    raise SystemExit(code)


def run(tours: int) -> list[dict[str, Any]]:
    """Measure every command on a store of so many tours."""
    rows = []
    with (
        tempfile.TemporaryDirectory() as private,
        subprocess.Popen(
            [sys.executable, __file__, "--serve", str(tours)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as server,
    ):
        assert server.stdout is not None
        endpoint = server.stdout.readline().strip()
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("ISPACE_", "AWS_"))} | {
            "PYTHONPATH": str(ROOT),
            "ISPACE_PUBLIC": f"s3://{BUCKET}/tours?endpoint={endpoint}",
            "ISPACE_PRIVATE": f"file:{private}",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        for name, words in COMMANDS.items():
            ask(endpoint, "reset", b"")
            done = subprocess.run(
                [sys.executable, __file__, "--child", *words],
                env=environment,
                capture_output=True,
                check=False,
                text=True,
            )
            if done.returncode:
                raise SystemExit(f"{name} failed with {done.returncode}: {done.stderr[-2000:]}{done.stdout[-500:]}")
            requests = ask(endpoint, "counts")["requests"]
            row = {"command": name, "tours": tours, "requests": sum(requests.values()), "by_kind": requests}
            rows.append(row | json.loads(done.stderr.splitlines()[-1]))
        server.terminate()
    return rows


def ask(endpoint: str, what: str, data: bytes | None = None) -> Any:
    """Ask the server what it counted; with ``data`` it forgets."""
    with urllib.request.urlopen(f"{endpoint}/_tiny/{what}", data) as reply:
        return json.load(reply)


def one_title() -> dict[str, int]:
    """Publish the small tour of the tests, change its title and publish again; return what the second publish did."""
    from servers.tiny_s3 import TinyS3
    from small_tour import front_end, make, set_up
    from store_of_many import counted

    from ispace import assets
    from ispace.adapters.s3 import S3Blobs
    from ispace.adapters.s3.bucket import Bucket
    from ispace.ports import Services

    os.environ |= {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_EC2_METADATA_DISABLED": "true"}
    with tempfile.TemporaryDirectory() as name, TinyS3([BUCKET]) as server:
        folder = Path(name)
        front = front_end(folder / "front")
        assets.load = lambda folder=None: front
        small = set_up(make(folder / "made"), folder / "own", front)
        store = S3Blobs(Bucket(BUCKET, "tours", endpoint=server.endpoint))
        small.services = Services(public=store, private=small.services.private)
        small.publish()
        first = len(server.written)
        small.title("Chùa nhỏ sau khi sửa")
        with counted(server) as found:
            small.publish()
        store.client.close()
    return {"first publish": first, "written": found["written"], "tiles read": found["tiles read"]}


def main(tours: int, file: Path | None) -> None:
    """Measure and print."""
    rows = run(tours)
    print(f"{'':24s}{'tours':>8s}{'wall s':>9s}{'requests':>10s}{'per tour':>10s}{'MiB':>6s}")
    for row in rows:
        per = row["requests"] / tours
        print(
            f"{row['command']:24s}{tours:8d}{row['wall_s']:9.1f}{row['requests']:10d}{per:10.2f}{row['peak_mib']:6.0f}"
        )
    title = one_title()
    print(
        f"\nOne title changed: {title['written']} objects written ({title['first publish']} at first, at most 60 may "
        f"be), {title['tiles read']} tiles read (none may be)."
    )
    if file:
        file.write_text(json.dumps({"many_tours": rows, "one_title": title}, indent=1) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--serve", type=int)
    parser.add_argument("--child", nargs=argparse.REMAINDER)
    asked = parser.parse_args()
    if asked.serve is not None:
        serve(asked.serve)
    elif asked.child:
        child(asked.child)
    else:
        main(5000, None)
