package io.tourbillon.timer.internal.blockhound;

import io.tourbillon.timer.internal.LiveThreads;
import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * What BlockHound has to know of timer services. A task on the driver must not block: all other
 * timers would wait for it. The driver itself may, as it rests. Tasks in an executor may block,
 * unless the threads of the executor must not.
 *
 * <p>Operations that wait for a lock of ours, which is held for less than a microsecond or some
 * microseconds, or for memory, are allowed in any thread that must not block, such as an event loop
 * of Netty. {@code cancelAndWait}, {@code close} and the like are not: they wait for tasks.
 *
 * <p>Classes and methods are named as texts, as they are not visible here; a test finds each.
 */
public final class TimerIntegration implements BlockHoundIntegration {
  /** Called by BlockHound. */
  public TimerIntegration() {}

  @Override
  public void applyTo(BlockHound.Builder builder) {
    builder.nonBlockingThreadPredicate(
        known -> known.or(thread -> LiveThreads.contains(thread, LiveThreads.Owner.TIMER_SERVICE)));

    // The driver. The second for a driver that runs already.
    allow(builder, "io.tourbillon.timer.DriverThread", "drive");
    allow(builder, "io.tourbillon.timer.DriverThread", "turnOrWaitForMemory");
    builder.disallowBlockingCallsInside("io.tourbillon.timer.TaskRunner", "runUsers");

    // Locks that are held for short, and the wait for memory.
    allow(builder, "io.tourbillon.timer.internal.SpinningLock", "await");
    allow(builder, "io.tourbillon.timer.internal.ShortLock", "lock");
    allow(builder, "io.tourbillon.timer.internal.MemoryReserve", "pause");
    allow(builder, "io.tourbillon.timer.VirtualClock", "acquire");
    allow(builder, "io.tourbillon.timer.RunEnds", "runEnded");
    allow(builder, "io.tourbillon.timer.internal.roster.Roster", "add");
    allow(builder, "io.tourbillon.timer.internal.roster.Roster", "remove");

    // Trials of all operations, when the first service or view is made.
    allow(builder, "io.tourbillon.timer.FirstUse", "ofServices");
    allow(builder, "io.tourbillon.timer.FirstUse", "ofViews");
    allow(builder, "io.tourbillon.timer.FirstUse", "ofLongTimers");
    allow(builder, "io.tourbillon.timer.FirstUse", "ofPolled");
    allow(builder, "io.tourbillon.timer.FirstUse", "ofStats");
  }

  private static void allow(BlockHound.Builder builder, String type, String method) {
    builder.allowBlockingCallsInside(type, method);
  }
}
