package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.Deadline;
import io.tourbillon.coroutine.internal.loop.Message;
import io.tourbillon.coroutine.internal.task.CancelScope.Cancellation;
import io.tourbillon.timer.internal.StackReserve;
import io.tourbillon.timer.internal.TickScale;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A limit that any thread can move. Each move is one compare-and-set of the setting.
 *
 * <pre>
 *   PENDING --- move, cancel ---> PENDING
 *      |------- due ------------> EXPIRED    by the first that looks at it after the deadline
 *      +------- leave ----------> LEFT       by the coroutine
 * </pre>
 *
 * <p>A move to a later time leaves the entry of a suspended coroutine in the wheel. When that
 * expires too early, {@link #waitUntilNanos} helps to arm it again. A move to an earlier time sends
 * a message to the loop.
 */
final class MovableLimit extends CancelScope implements CancelScope.Signal, Deadline {
  private enum Stage {
    PENDING,
    EXPIRED,
    LEFT
  }

  /**
   * @param deadlineNanos in elapsed time; {@link #NEVER} for none
   * @param expired what takes its place when the deadline passes: a full heap must not prevent that
   */
  private record Setting(long deadlineNanos, Stage stage, @Nullable Setting expired) {
    static Setting pending(long deadlineNanos) {
      return new Setting(
          deadlineNanos, Stage.PENDING, new Setting(deadlineNanos, Stage.EXPIRED, null));
    }
  }

  private final SuspendingCoroutine<?> coroutine;
  private final long beginNanos;
  private final AtomicReference<Setting> setting;

  /** When the current wait ends by itself, in elapsed time. Loop-confined. */
  private long waitUntilNanos = NEVER;

  MovableLimit(@Nullable CancelScope outer, SuspendingCoroutine<?> coroutine, Duration limit) {
    super(outer);
    this.coroutine = coroutine;
    beginNanos = nowNanos();
    setting = new AtomicReference<>(Setting.pending(deadlineAfter(limit)));
  }

  /** Returns the innermost one of these scopes; null if there is none. */
  static @Nullable MovableLimit innermost(@Nullable CancelScope innermost) {
    for (CancelScope scope = innermost; scope != null; scope = scope.outer) {
      if (scope instanceof MovableLimit found) {
        return found;
      }
    }
    return null;
  }

  /** Loops of a scheduler have the same time, so the coroutine may move. */
  private long nowNanos() {
    return coroutine.loop().elapsedNanos();
  }

  private long deadlineAfter(Duration limit) {
    return TickScale.deadlineNanos(nowNanos(), TickScale.nanosOf(limit));
  }

  // Called by any thread.

  @Override
  public boolean reschedule(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    return moveTo(limit, deadlineAfter(limit));
  }

  @Override
  public boolean cancel() {
    return moveTo(null, NEVER);
  }

  private boolean moveTo(@Nullable Duration limit, long deadlineNanos) {
    StackReserve.require(); // Nothing may fail between the compare-and-set and the message.
    Setting moved = Setting.pending(deadlineNanos);
    Message hurried = coroutine::hurried;
    while (true) {
      Setting known = current();
      if (known.stage != Stage.PENDING) {
        return false;
      }
      if (setting.compareAndSet(known, moved)) {
        if (limit != null && deadlineNanos < known.deadlineNanos) {
          coroutine.tell(hurried);
        }
        return true;
      }
    }
  }

  @Override
  public @Nullable Duration remaining() {
    Setting known = current();
    return switch (known.stage) {
      case LEFT -> null;
      case EXPIRED -> Duration.ZERO;
      case PENDING ->
          known.deadlineNanos == NEVER
              ? null
              : Duration.ofNanos(Math.max(0, known.deadlineNanos - nowNanos()));
    };
  }

  @Override
  public boolean isExpired() {
    return current().stage == Stage.EXPIRED;
  }

  /** Returns the setting, which is expired if its deadline has passed. */
  private Setting current() {
    Setting known = setting.get();
    while (known.stage == Stage.PENDING
        && known.deadlineNanos != NEVER
        && known.deadlineNanos <= nowNanos()) {
      boolean _ = setting.compareAndSet(known, Objects.requireNonNull(known.expired));
      known = setting.get();
    }
    return known;
  }

  // Called by the coroutine or its loop.

  /** The coroutine leaves the code that the limit is for. */
  void leave() {
    Setting left = new Setting(NEVER, Stage.LEFT, null);
    Setting known = current();
    while (known.stage == Stage.PENDING && !setting.compareAndSet(known, left)) {
      known = current();
    }
  }

  /** Notes when the wait that begins ends by itself. */
  void waitsUntil(long elapsedNanos) {
    waitUntilNanos = elapsedNanos;
  }

  /** Returns when the current wait ends by itself. */
  long waitUntilNanos() {
    return waitUntilNanos;
  }

  @Override
  long strikeNanosInside(@Nullable Cancellation cancellation) {
    return Math.min(current().deadlineNanos, strikeNanos(outer, cancellation));
  }

  @Override
  @Nullable Signal signalInside(@Nullable Cancellation cancellation) {
    return current().deadlineNanos < strikeNanos(outer, cancellation)
        ? this
        : signal(outer, cancellation);
  }

  @Override
  public String source() {
    return "timeout";
  }

  @Override
  public String reason() {
    long deadlineNanos = setting.get().deadlineNanos;
    return "it took longer than " + Duration.ofNanos(deadlineNanos - beginNanos);
  }

  @Override
  public Throwable cause() {
    return new TimeoutException(reason());
  }
}
