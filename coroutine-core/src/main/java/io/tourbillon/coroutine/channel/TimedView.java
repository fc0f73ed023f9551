package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.Suspension;
import io.tourbillon.timer.internal.TickScale;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps values of a source and gives them out together or later: in chunks, after a quiet time, or
 * once in a period. Has no timer but that of the receiver that waits.
 *
 * @param <T> the values of the source
 * @param <V> the values of this view
 */
abstract class TimedView<T, V> extends StatefulView<V> {
  final Source<T> source;
  private Received.@Nullable Closed<V> end;

  /** When to give out what is kept, in time since the first receive. */
  private long dueNanos = Long.MAX_VALUE;

  /** Readings of a clock have any sign; the first receive makes its reading the origin. */
  private long originNanos;

  private boolean received;

  TimedView(Source<T> source) {
    this.source = source;
  }

  static Duration requirePositive(Duration duration, String what) {
    if (!duration.isPositive()) {
      throw new IllegalArgumentException(what + " must be more than zero: " + duration);
    }
    return duration;
  }

  /** Returns the time since the first receive, by the clock of the receivers. */
  final long elapsedNanos() {
    long nowNanos = Suspension.clock().nanoTime();
    if (!received) {
      received = true;
      originNanos = nowNanos;
    }
    return nowNanos - originNanos;
  }

  final long after(Duration duration) {
    return TickScale.deadlineNanos(elapsedNanos(), TickScale.nanosOf(duration));
  }

  /** Keeps a value. Returns true if what is kept must be given out now. */
  abstract boolean keep(T value);

  /** Returns what is kept, and forgets it; null if that is nothing. */
  abstract @Nullable V takeKept();

  /** Returns what is kept as values of the source, and forgets it. */
  abstract List<T> dropKept();

  /** Sets when to give out what is kept. */
  final void dueAt(long nanos) {
    dueNanos = nanos;
  }

  final long dueNanos() {
    return dueNanos;
  }

  @Override
  final @Nullable Received<V> poll() {
    if (end == null && !isDue()) {
      Received<T> received = poll(source);
      if (received instanceof Received.Empty<T>) {
        return new Received.Empty<>();
      }
      return received == null ? null : accept(received);
    }
    V kept = giveOut();
    return kept != null ? new Received.Value<>(kept) : end != null ? end : new Received.Empty<>();
  }

  private boolean isDue() {
    return dueNanos <= elapsedNanos();
  }

  private @Nullable V giveOut() {
    dueNanos = Long.MAX_VALUE;
    return takeKept();
  }

  /** Returns what a receiver gets; null to try again. What is kept comes before the end. */
  private @Nullable Received<V> accept(Received<T> received) {
    V kept =
        switch (received) {
          case Received.Value<T>(T value) -> keep(value) ? giveOut() : null;
          case Received.Closed<T>(Throwable cause) -> {
            end = new Received.Closed<>(cause);
            yield giveOut();
          }
          case Received.Empty<T> _ -> null;
        };
    return kept == null ? end : new Received.Value<>(kept);
  }

  @Override
  final <R extends @Nullable Object> void addCases(List<SelectCase<R>> cases, Then<V, R> then) {
    addCases(source, cases, received -> passOn(accept(received), then));
  }

  private static <V, R extends @Nullable Object> @Nullable Supplier<? extends R> passOn(
      @Nullable Received<V> result, Then<V, R> then) {
    return result == null ? null : then.apply(result);
  }

  @Override
  final long nanosToNextPoll() {
    long nanos = nanosToNextPoll(source);
    return dueNanos == Long.MAX_VALUE ? nanos : Math.min(nanos, dueNanos - elapsedNanos());
  }

  @Override
  final Runnable takeHeld() {
    List<T> kept = dropKept();
    return () -> undelivered(source, kept);
  }

  @Override
  final List<Source<T>> upstream() {
    return List.of(source);
  }

  /** Chunks of a size, or of fewer values if a time has passed since the first. */
  static final class Chunks<T> extends TimedView<T, List<T>> {
    private final int size;
    private final @Nullable Duration most;
    private List<T> kept = new ArrayList<>();

    /**
     * @param most null for any time
     */
    Chunks(Source<T> source, int size, @Nullable Duration most) {
      super(source);
      if (size < 1) {
        throw new IllegalArgumentException("size must be at least 1: " + size);
      }
      this.size = size;
      this.most = most == null ? null : requirePositive(most, "the time of a chunk");
    }

    @Override
    boolean keep(T value) {
      if (kept.isEmpty() && most != null) {
        dueAt(after(most));
      }
      kept.add(value);
      return kept.size() == size;
    }

    @Override
    @Nullable List<T> takeKept() {
      List<T> values = dropKept();
      return values.isEmpty() ? null : values;
    }

    @Override
    List<T> dropKept() {
      List<T> values = List.copyOf(kept);
      kept = new ArrayList<>();
      return values;
    }

    @Override
    void undelivered(List<List<T>> values) {
      for (List<T> chunk : values) {
        undelivered(source, chunk);
      }
    }

    @Override
    String kind() {
      return "chunks";
    }
  }

  /** The latest value, after a quiet time or once in a period. */
  static final class Latest<T> extends TimedView<T, T> {
    private final String kind;
    private final Duration time;

    /** True to wait for a quiet time, false for the end of a period. */
    private final boolean untilQuiet;

    private @Nullable T latest;

    private Latest(String kind, Source<T> source, Duration time, boolean untilQuiet) {
      super(source);
      this.kind = kind;
      this.time = time;
      this.untilQuiet = untilQuiet;
    }

    static <T> Latest<T> debounce(Source<T> source, Duration quiet) {
      return new Latest<>("debounce", source, requirePositive(quiet, "the quiet time"), true);
    }

    static <T> Latest<T> sample(Source<T> source, Duration period) {
      return new Latest<>("sample", source, requirePositive(period, "the period"), false);
    }

    @Override
    boolean keep(T value) {
      List<T> replaced = dropKept();
      latest = value;
      if (untilQuiet) {
        dueAt(after(time));
      } else if (dueNanos() == Long.MAX_VALUE) {
        long periodNanos = TickScale.nanosOf(time);
        long elapsedNanos = elapsedNanos();
        dueAt(elapsedNanos - elapsedNanos % periodNanos + periodNanos);
      }
      undelivered(source, replaced);
      return false;
    }

    @Override
    @Nullable T takeKept() {
      T value = latest;
      latest = null;
      return value;
    }

    @Override
    List<T> dropKept() {
      T value = takeKept();
      return value == null ? List.of() : List.of(value);
    }

    @Override
    void undelivered(List<T> values) {
      undelivered(source, values);
    }

    @Override
    String kind() {
      return kind;
    }
  }
}
