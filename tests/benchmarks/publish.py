"""Speed, CPU and memory of writing many small objects to object storage that is a delay away, beside plain boto3.

The storage is tests/servers/tiny_s3.py, a process of its own; a round trip takes twice the delay, and so
does a new connection. Everybody writes the
same objects from a process of their own and all take turns in every round; what counts are the ratios. Times begin when
everything is imported and end when the last object is known to be written.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "tests" / "servers" / "tiny_s3.py"
BUCKET = "bench"
THREADS = 16
LEFT_OUT = 3
"""How a writer ends that this checkout does not have."""

Objects = Iterable[tuple[str, bytes]]


@dataclass
class Contender:
    """One of those compared; ``found`` has what each of its rounds took."""

    name: str
    writer: str
    settings: dict[str, str] = field(default_factory=dict)
    found: list[dict[str, float]] = field(default_factory=list)


def contenders() -> list[Contender]:
    """Return the baseline and the others, saying what is missing."""
    found = [
        Contender("boto3, 16 threads", "plain"),
        Contender("ispace, bulk by boto3", "ours", {"ISPACE_S3_BULK": "boto3"}),
    ]
    if importlib.util.find_spec("obstore"):
        found.append(Contender("ispace, bulk by obstore", "ours", {"ISPACE_S3_BULK": "obstore"}))
    else:
        print("obstore is not installed; left out.")
    return found


# What is measured; each of these runs in a process of its own.


def made_objects(count: int, size: int) -> Iterator[tuple[str, bytes]]:
    """Yield objects that nobody can compress, one after the other, as a tiler would make them."""
    noise = random.Random(1).randbytes(size)
    for n in range(count):
        yield f"x/{n // 256:03d}/{n:06d}.jpg", n.to_bytes(8, "big") + noise[8:]


def plain(endpoint: str, objects: Objects) -> None:
    """Write as one would without thinking about it: a client, a pool of threads, one call per object."""
    import boto3
    from botocore.config import Config

    client = boto3.session.Session().client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )

    # Executor.map() would take all objects before the first is written.
    rest, lock = iter(objects), threading.Lock()

    def write() -> None:
        while True:
            with lock:
                key, content = next(rest, ("", b""))
            if not key:
                return
            client.put_object(
                Bucket=BUCKET, Key=key, Body=content, ContentType="image/jpeg", CacheControl="max-age=31536000"
            )

    with ThreadPoolExecutor(THREADS) as pool:
        for future in [pool.submit(write) for _ in range(THREADS)]:
            future.result()


def ours(endpoint: str, objects: Objects) -> None:
    """Write as publishing does."""
    from ispace.ports import Put
    from ispace.wiring import blobs

    store = blobs(f"s3://{BUCKET}/x?endpoint={quote(endpoint, safe='')}&region=us-east-1")
    puts = (Put(key, content, content_type="image/jpeg", cache_control="max-age=31536000") for key, content in objects)
    for _ in store.put_many(puts):
        pass
    store.flush()


WRITERS: dict[str, Callable[[str, Objects], None]] = {"plain": plain, "ours": ours}


def child(writer: str, endpoint: str, count: int, size: int) -> None:
    """Write once and print what it took."""
    from ispace.errors import StoreUrlError

    if writer != "ours" or os.environ["ISPACE_S3_BULK"] == "boto3":
        import boto3  # noqa: F401 - loading it is not what is measured
    else:
        import obstore  # type: ignore[import-not-found]  # noqa: F401
    import ispace.wiring  # noqa: F401

    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    try:
        WRITERS[writer](endpoint, made_objects(count, size))
    except StoreUrlError:
        raise SystemExit(LEFT_OUT) from None
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"wall_s": wall, "cpu_s": cpu, "peak_mib": peak_mib(after.ru_maxrss)}))


def peak_mib(max_rss_kib: int) -> float:
    """Return the most memory this process had; the kernel's other figure begins with that of whoever started it."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return max_rss_kib / 1024
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


# Who measures.


@contextmanager
def storage(delay_ms: float) -> Iterator[str]:
    """Run the server and give its address."""
    command = [sys.executable, str(SERVER), "--bucket", BUCKET, "--delay-ms", str(delay_ms), "--handshakes"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def ask(endpoint: str, what: str, data: bytes | None = None) -> Any:
    """Ask the server what it counted; with ``data`` it forgets."""
    with urllib.request.urlopen(f"{endpoint}/_tiny/{what}", data) as reply:
        return json.load(reply)


def run(contender: Contender, endpoint: str, count: int, size: int) -> bool:
    """Let a contender write once; False where this checkout does not have it."""
    before = ask(endpoint, "reset?objects", b"")
    command = [sys.executable, __file__, "--child", contender.writer, "--endpoint", endpoint]
    environment = os.environ | contender.settings | {"PYTHONPATH": os.pathsep.join([str(ROOT), *paths()])}
    environment |= {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_EC2_METADATA_DISABLED": "true"}
    done = subprocess.run(
        [*command, "--objects", str(count), "--bytes", str(size)],
        stdout=subprocess.PIPE,
        env=environment,
        check=False,
        text=True,
    )
    if done.returncode == LEFT_OUT:
        print(f"{contender.name}: this checkout has no store s3:; left out.")
        return False
    if done.returncode:
        raise SystemExit(f"{contender.name} failed with {done.returncode}")
    counts, written = ask(endpoint, "counts"), len(set(ask(endpoint, "written")))
    if written != count:
        raise SystemExit(f"{contender.name} wrote {written} objects instead of {count}")
    contender.found.append(
        json.loads(done.stdout)
        | {
            "requests": sum(counts["requests"].values()),
            "connections": counts["connections"] - 1,  # the question itself
            "server_cpu_s": counts["cpu_s"] - before["cpu_s"],
        }
    )
    return True


def paths() -> list[str]:
    """Return what was on the path already."""
    return [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]


def show(compared: list[Contender], asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Print medians, and the medians of the ratios to the baseline within the rounds."""
    count, base = asked.objects, compared[0].found
    print(f"\n{count} objects of {asked.bytes} bytes, {asked.delay_ms} ms one way, medians of {len(base)} rounds")
    print(
        f"{'':36s}{'wall s':>8s}{'per s':>8s}{'CPU s/1000':>12s}{'MiB':>6s}{'requests':>10s}{'conn.':>7s}"
        f"{'speed':>8s}{'CPU':>7s}"
    )
    rows = []
    for contender in compared:
        middle = {name: statistics.median(one[name] for one in contender.found) for name in contender.found[0]}
        speed = statistics.median(b["wall_s"] / o["wall_s"] for o, b in zip(contender.found, base, strict=True))
        cpu = statistics.median(o["cpu_s"] / b["cpu_s"] for o, b in zip(contender.found, base, strict=True))
        row = middle | {
            "objects_per_s": count / middle["wall_s"],
            "cpu_s_per_1000": middle["cpu_s"] * 1000 / count,
            "speed_ratio": speed,
            "cpu_ratio": cpu,
        }
        print(
            f"{contender.name:36s}{row['wall_s']:8.2f}{row['objects_per_s']:8.0f}{row['cpu_s_per_1000']:12.2f}"
            f"{row['peak_mib']:6.0f}{row['requests']:10.0f}{row['connections']:7.0f}{speed:8.2f}{cpu:7.2f}"
        )
        rows.append({"contender": contender.name, **row})
    return rows


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench publish", description=__doc__)
    parser.add_argument("--objects", type=int, default=3000)
    parser.add_argument("--bytes", type=int, default=20_000, help="size of each (default 20000)")
    parser.add_argument("--delay-ms", type=float, default=15.0, help="one way (default 15)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tours", type=int, help="measure instead what a store of so many tours costs")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    parser.add_argument("--child", choices=sorted(WRITERS), help=argparse.SUPPRESS)
    parser.add_argument("--endpoint", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        child(asked.child, asked.endpoint, asked.objects, asked.bytes)
        return
    if asked.tours:
        import many_tours

        many_tours.main(asked.tours, asked.json)
        return
    with storage(asked.delay_ms) as endpoint:
        compared = contenders()
        for _ in range(asked.rounds):
            compared = [one for one in compared if run(one, endpoint, asked.objects, asked.bytes)]
        rows = show(compared, asked)
    if asked.json:
        found = {"objects": asked.objects, "bytes": asked.bytes, "delay_ms": asked.delay_ms, "publish": rows}
        asked.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
