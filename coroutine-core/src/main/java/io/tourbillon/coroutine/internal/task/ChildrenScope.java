package io.tourbillon.coroutine.internal.task;

import io.tourbillon.timer.internal.MemoryReserve;
import org.jspecify.annotations.Nullable;

/**
 * The stretch of a coroutine in which it has children. It is to end when one of them has failed, or
 * their time is over; which may be found out by any thread, once.
 */
final class ChildrenScope extends Scope implements Signal {
  /** How a coroutine can leave one open, in words that follow "it has". */
  enum LeftOpen {
    BY_ITS_END("ended without closing it"),
    BY_A_PART("left the timeout, shield or CoroutineLocal.where around it without closing it");

    final String words;

    LeftOpen(String words) {
      this.words = words;
    }
  }

  /** Written once, before {@link #strikeNanos}. */
  private Object reason = "nothing has happened";

  private @Nullable Throwable cause;

  final Family family;
  private final Children children;

  /** Whether the coroutine has seen the failure where it was suspended. Its own, or its loop's. */
  private boolean raised;

  /**
   * Written once by whoever ends it, by the rules of its owner, and taken back when it is left;
   * volatile, for what comes with it.
   */
  private volatile long strikeNanos = NEVER;

  /** Guarded by this. */
  private boolean ended;

  ChildrenScope(@Nullable Scope outer, Family family, Children children) {
    super(outer);
    this.family = family;
    this.children = children;
  }

  /** From now on suspension points in it raise a signal. The first call counts. */
  synchronized void strike(long elapsedNanos, Object reason, @Nullable Throwable cause) {
    if (strikeNanos == NEVER && !ended) {
      this.reason = reason;
      this.cause = cause;
      strikeNanos = elapsedNanos;
    }
  }

  /** It was left: whatever is found out now means nothing any more. By the coroutine. */
  synchronized void end() {
    ended = true;
    strikeNanos = NEVER;
  }

  @Override
  public void raised() {
    raised = true;
  }

  boolean wasRaised() {
    return raised;
  }

  /**
   * The coroutine goes on, or has ended, without having left it. By the coroutine, or by its loop.
   * Waits for the memory that this takes.
   */
  void abandon(CoroutineLoop loop, LeftOpen how) {
    family.dissolve();
    while (true) {
      try {
        loop.runTask(() -> children.cancel("the coroutine that opened its scope has " + how.words));
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  @Override
  long strikeNanosInside(@Nullable Cancellation cancellation) {
    return Math.min(strikeNanos, strikeNanos(outer, cancellation));
  }

  @Override
  @Nullable Signal signalInside(@Nullable Cancellation cancellation) {
    return strikeNanos < strikeNanos(outer, cancellation) ? this : signal(outer, cancellation);
  }

  @Override
  public String source() {
    return "its scope";
  }

  @Override
  public String reason() {
    return reason.toString();
  }

  @Override
  public @Nullable Throwable cause() {
    return cause;
  }
}
