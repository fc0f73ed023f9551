package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Selectable;
import io.tourbillon.coroutine.Suspension.Registration;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One of the things that a {@link Select} waits for, and the function that computes its result.
 * Made by the static methods of {@link Select}; belongs to one select.
 *
 * @param <R> the result of the select
 */
// The select calls the methods in this order. If all cases are channels: tryNow, under the locks of
// all channels. If some are selectables: tryAlone, without a lock. If it must wait: register; then,
// under the locks, tryNow, and enroll if no case can take place; then listen. In the end: leave.
// The tries return a supplier, which the caller of the select runs afterwards, as it is user code
// or throws.
public abstract sealed class SelectCase<R extends @Nullable Object>
    permits ChannelCase, EndCase, ViewCase, SelectCase.OfSelectable, SelectCase.Timeout {
  private boolean used;

  SelectCase() {}

  /** Makes this the case of one select. */
  final void claim() {
    if (used) {
      throw new IllegalStateException("a case must belong to one select: it is used by another");
    }
    used = true;
  }

  /** The select begins to use the case. */
  void begin() {}

  /** The select ends, after the last step. */
  void end() {}

  /** Adds the cases that stand for this one in a wait. */
  void addCases(List<SelectCase<R>> cases) {
    cases.add(this);
  }

  /** Registers for an end, before the locks are taken, as user code may run then. */
  void register() {}

  /** Tries the case without a wait. Returns what the select must run then; null if it must wait. */
  @Nullable Supplier<? extends R> tryNow() {
    return null;
  }

  /** As {@link #tryNow}, but takes the lock that it needs. */
  @Nullable Supplier<? extends R> tryAlone() {
    return tryNow();
  }

  /** Adds itself to the waiters of its channel. */
  void enroll(Resumption<Supplier<? extends R>> selected) {}

  /**
   * Asks to be told, without the locks. Any thread may settle the select from now on, and may have
   * done so already.
   */
  void listen(Resumption<Supplier<? extends R>> selected) {}

  /**
   * Ends the wait.
   *
   * @param chosen the outcome of the case that took place, this one or another; null for none
   */
  void leave(@Nullable Supplier<? extends R> chosen) {}

  /** Returns after how many nanoseconds to try again, at the latest. */
  long nanosToNextTry() {
    return Long.MAX_VALUE;
  }

  /** Returns who must act before this can take place, as far as that is known. */
  Collection<?> holders() {
    return List.of();
  }

  /** A case as a waiter: settles the same resumption as the other cases. */
  record Outcome<V extends @Nullable Object, R extends @Nullable Object>(
      Resumption<Supplier<? extends R>> selected,
      Function<? super V, ? extends Supplier<? extends R>> outcome)
      implements Resumption<V> {
    @Override
    public boolean resume(V value) {
      return selected.resume(outcome.apply(value));
    }

    @Override
    public boolean fail(Throwable failure) {
      return selected.fail(failure);
    }

    @Override
    public boolean isOver() {
      return selected.isOver();
    }

    @Override
    public void onCancel(Runnable cleanUp) {
      throw new UnsupportedOperationException("a case leaves when its select is over");
    }
  }

  /**
   * The outcome of a case that has not taken place yet: the caller of the select runs a step, which
   * returns the final outcome, or null to try all cases again.
   */
  record Step<R extends @Nullable Object>(Supplier<? extends @Nullable Supplier<? extends R>> next)
      implements Supplier<R> {
    @Override
    public R get() {
      throw new IllegalStateException("the select takes the step");
    }
  }

  /** A limit. The select itself waits for it. */
  static final class Timeout<R extends @Nullable Object> extends SelectCase<R> {
    final Duration limit;
    final Supplier<? extends R> then;

    Timeout(Duration limit, Supplier<? extends R> then) {
      this.limit = limit;
      this.then = then;
    }
  }

  /** A lock, a permit, a tick or something of the kind. */
  static final class OfSelectable<T, R extends @Nullable Object> extends SelectCase<R> {
    private final Selectable<T> selectable;
    private final Function<? super T, ? extends Supplier<? extends R>> outcome;
    private @Nullable Registration registration;

    OfSelectable(
        Selectable<T> selectable, Function<? super T, ? extends Supplier<? extends R>> outcome) {
      this.selectable = selectable;
      this.outcome = outcome;
    }

    @Override
    @Nullable Supplier<? extends R> tryAlone() {
      T taken = selectable.tryTake();
      return taken == null ? null : outcome.apply(taken);
    }

    @Override
    void listen(Resumption<Supplier<? extends R>> selected) {
      registration = selectable.enrol(new Outcome<@Nullable T, R>(selected, this::outcomeOf));
    }

    private Supplier<? extends R> outcomeOf(@Nullable T taken) {
      return taken == null ? new Step<R>(() -> null) : outcome.apply(taken);
    }

    @Override
    void leave(@Nullable Supplier<? extends R> chosen) {
      Registration left = registration;
      registration = null;
      if (left != null) {
        left.remove();
      }
    }

    @Override
    long nanosToNextTry() {
      return selectable.nanosToNextTry();
    }

    @Override
    Collection<?> holders() {
      return selectable.holders();
    }

    @Override
    public String toString() {
      return selectable.toString();
    }
  }
}
