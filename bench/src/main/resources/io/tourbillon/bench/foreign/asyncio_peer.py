"""Measures the timers of asyncio, as a peer of a timer library of the JVM."""

import asyncio
import contextvars
import platform
from itertools import islice

import peer
from peer import BATCH, BATCHES, HOUR, SLEEPS, clock

# The loop runs timers up to its clock's resolution early, which is 1 ns on Linux, and it computes
# with seconds in floats, whose rounding amounts to nanoseconds after weeks of uptime.
TOLERANCE = 1_000

# All timers run in one context, for without it call_later would copy the current one each time.
CONTEXT = contextvars.copy_context()


async def request_timeouts(plan):
    loop = asyncio.get_running_loop()
    alarm = peer.Alarm()
    delays = peer.endless(peer.request_delays(plan.size))
    timers = await arm_all(plan.size, delays, alarm)
    requests = zip(peer.endless(peer.random_places(plan.size)), delays)

    def churn():
        for place, delay in islice(requests, BATCH):
            timers[place].cancel()
            timers[place] = loop.call_later(delay, alarm, context=CONTEXT)

    return await measure(churn, plan, timers, alarm)


async def idle_timeouts(plan):
    """Push timers out in the only way there is, to cancel and to arm anew.

    The first pass ends in a stall, of seconds at a million timers: the loop purges its heap only
    of more than half of it, and else pops cancelled timers from the top one by one. The timeout
    has to be longer than that.
    """
    loop = asyncio.get_running_loop()
    alarm = peer.Alarm()
    timeout = plan.warm_up + plan.measure
    delays = peer.endless(peer.random_seconds(timeout * 3 / 4, timeout))
    visits = peer.endless(peer.two_passes(plan.size))
    timers = await arm_all(plan.size, delays, alarm)

    def push_out():
        for place in islice(visits, BATCH):
            timers[place].cancel()
            timers[place] = loop.call_later(timeout, alarm, context=CONTEXT)

    return await measure(push_out, plan, timers, alarm)


async def arm_all(size, delays, alarm):
    loop = asyncio.get_running_loop()
    timers = [None] * size
    for place, delay in zip(range(size), delays):
        if place % BATCH == 0:
            await asyncio.sleep(0)
        timers[place] = loop.call_later(delay, alarm, context=CONTEXT)
    return timers


async def measure(batch, plan, timers, alarm):
    await repeat(batch, plan.warm_up)
    with peer.Measured() as spent:
        operations = await repeat(batch, plan.measure)
    check_pending(timers, alarm)
    return spent.per_operation(operations)


async def repeat(batch, seconds):
    """Yield to the loop between batches, as a server does; there it purges cancelled timers."""
    operations = 0
    for _ in peer.rounds(seconds):
        for _ in range(BATCHES):
            batch()
            await asyncio.sleep(0)
        operations += BATCHES * BATCH
    return operations


def check_pending(timers, alarm):
    pending = sum(not timer.cancelled() for timer in timers)
    peer.check_pending(pending, len(timers), alarm)


async def fire(plan):
    delays = peer.random_nanos(plan.size, 0.0, plan.measure)
    for _ in peer.rounds(plan.warm_up):
        peer.check_lateness(await fire_round(delays, plan.measure), TOLERANCE)
    with peer.Measured() as spent:
        late = await fire_round(delays, plan.measure)
    peer.check_lateness(late, TOLERANCE)
    return spent.per_timer(late)


async def fire_round(delays, window):
    """Arm a timer with each delay, and give the lateness of each."""
    loop = asyncio.get_running_loop()
    late = peer.unknown_lateness(len(delays))
    left = len(delays)
    done = loop.create_future()

    def run(place, due):
        nonlocal left
        late[place] = clock() - due
        left -= 1
        if left == 0:
            done.set_result(None)

    for place, delay in enumerate(delays):
        if place % BATCH == 0:
            await asyncio.sleep(0)
        loop.call_later(delay / 1e9, run, place, clock() + delay, context=CONTEXT)
    await asyncio.wait([done], timeout=window + peer.PATIENCE)
    peer.check(left == 0, f"all timers must fire: {left} have not")
    return late


async def sleepers(plan):
    delays = peer.random_nanos(plan.size * SLEEPS, plan.measure / 8, plan.measure * 3 / 8)
    few = delays[:(plan.size + 9) // 10 * SLEEPS]
    for _ in peer.rounds(plan.warm_up):
        peer.check_lateness(await sleep_round(few), TOLERANCE)
    with peer.Measured() as spent:
        late = await sleep_round(delays)
    peer.check_lateness(late, TOLERANCE)
    return spent.per_timer(late)


async def sleep_round(delays):
    """Have tasks sleep for these delays, and give the lateness of each sleep."""
    late = peer.unknown_lateness(len(delays))

    async def sleeper(first):
        for index in range(first, first + SLEEPS):
            delay = delays[index]
            due = clock() + delay
            await asyncio.sleep(delay / 1e9)
            late[index] = clock() - due

    tasks = await spawn(sleeper(first) for first in range(0, len(delays), SLEEPS))
    # To await them in turn spares each task the callback that gather or a TaskGroup would add.
    for task in tasks:
        await task
    return late


async def spawn(coroutines):
    """Start the coroutines as tasks, each of which has reached its first wait in the end."""
    tasks = []
    for coroutine in coroutines:
        if len(tasks) % BATCH == 0:
            await asyncio.sleep(0)
        tasks.append(asyncio.create_task(coroutine))
    await asyncio.sleep(0)
    return tasks


async def idle(plan):
    """The coroutine that waits reads the meters itself, so only its timer disturbs the rest."""
    await asyncio.sleep(1)
    with peer.Measured() as bare:
        await asyncio.sleep(plan.measure)
    alarm = peer.Alarm()
    timer = asyncio.get_running_loop().call_later(HOUR, alarm, context=CONTEXT)
    await asyncio.sleep(1)
    with peer.Measured() as spent:
        await asyncio.sleep(plan.measure)
    check_pending([timer], alarm)
    return spent.beyond(bare)


async def timer_memory(plan):
    loop = asyncio.get_running_loop()
    alarm = peer.Alarm()
    timers = [None] * plan.size
    before = peer.resident()
    for place in range(plan.size):
        timers[place] = loop.call_later(HOUR, alarm, context=CONTEXT)
    taken = peer.resident() - before
    check_pending(timers, alarm)
    for place in range(plan.size):
        timers[place].cancel()
        timers[place] = None
    await asyncio.sleep(1)
    left = peer.resident() - before
    return {"figures": {"bytesEach": taken / plan.size, "bytesLeft": left}}


async def coroutine_memory(plan):
    async def sleeper():
        await asyncio.sleep(HOUR)

    tasks = [None] * plan.size
    before = peer.resident()
    tasks[:] = await spawn(sleeper() for _ in tasks)
    taken = peer.resident() - before
    pending = sum(not task.done() for task in tasks)
    peer.check(pending == plan.size, f"all coroutines must be asleep: {pending} are")
    return {"figures": {"bytesEach": taken / plan.size}}


async def perform(scenario, plan):
    peer.report(await scenario(plan))


if __name__ == "__main__":
    peer.main(
        f"{platform.python_implementation()} {platform.python_version()}",
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
        lambda scenario, plan: asyncio.run(perform(scenario, plan)))
