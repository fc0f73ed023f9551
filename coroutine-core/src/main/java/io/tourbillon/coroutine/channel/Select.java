package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.Awaited;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Selectable;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.internal.Rethrow;
import io.tourbillon.timer.internal.TickScale;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the first of several things, its cases: a value to receive, room for a value to send,
 * the end of a coroutine or of a stage, a lock, a permit, a tick, an event, a limit of time.
 *
 * <pre>{@code
 * String news = Select.select(
 *     onReceive(orders, order -> "order " + order),      // static imports of Select
 *     onSend(free, worker, () -> "worker lent"),
 *     onTimeout(Duration.ofSeconds(1), () -> "nothing"));
 * }</pre>
 *
 * <p>Exactly one case takes place. The others have no effect: no value is received or sent. If
 * several can take place at once, one of them is chosen at random, or the first with {@link
 * #biased}. The caller runs the function of the chosen case afterwards, and gets what it returns.
 *
 * <p>Of channels only, costs a lock for each channel; if the caller must wait, three locks for each
 * channel and an object for each case. All channels are locked while the select looks for a case
 * that can take place and adds itself to their waiters, so two selects that meet cannot each wait
 * for the other to decide. Cases of other kinds are tried one after the other, and each decides by
 * the one compare-and-set of the select whether it takes place.
 *
 * <p>{@link #of} returns a select that can be used again. It is for one caller at a time.
 *
 * <p>After {@code select} of Go, {@code select} of Kotlin and {@code Jox.select}.
 *
 * @param <R> the result of the cases
 */
public final class Select<R extends @Nullable Object> implements Awaited {
  /** The cases but the limits, as the caller gave them. Not changed after that. */
  private final List<SelectCase<R>> cases = new ArrayList<>();

  private final SelectWait<R> wait;

  /** True if a case waits for the end of a coroutine or of a stage. */
  private boolean waitsForEnds;

  /** True if a case waits for something else than a channel or an end. */
  private boolean mixed;

  /** True if a case receives from a view. */
  private boolean hasViews;

  private @Nullable Duration limit;
  private @Nullable Supplier<? extends R> onTimeout;
  private boolean biased;

  /** True while a caller waits. */
  private final AtomicBoolean used = new AtomicBoolean();

  private Select(Collection<? extends SelectCase<R>> cases) {
    cases.forEach(this::add);
    if (this.cases.isEmpty() && limit == null) {
      throw new IllegalArgumentException(
          "a select must have at least one case; call await() of a Select that was made before");
    }
    wait = new SelectWait<>(this.cases);
  }

  private void add(SelectCase<R> added) {
    added.claim();
    switch (added) {
      case SelectCase.Timeout<R> timeout -> {
        if (limit == null || timeout.limit.compareTo(limit) < 0) {
          limit = timeout.limit;
          onTimeout = timeout.then;
        }
      }
      case ChannelCase<?, R> ofChannel -> {
        cases.add(ofChannel);
      }
      case EndCase<?, R> ofEnd -> {
        cases.add(ofEnd);
        waitsForEnds = true;
      }
      case SelectCase.OfSelectable<?, R> ofSelectable -> {
        cases.add(ofSelectable);
        mixed = true;
      }
      case ViewCase<?, R> ofView -> {
        cases.add(ofView);
        mixed = true;
        hasViews = true;
      }
    }
  }

  /**
   * Waits until one of the cases takes place.
   *
   * @param cases at least one; each may be used once
   * @return what the function of that case returns
   * @throws ChannelClosedException if a channel is closed, as {@link #onReceive} and {@link
   *     #onSend} say
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread is interrupted while it waits
   * @throws IllegalArgumentException if there is no case
   * @throws IllegalStateException if a case belongs to another select
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // Both only read the array.
  public static <R extends @Nullable Object> R select(SelectCase<R>... cases) {
    return of(cases).await();
  }

  /**
   * Returns a select that can be used again and again.
   *
   * @param cases at least one; each belongs to this select from now on
   * @throws IllegalArgumentException if there is no case
   * @throws IllegalStateException if a case belongs to another select
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // Both only read the array.
  public static <R extends @Nullable Object> Select<R> of(SelectCase<R>... cases) {
    return new Select<>(List.of(cases));
  }

  /** As {@link #of(SelectCase...)}, for cases whose number is not known in advance. */
  public static <R extends @Nullable Object> Select<R> of(
      Collection<? extends SelectCase<R>> cases) {
    return new Select<>(cases);
  }

  /**
   * A case that receives a value. If the source is closed and empty, the select throws a {@link
   * ChannelClosedException}.
   */
  public static <T, R extends @Nullable Object> SelectCase<R> onReceive(
      Source<T> source, Function<? super T, ? extends R> then) {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(then, "then");
    return switch (source) {
      case LockedChannel<T> channel ->
          new ChannelCase.Receive<>(
              channel,
              value ->
                  value == null
                      ? () -> {
                        throw channel.newClosedForReceiver();
                      }
                      : () -> then.apply(value));
      case SourceView<T> view ->
          new ViewCase<T, R>(view, received -> () -> then.apply(view.requireValue(received)));
    };
  }

  /**
   * A case that receives a value, or takes place when the source is closed, with whatever cause,
   * and empty.
   */
  public static <T, R extends @Nullable Object> SelectCase<R> onReceiveOrClosed(
      Source<T> source, Function<? super T, ? extends R> then, Supplier<? extends R> onClosed) {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(then, "then");
    Objects.requireNonNull(onClosed, "onClosed");
    return switch (source) {
      case LockedChannel<T> channel ->
          new ChannelCase.Receive<>(
              channel, value -> value == null ? onClosed : () -> then.apply(value));
      case SourceView<T> view ->
          new ViewCase<T, R>(
              view,
              received ->
                  received instanceof Received.Value<T>(T value)
                      ? () -> then.apply(value)
                      : onClosed);
    };
  }

  /**
   * A case that sends a value. If the sink is closed, the select throws a {@link
   * ChannelClosedException}.
   */
  public static <T, R extends @Nullable Object> SelectCase<R> onSend(
      Sink<T> sink, T value, Supplier<? extends R> then) {
    Objects.requireNonNull(sink, "sink");
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(then, "then");
    return new ChannelCase.Send<>((LockedChannel<T>) sink, value, then);
  }

  /**
   * A case that takes place when a coroutine has ended. The select then throws what {@link
   * Coroutine#join} would throw; it refuses the calling coroutine itself. If another case takes
   * place, nothing is left behind, and a later failure of the coroutine counts as unseen.
   */
  public static <T extends @Nullable Object, R extends @Nullable Object> SelectCase<R> onJoin(
      Coroutine<T> coroutine, Function<? super T, ? extends R> then) {
    Objects.requireNonNull(coroutine, "coroutine");
    Objects.requireNonNull(then, "then");
    return new EndCase<T, R>(coroutine, told -> Suspension.whenJoined(coroutine, told), then);
  }

  /**
   * A case that takes place when a stage is complete. The select then throws what {@link
   * io.tourbillon.coroutine.Coroutines#await} would throw. If another case takes place, the stage
   * keeps a small object until it is complete, which the next caller that waits for it uses.
   */
  public static <T extends @Nullable Object, R extends @Nullable Object> SelectCase<R> onAwait(
      CompletionStage<T> stage, Function<? super T, ? extends R> then) {
    Objects.requireNonNull(stage, "stage");
    Objects.requireNonNull(then, "then");
    return new EndCase<T, R>(stage, told -> Suspension.whenComplete(stage, told), then);
  }

  /**
   * A case that takes something else than a value: a lock, a permit, a tick. The function runs as
   * the one who has it, and must give it back or pass it on; {@link #with} does so by itself.
   *
   * <pre>{@code
   * Select.select(
   *     on(ticker.onTick(), tick -> flush()),
   *     on(stop.onSet(), event -> finish()),            // of an Event
   *     onReceive(jobs, job -> work(job)));
   * }</pre>
   *
   * <p>A select waits in the queue of a lock or a semaphore as other callers do, and has its turn
   * in arrival order. What it gets is decided in one step: if another case takes place, it leaves
   * the queue, and has taken nothing.
   */
  public static <T, R extends @Nullable Object> SelectCase<R> on(
      Selectable<T> selectable, Function<? super T, ? extends R> then) {
    Objects.requireNonNull(selectable, "selectable");
    Objects.requireNonNull(then, "then");
    return new SelectCase.OfSelectable<T, R>(selectable, taken -> () -> then.apply(taken));
  }

  /**
   * A case that takes something, as {@link #on} does, and gives it back when the function has
   * ended, however it ends.
   *
   * <pre>{@code
   * boolean stored = Select.select(
   *     with(mutex.onLock(), () -> store(record)),       // holds the mutex meanwhile
   *     on(stop.onSet(), event -> false));
   * }</pre>
   */
  public static <T, R extends @Nullable Object> SelectCase<R> with(
      Selectable<T> selectable, Supplier<? extends R> then) {
    Objects.requireNonNull(selectable, "selectable");
    Objects.requireNonNull(then, "then");
    return on(
        selectable,
        taken -> {
          try {
            return then.get();
          } finally {
            selectable.giveBack(taken);
          }
        });
  }

  /**
   * A case that takes place when no other has within the limit. Of several, the shortest counts.
   *
   * @param limit zero or less does not wait: the default case of other languages
   */
  public static <R extends @Nullable Object> SelectCase<R> onTimeout(
      Duration limit, Supplier<? extends R> then) {
    Objects.requireNonNull(limit, "limit");
    Objects.requireNonNull(then, "then");
    return new SelectCase.Timeout<>(limit, then);
  }

  /**
   * Makes the order of the cases count: of several that can take place, the first does.
   *
   * @return this select
   */
  public Select<R> biased() {
    biased = true;
    return this;
  }

  /**
   * Waits until one of the cases takes place.
   *
   * @return what the function of that case returns
   * @throws ChannelClosedException if a channel is closed, as {@link #onReceive} and {@link
   *     #onSend} say
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread is interrupted while it waits
   * @throws IllegalStateException if another caller waits by this select
   */
  public R await() {
    Suspension.checkCancelled();
    if (!used.compareAndSet(false, true)) {
      throw new IllegalStateException("a select must be used by one caller at a time: " + this);
    }
    Supplier<? extends R> then;
    try {
      then = mixed ? chooseOfMany() : chooseChannelOrEnd();
    } finally {
      used.set(false);
    }
    return then.get();
  }

  private Supplier<? extends R> chooseChannelOrEnd() {
    // A registration for an end may call code of users, so it must wait for no limit of zero.
    Supplier<? extends R> then = waitsForEnds ? null : wait.tryAll(biased);
    if (then == null && !waitsForEnds && limit != null && mustNotWait(TickScale.nanosOf(limit))) {
      return Objects.requireNonNull(onTimeout);
    }
    if (then == null) {
      then = wait.await(this, biased, limit);
    }
    return then == null ? Objects.requireNonNull(onTimeout) : then;
  }

  private Supplier<? extends R> chooseOfMany() {
    int begun = 0;
    Supplier<? extends R> chosen;
    try {
      for (SelectCase<R> each : cases) {
        each.begin();
        begun++;
      }
      chosen = chooseBegun();
    } catch (RuntimeException | Error thrown) {
      Throwable failed = endAll(cases.subList(0, begun));
      if (failed != null && !failed.equals(thrown)) {
        thrown.addSuppressed(failed);
      }
      throw thrown;
    }
    Throwable failed = endAll(cases);
    return failed == null ? chosen : thenThrow(chosen, failed);
  }

  /** Ends all cases, also if some fail, which run code of users. Returns the first failure. */
  private static <R extends @Nullable Object> @Nullable Throwable endAll(
      List<SelectCase<R>> begun) {
    Throwable first = null;
    for (SelectCase<R> each : begun) {
      try {
        each.end();
      } catch (RuntimeException | Error failure) {
        first = first == null ? failure : first;
      }
    }
    return first;
  }

  /** What was chosen has been taken, so its function runs before the failure is thrown. */
  private static <R extends @Nullable Object> Supplier<R> thenThrow(
      Supplier<? extends R> chosen, Throwable failed) {
    return () -> {
      R _ = chosen.get();
      throw Rethrow.unchecked(failed);
    };
  }

  /**
   * Chooses among cases that have no lock in common: tries each by itself, and waits if none can
   * take place. A wait may end without a choice, when time has passed or a step had no result; then
   * all are tried again.
   */
  private Supplier<? extends R> chooseBegun() {
    Clock clock = Suspension.clock();
    long beginNanos = clock.nanoTime();
    long limitNanos = limit == null ? Long.MAX_VALUE : TickScale.nanosOf(limit);
    boolean first = true;
    while (true) {
      Supplier<? extends R> then = tryEach();
      long leftNanos = limitNanos - (limit == null || first ? 0 : clock.nanoTime() - beginNanos);
      if (then == null && mustNotWait(leftNanos)) {
        return Objects.requireNonNull(onTimeout);
      }
      if (then == null) {
        SelectWait<R> expanded = hasViews ? new SelectWait<>(expanded()) : wait;
        then = expanded.await(this, biased, atMost(leftNanos));
        if (then == null && limit != null && leftNanos <= 0) {
          return Objects.requireNonNull(
              onTimeout); // Interrupted, which ends no wait of a coroutine.
        }
      }
      if (then instanceof SelectCase.Step<? extends R> step) {
        then = step.next().get();
      }
      if (then != null) {
        return then;
      }
      // Steps without a result may follow each other for ever, and never come to a wait. A limit of
      // zero asks for all that is there.
      if (limitNanos > 0 && limit != null && clock.nanoTime() - beginNanos >= limitNanos) {
        return Objects.requireNonNull(onTimeout);
      }
      first = false;
      Suspension.checkCancelled();
    }
  }

  /** Returns false for an interrupted caller, which gets its exception from the wait. */
  private boolean mustNotWait(long leftNanos) {
    return limit != null && leftNanos <= 0 && !Thread.currentThread().isInterrupted();
  }

  /** Returns how long to wait before the next try; null for any time. */
  private @Nullable Duration atMost(long leftNanos) {
    long nanos = leftNanos;
    for (SelectCase<R> each : cases) {
      nanos = Math.min(nanos, Math.max(1, each.nanosToNextTry()));
    }
    return nanos == Long.MAX_VALUE ? null : Duration.ofNanos(nanos);
  }

  private @Nullable Supplier<? extends R> tryEach() {
    for (SelectCase<R> each : wait.order(biased)) {
      Supplier<? extends R> then = each.tryAlone();
      if (then != null) {
        return then;
      }
    }
    return null;
  }

  /** Returns the cases that can wait: in place of a view, those of the channels below. */
  private List<SelectCase<R>> expanded() {
    List<SelectCase<R>> all = new ArrayList<>();
    cases.forEach(each -> each.addCases(all));
    return all;
  }

  /**
   * Returns the holders that block every case. So a select that one more channel could end is in no
   * deadlock.
   */
  @Override
  public Collection<?> holders() {
    Set<Object> common = null;
    for (SelectCase<R> each : cases) {
      if (common == null) {
        common = new HashSet<>(each.holders());
      } else {
        common.retainAll(each.holders());
      }
    }
    return common == null ? List.of() : common;
  }

  /** Names what it waits for. */
  @Override
  public String toString() {
    return cases.stream()
        .map(each -> (each == cases.getFirst() ? ": " : ", or ") + each)
        .collect(Collectors.joining("", "a select of " + cases.size(), ""));
  }
}
