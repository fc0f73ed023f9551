"""Measures the timers of gevent, as a peer of a timer library of the JVM."""

import platform
from itertools import islice

import gevent
from gevent.event import Event

import peer
from peer import BATCH, BATCHES, HOUR, SLEEPS, clock

# A greenlet need not know by whom it was spawned, which only helps to debug and costs memory.
gevent.config.track_greenlet_tree = False

# Every timer is started with update=True, as those of gevent.Timeout are. Without it the delay
# counts from the time at which the loop looked at the clock last, and the timer runs early.
HUB = gevent.get_hub()
LOOP = HUB.loop


def request_timeouts(plan):
    alarm = peer.Alarm()
    delays = peer.endless(peer.request_delays(plan.size))
    timers = arm_all(plan.size, delays, alarm)
    requests = zip(peer.endless(peer.random_places(plan.size)), delays)

    def churn():
        for place, delay in islice(requests, BATCH):
            timers[place].close()
            timers[place] = timer = LOOP.timer(delay)
            timer.start(alarm, update=True)

    return measure(churn, plan, timers, alarm)


def idle_timeouts(plan):
    """Push timers out by libev's means for that: again() gives a timer its repeat time anew."""
    alarm = peer.Alarm()
    timeout = plan.warm_up + plan.measure
    delays = peer.endless(peer.random_seconds(timeout * 3 / 4, timeout))
    visits = peer.endless(peer.two_passes(plan.size))
    timers = arm_all(plan.size, delays, alarm, repeat=timeout)

    def push_out():
        for place in islice(visits, BATCH):
            timers[place].again(alarm, update=True)

    return measure(push_out, plan, timers, alarm)


def arm_all(size, delays, alarm, repeat=0.0):
    timers = [None] * size
    for place, delay in zip(range(size), delays):
        if place % BATCH == 0:
            gevent.sleep(0)
        timers[place] = timer = LOOP.timer(delay, repeat)
        timer.start(alarm, update=True)
    return timers


def measure(batch, plan, timers, alarm):
    repeat(batch, plan.warm_up)
    with peer.Measured() as spent:
        operations = repeat(batch, plan.measure)
    check_pending(timers, alarm)
    return spent.per_operation(operations)


def repeat(batch, seconds):
    """Yield to the hub between batches, as the greenlets of a server do."""
    operations = 0
    for _ in peer.rounds(seconds):
        for _ in range(BATCHES):
            batch()
            gevent.sleep(0)
        operations += BATCHES * BATCH
    return operations


def check_pending(timers, alarm):
    pending = sum(timer.active for timer in timers)
    peer.check_pending(pending, len(timers), alarm)


def turn():
    """Have the loop turn once, whereas after sleep(0) the hub may go without for 5 ms."""
    with LOOP.timer(0) as timer:
        HUB.wait(timer)


def fire(plan):
    delays = peer.random_nanos(plan.size, 0.0, plan.measure)
    for _ in peer.rounds(plan.warm_up):
        peer.check_lateness(fire_round(delays, plan.measure))
    with peer.Measured() as spent:
        late = fire_round(delays, plan.measure)
    peer.check_lateness(late)
    return spent.per_timer(late)


def fire_round(delays, window):
    """Start a timer with each delay, and give the lateness of each."""
    late = peer.unknown_lateness(len(delays))
    left = len(delays)
    done = Event()

    def run(place, due):
        nonlocal left
        late[place] = clock() - due
        left -= 1
        if left == 0:
            done.set()

    for place, delay in enumerate(delays):
        if place % BATCH == 0:
            turn()
        LOOP.timer(delay / 1e9).start(run, place, clock() + delay, update=True)
    done.wait(window + peer.PATIENCE)
    peer.check(left == 0, f"all timers must fire: {left} have not")
    return late


def sleepers(plan):
    delays = peer.random_nanos(plan.size * SLEEPS, plan.measure / 8, plan.measure * 3 / 8)
    few = delays[:(plan.size + 9) // 10 * SLEEPS]
    for _ in peer.rounds(plan.warm_up):
        peer.check_lateness(sleep_round(few))
    with peer.Measured() as spent:
        late = sleep_round(delays)
    peer.check_lateness(late)
    return spent.per_timer(late)


def sleep_round(delays):
    """Have greenlets sleep for these delays, and give the lateness of each sleep."""
    late = peer.unknown_lateness(len(delays))

    def sleeper(first):
        for index in range(first, first + SLEEPS):
            delay = delays[index]
            due = clock() + delay
            gevent.sleep(delay / 1e9)
            late[index] = clock() - due

    greenlets = spawn((sleeper, first) for first in range(0, len(delays), SLEEPS))
    # To join them in turn spares each greenlet the link that joinall would add.
    for greenlet in greenlets:
        greenlet.join()
    return late


def spawn(calls):
    """Start the calls as greenlets, each of which has reached its first wait in the end."""
    greenlets = []
    for call in calls:
        if len(greenlets) % BATCH == 0:
            turn()
        greenlets.append(gevent.spawn(*call))
    turn()
    return greenlets


def idle(plan):
    """The greenlet that waits reads the meters itself, so only its timer disturbs the rest."""
    gevent.sleep(1)
    with peer.Measured() as bare:
        gevent.sleep(plan.measure)
    alarm = peer.Alarm()
    timer = LOOP.timer(HOUR)
    timer.start(alarm, update=True)
    gevent.sleep(1)
    with peer.Measured() as spent:
        gevent.sleep(plan.measure)
    check_pending([timer], alarm)
    return spent.beyond(bare)


def timer_memory(plan):
    alarm = peer.Alarm()
    timers = [None] * plan.size
    before = peer.resident()
    for place in range(plan.size):
        timers[place] = timer = LOOP.timer(HOUR)
        timer.start(alarm, update=True)
    taken = peer.resident() - before
    check_pending(timers, alarm)
    del timer
    for place in range(plan.size):
        timers[place].close()
        timers[place] = None
    gevent.sleep(1)
    left = peer.resident() - before
    return {"figures": {"bytesEach": taken / plan.size, "bytesLeft": left}}


def coroutine_memory(plan):
    def sleeper():
        gevent.sleep(HOUR)

    greenlets = [None] * plan.size
    before = peer.resident()
    greenlets[:] = spawn((sleeper,) for _ in greenlets)
    taken = peer.resident() - before
    pending = sum(not greenlet.ready() for greenlet in greenlets)
    peer.check(pending == plan.size, f"all coroutines must be asleep: {pending} are")
    return {"figures": {"bytesEach": taken / plan.size}}


def version():
    backend = type(LOOP).__module__.split(".")[1]
    return (f"gevent {gevent.__version__} ({backend}) "
            f"on {platform.python_implementation()} {platform.python_version()}")


if __name__ == "__main__":
    peer.main(
        version(),
        {
            "request-timeouts": request_timeouts,
            "idle-timeouts": idle_timeouts,
            "fire": fire,
            "lateness": fire,
            "sleepers": sleepers,
            "idle": idle,
            "timer-memory": timer_memory,
            "coroutine-memory": coroutine_memory,
        },
        lambda scenario, plan: peer.report(scenario(plan)))
