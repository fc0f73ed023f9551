package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.Selectable;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Passes values on until it ends by itself: after a number, at the first that is not wanted, or
 * when something else has happened. Or passes some of them, by what came before. Leaves the rest in
 * its source.
 */
final class PrefixView<T> extends StatefulView<T> {
  private final String kind;
  private final Source<T> source;
  private final Rule<T> rule;
  private final @Nullable Selectable<?> stop;

  /** Written by a receiver, and read by anyone. */
  private volatile boolean ended;

  /** What becomes of a value. */
  enum Verdict {
    PASS,
    DROP,
    END
  }

  /**
   * Decides by what it has seen. Used by one receiver at a time.
   *
   * @param <T> the values
   */
  interface Rule<T> extends Function<T, Verdict> {
    /** Returns whether the view ends without taking another value. */
    default boolean isOver() {
      return false;
    }
  }

  private PrefixView(String kind, Source<T> source, Rule<T> rule, @Nullable Selectable<?> stop) {
    this.kind = kind;
    this.source = source;
    this.rule = rule;
    this.stop = stop;
  }

  static <T> PrefixView<T> take(Source<T> source, long most) {
    if (most < 0) {
      throw new IllegalArgumentException("the number to take must not be negative: " + most);
    }
    return new PrefixView<>("the first " + most, source, new Count<>(most), null);
  }

  static <T> PrefixView<T> takeWhile(Source<T> source, Predicate<? super T> wanted) {
    return new PrefixView<>(
        "a prefix", source, value -> wanted.test(value) ? Verdict.PASS : Verdict.END, null);
  }

  static <T> PrefixView<T> takeUntil(Source<T> source, Selectable<?> stop) {
    return new PrefixView<>("a prefix", source, _ -> Verdict.PASS, stop);
  }

  static <T> PrefixView<T> distinct(Source<T> source) {
    return new PrefixView<>("the changes", source, new Change<>(), null);
  }

  private static final class Count<T> implements Rule<T> {
    private long left;

    Count(long most) {
      left = most;
    }

    @Override
    public Verdict apply(T value) {
      left--;
      return Verdict.PASS;
    }

    @Override
    public boolean isOver() {
      return left == 0;
    }
  }

  private static final class Change<T> implements Rule<T> {
    private @Nullable T last;

    @Override
    public Verdict apply(T value) {
      boolean repeated = value.equals(last);
      last = value;
      return repeated ? Verdict.DROP : Verdict.PASS;
    }
  }

  @Override
  @Nullable Received<T> poll() {
    if (isOver()) {
      return new Received.Closed<>(null);
    }
    Received<T> received = poll(source);
    return received == null ? null : pass(received);
  }

  private boolean isOver() {
    if (!ended) {
      ended = rule.isOver() || (stop != null && happened(stop));
    }
    return ended;
  }

  private static <S> boolean happened(Selectable<S> stop) {
    S taken = stop.tryTake();
    if (taken != null) {
      stop.giveBack(taken);
    }
    return taken != null;
  }

  /** Returns what a receiver gets; null to try again. */
  private @Nullable Received<T> pass(Received<T> received) {
    if (!(received instanceof Received.Value<T>(T value))) {
      return received;
    }
    Verdict verdict = apply(source, value, rule);
    if (verdict == Verdict.PASS) {
      return received;
    }
    ended = verdict == Verdict.END;
    undelivered(source, List.of(value));
    return ended ? new Received.Closed<>(null) : null;
  }

  @Override
  <R extends @Nullable Object> void addCases(List<SelectCase<R>> cases, Then<T, R> then) {
    if (stop != null) {
      cases.add(stopCase(stop, then));
    }
    addCases(
        source,
        cases,
        received -> {
          Received<T> passed = pass(received);
          return passed == null ? null : then.apply(passed);
        });
  }

  /** Gives back at once what it takes: the view needs to know only that it could be taken. */
  private <S, R extends @Nullable Object> SelectCase<R> stopCase(
      Selectable<S> stopping, Then<T, R> then) {
    return new SelectCase.OfSelectable<S, R>(
        stopping,
        taken ->
            new SelectCase.Step<R>(
                () -> {
                  ended = true;
                  stopping.giveBack(taken);
                  return then.apply(new Received.Closed<>(null));
                }));
  }

  @Override
  long nanosToNextPoll() {
    long nanos = nanosToNextPoll(source);
    return stop == null ? nanos : Math.min(nanos, stop.nanosToNextTry());
  }

  @Override
  void undelivered(List<T> values) {
    undelivered(source, values);
  }

  /** It keeps no value; its source, which is cancelled as well, ends it with the cause. */
  @Override
  Runnable takeHeld() {
    return () -> {};
  }

  @Override
  List<Source<T>> upstream() {
    return List.of(source);
  }

  @Override
  public boolean isClosed() {
    return ended || super.isClosed();
  }

  @Override
  String kind() {
    return kind;
  }
}
