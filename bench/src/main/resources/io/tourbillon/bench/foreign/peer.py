"""What the peers written in Python share: command line, workloads, checks and meters."""

import gc
import itertools
import json
import os
import random
import resource
import sys
import time
from array import array
from typing import NamedTuple

BATCH = 100  # operations between two yields to the event loop
BATCHES = 10  # batches between two looks at the clock
SLEEPS = 4  # sleeps of each sleeper
PATIENCE = 60.0  # seconds that overdue timers are waited for
HOUR = 3600.0
DRAWS = 2 ** 20  # random numbers drawn beforehand
NEVER = -2 ** 63  # the lateness of a timer that has not run
# The percents are in thousandths, so that ranks are exact.
PERCENTS = (0, 10_000, 25_000, 50_000, 75_000, 90_000, 95_000, 99_000, 99_500, 99_900, 99_990,
            99_999, 100_000)

clock = time.monotonic_ns
random.seed(1)


class Plan(NamedTuple):
    """What the command line asks for, with times in seconds."""
    size: int
    warm_up: float
    measure: float


def main(version, scenarios, perform):
    """Do as the command line says; perform(scenario, plan) has to report the result."""
    args = sys.argv[1:]
    if args == ["version"]:
        print(version)
        return
    if len(args) != 4:
        fail(2, "usage: version | <scenario> <size> <warmUpMillis> <measureMillis>")
    name, *numbers = args
    if name not in scenarios:
        fail(2, f"unknown scenario: {name}")
    if not all(number.isdecimal() for number in numbers) or int(numbers[0]) == 0:
        fail(2, f"not a size and two times in milliseconds: {' '.join(numbers)}")
    size, warm_up, measure = map(int, numbers)
    # The collector of cycles stays off. Nothing here makes cycles, so reference counts free all,
    # whereas the collector would walk the pending timers again and again, which can double the cost
    # of an operation. To freeze them does not help, as new ones take their places.
    gc.disable()
    perform(scenarios[name], Plan(size, warm_up / 1000, measure / 1000))


def report(result):
    """Print the result and leave at once, since tearing down a million sleepers takes long."""
    print(json.dumps(result), flush=True)
    os._exit(0)


def fail(code, message):
    print(message, file=sys.stderr, flush=True)
    os._exit(code)


def check(holds, message):
    if not holds:
        fail(3, message)


# The workloads.

def random_places(size):
    """Draw places, so many that hardly any place is never drawn."""
    return array("I", (int(random.random() * size) for _ in range(max(DRAWS, 8 * size))))


def request_delays(size):
    """More than a million timers take long to arm, and none may be due before the end."""
    least = 600.0 if size > 1_000_000 else 30.0
    return random_seconds(least, 2 * least)


def random_seconds(low, high):
    """Draw delays in steps of a microsecond."""
    steps = round((high - low) * 1e6) + 1
    return array("d", (low + int(random.random() * steps) / 1e6 for _ in range(DRAWS)))


def random_nanos(count, low, high):
    span = (high - low) * 1e9
    return array("q", (int(low * 1e9 + random.random() * span) for _ in range(count)))


def two_passes(size, parts=8):
    """Return the places in a random order, and again in another one.

    Each eighth has the same places in both, so that no place is left alone for long.
    """
    both = array("I", range(size))
    random.shuffle(both)
    for part in range(parts):
        share = both[size * part // parts:size * (part + 1) // parts]
        random.shuffle(share)
        both += share
    return both


def endless(column):
    """Repeat a column without a copy of it, which itertools.cycle would keep."""
    return itertools.chain.from_iterable(itertools.repeat(column))


def rounds(seconds):
    """Ask for one round, and for more until the time is up."""
    end = time.monotonic() + seconds
    yield
    while time.monotonic() < end:
        yield


# The checks.

class Alarm:
    """The task of timers that must not run: it counts how often it did nevertheless."""
    runs = 0

    def __call__(self):
        self.runs += 1


def check_pending(pending, size, alarm):
    """A place cancels its timer only once, so that timer was pending unless it has run."""
    check(alarm.runs == 0, f"no timer may run: {alarm.runs} did")
    check(pending == size, f"a timer must be pending at each place: {pending} are")


def unknown_lateness(count):
    return array("q", [NEVER]) * count


def check_lateness(late, tolerance=0):
    """As many runs as timers were counted, so one that ran twice leaves another one's NEVER."""
    missing = late.count(NEVER)
    check(missing == 0, f"each timer must run exactly once: {missing} did not")
    early = -min(late)
    check(early <= tolerance, f"a timer must not be early: by {early} ns")


# The meters.

class Measured:
    """Meters a phase: CPU and wall time in nanoseconds, and how often a thread went to sleep."""

    def __enter__(self):
        # The garbage of the phase before is not on the account of this one.
        gc.collect()
        self._before = resource.getrusage(resource.RUSAGE_SELF)
        self._start = clock()
        return self

    def __exit__(self, *_):
        after = resource.getrusage(resource.RUSAGE_SELF)
        self.wall = clock() - self._start
        self.cpu = cpu_nanos(after) - cpu_nanos(self._before)
        self.switches = after.ru_nvcsw - self._before.ru_nvcsw

    def per_operation(self, operations):
        return {"figures": {"cpuPerOperation": self.cpu / operations,
                            "wallPerOperation": self.wall / operations}}

    def per_timer(self, late):
        return {"figures": {"cpuPerOperation": self.cpu / len(late)},
                "lateness": distribution(late)}

    def beyond(self, bare):
        """Give what was spent at rest with a timer, less what is spent without one: reading the
        meters wakes a thread, too."""
        return {"figures": {"cpuPercent": 100 * max(0, self.cpu - bare.cpu) / self.wall,
                            "wakeUpsPerSecond":
                                max(0, self.switches - bare.switches) * 1e9 / self.wall}}


def cpu_nanos(usage):
    return round((usage.ru_utime + usage.ru_stime) * 1e9)


def distribution(late):
    """Give the nearest-rank percentiles."""
    ranked = sorted(late)
    ranks = (max(1, -(-percent * len(ranked) // 100_000)) for percent in PERCENTS)
    return [[percent / 1000, ranked[rank - 1]] for percent, rank in zip(PERCENTS, ranks)]


def resident():
    """Give the bytes of the resident set, less what a collection frees."""
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()
