package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.LoopConfined;
import io.tourbillon.coroutine.internal.observe.FlightRecorder;
import io.tourbillon.coroutine.internal.observe.LateDelayEvent;
import io.tourbillon.coroutine.internal.observe.LoopRecorder;
import io.tourbillon.timer.internal.TickScale;
import io.tourbillon.timer.wheel.ExpiryHandler;
import io.tourbillon.timer.wheel.TimingWheel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The wheel of a loop, in nanoseconds of elapsed time. Expires what is due, measures how late that
 * was, and gives back memory after a peak. It uses the bare {@link TimingWheel} instead of a polled
 * service: a loop counts for itself, and has no use for permits, listeners and handles.
 */
@LoopConfined
public final class LoopWheel {
  /** The deadline of what never expires. */
  public static final long NEVER = TimingWheel.NEVER;

  /** The number of expiries between two readings of the clock. */
  private static final int INTAKE = 1024;

  private static final long TRIM_DELAY_NANOS = 500_000_000;
  private static final int TRIM_PAGES = 16;

  private final EventLoop loop;
  private final TickScale scale;

  /** Null if nothing is to be measured. */
  private final @Nullable LoopRecorder recorder;

  private final TimingWheel<Expiry> wheel = new TimingWheel<>(0);
  private final ExpiryHandler<Expiry> handler =
      (id, deadlineTick, due) -> expire(deadlineTick, due);
  private long nowNanos;
  private long trimNanos = NEVER;

  // What the last advance of the wheel found.
  private long firstDueTick;
  private int dueCount;
  private boolean behind;

  LoopWheel(EventLoop loop, TickScale scale, @Nullable LoopRecorder recorder) {
    this.loop = loop;
    this.scale = scale;
    this.recorder = recorder;
  }

  /**
   * Arms an entry.
   *
   * @return its id, never 0
   */
  public long arm(long deadlineNanos, Expiry due) {
    return wheel.arm(scale.tickAtOrAfter(deadlineNanos), due);
  }

  /** Moves an entry to an earlier deadline. Does nothing if the new deadline is later. */
  public void rearmEarlier(long timerId, long deadlineNanos) {
    long tick = scale.tickAtOrAfter(deadlineNanos);
    if (tick < wheel.deadlineTick(timerId, tick)) {
      wheel.rearm(timerId, tick);
    }
  }

  /** Removes an entry. */
  public void disarm(long timerId) {
    wheel.cancel(timerId);
  }

  /** Returns the deadline of an entry. */
  public long deadlineNanos(long timerId) {
    return scale.startNanos(wheel.deadlineTick(timerId, NEVER));
  }

  /** Expires what is due, up to {@link #INTAKE} entries. */
  void advance(long nowNanos) {
    this.nowNanos = nowNanos;
    long tick = scale.tickAt(nowNanos);
    firstDueTick = NEVER;
    dueCount = 0;
    wheel.advance(tick, INTAKE, handler);
    if (recorder != null) {
      recorder.expiredAll(nowNanos);
    }
    if (dueCount > 0 && FlightRecorder.takesLateDelays()) {
      long latenessNanos = nowNanos - scale.startNanos(firstDueTick);
      if (latenessNanos > LateDelayEvent.LATE_NANOS) {
        LateDelayEvent.record(loop.name(), latenessNanos, dueCount);
      }
    }
    behind = wheel.currentTick() < tick;
  }

  private void expire(long deadlineTick, Expiry due) {
    firstDueTick = Math.min(firstDueTick, deadlineTick);
    dueCount++;
    if (recorder != null) {
      recorder.expired(deadlineTick, nowNanos);
    }
    try {
      due.expired();
    } catch (Throwable failure) {
      loop.failed(due, failure);
    }
  }

  /** Returns whether more was due than the last advance expired. */
  boolean isBehind() {
    return behind;
  }

  void trimWhenDue() {
    if (trimNanos == NEVER) {
      if (wheel.isTrimmable()) {
        trimNanos = nowNanos + TRIM_DELAY_NANOS;
      }
    } else if (nowNanos >= trimNanos) {
      wheel.trim(TRIM_PAGES);
      if (!wheel.isTrimmable()) {
        trimNanos = NEVER;
      }
    }
  }

  boolean isEmpty() {
    return wheel.nextEventTick() == NEVER;
  }

  /** Returns when there is something to expire, cascade or trim; NEVER if there is nothing. */
  long nextEventNanos() {
    long tick = wheel.nextEventTick();
    return Math.min(tick == NEVER ? NEVER : scale.startNanos(tick), trimNanos);
  }

  /** Returns all entries. */
  public List<Expiry> all() {
    List<Expiry> all = new ArrayList<>();
    for (int page = 0; page < wheel.pageCount(); page++) {
      wheel.visit(page, (id, deadlineTick, due) -> all.add(due));
    }
    return all;
  }
}
