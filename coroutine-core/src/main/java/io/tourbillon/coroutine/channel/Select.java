package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the first of several things, its cases: a value to receive, room for a value to send,
 * the end of a coroutine or of a stage, a limit of time.
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
 * <p>Costs a lock for each channel; if the caller must wait, three locks for each channel and an
 * object for each case. All channels are locked while the select looks for a case that can take
 * place and adds itself to their waiters, so two selects that meet cannot each wait for the other
 * to decide.
 *
 * <p>{@link #of} returns a select that can be used again. It is for one caller at a time.
 *
 * <p>After {@code select} of Go, {@code select} of Kotlin and {@code Jox.select}.
 *
 * @param <R> the result of the cases
 */
public final class Select<R extends @Nullable Object> {
  /** The cases but the limits, as the caller gave them. */
  private final List<SelectCase<R>> cases = new ArrayList<>();

  /** The same cases in a random order, which changes with each attempt. */
  private final List<SelectCase<R>> shuffled;

  /** The channels of the cases, each once. */
  private final List<LockedChannel<?>> channels = new ArrayList<>();

  /** True if a case waits for the end of a coroutine or of a stage. */
  private boolean waitsForEnds;

  private @Nullable Duration limit;
  private @Nullable Supplier<? extends R> onTimeout;
  private boolean biased;

  /** True while a caller waits. */
  private final AtomicBoolean used = new AtomicBoolean();

  private Select(Collection<? extends SelectCase<R>> cases) {
    cases.forEach(this::add);
    if (this.cases.isEmpty() && limit == null) {
      throw new IllegalArgumentException("a select must have at least one case");
    }
    shuffled = new ArrayList<>(this.cases);
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
      case SelectCase.OfChannel<?, R> ofChannel -> {
        cases.add(ofChannel);
        if (!channels.contains(ofChannel.channel)) {
          channels.add(ofChannel.channel);
        }
      }
      case SelectCase.OfEnd<?, R> ofEnd -> {
        cases.add(ofEnd);
        waitsForEnds = true;
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
    return new SelectCase.Receive<>(source, then, null);
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
    return new SelectCase.Receive<>(source, then, onClosed);
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
    return new SelectCase.Send<>(sink, value, then);
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
    return new SelectCase.OfEnd<T, R>(told -> Suspension.whenJoined(coroutine, told), then);
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
    return new SelectCase.OfEnd<T, R>(told -> Suspension.whenComplete(stage, told), then);
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
    Supplier<? extends R> then = null;
    try {
      then = tryAtOnce();
      if (then == null) {
        then =
            limit == null
                ? Suspension.<Supplier<? extends R>>await(this, this::tryOrEnroll)
                : Suspension.<Supplier<? extends R>>awaitAtMost(this, limit, this::tryOrEnroll);
      }
      if (then == null) {
        then = Objects.requireNonNull(onTimeout);
      }
    } finally {
      for (SelectCase<R> each : cases) {
        each.leave(then);
      }
      used.set(false);
    }
    return then.get();
  }

  /**
   * Tries the cases without suspending. Returns null if the select must wait, or if the attempt
   * would call code of users, which {@link SelectCase#register} may do.
   */
  private @Nullable Supplier<? extends R> tryAtOnce() {
    if (waitsForEnds) {
      return null;
    }
    List<SelectCase<R>> order = order();
    lockAll();
    Supplier<? extends R> then;
    try {
      then = tryLocked(order);
    } finally {
      unlockAll();
    }
    // An interrupted caller gets its exception from the wait.
    boolean mustNotWait =
        limit != null && !limit.isPositive() && !Thread.currentThread().isInterrupted();
    return then == null && mustNotWait ? onTimeout : then;
  }

  /**
   * Returns the order of an attempt: random, so that all cases that can take place are equally
   * likely to be first, or that of the caller if the select is biased. A random order depends on
   * the generator alone and not on earlier attempts, so that a seed can be replayed.
   */
  private List<SelectCase<R>> order() {
    if (biased || cases.size() < 2) {
      return cases;
    }
    for (int index = 0; index < cases.size(); index++) {
      shuffled.set(index, cases.get(index));
    }
    Collections.shuffle(shuffled, Suspension.random());
    return shuffled;
  }

  private static <R extends @Nullable Object> @Nullable Supplier<? extends R> tryLocked(
      List<SelectCase<R>> order) {
    for (SelectCase<R> each : order) {
      Supplier<? extends R> then = each.tryNow();
      if (then != null) {
        return then;
      }
    }
    return null;
  }

  /**
   * Runs as the registration of the wait.
   *
   * @param selected gets the outcome of the case that takes place
   */
  private void tryOrEnroll(Resumption<Supplier<? extends R>> selected) {
    for (SelectCase<R> each : cases) {
      each.register();
    }
    List<SelectCase<R>> order = order();
    lockAll();
    try {
      Supplier<? extends R> then = tryLocked(order);
      if (then != null) {
        selected.resume(then);
        return;
      }
      // No other thread can settle the select before all channels are unlocked. To enroll in this
      // order is fair among cases of the same channel.
      for (SelectCase<R> each : order) {
        each.enroll(selected);
      }
    } finally {
      unlockAll();
    }
    for (SelectCase<R> each : order) {
      each.listen(selected);
    }
  }

  /**
   * Locks the channels, each once. Waits for a lock only while it holds none, so that a user of one
   * channel does not wait for the users of the others. If a lock is not free, all are unlocked, and
   * the next attempt begins with that one. After {@code std::lock} of C++.
   */
  private void lockAll() {
    int first = 0;
    while (!channels.isEmpty()) {
      channels.get(first).lock.lock();
      int busy = lockOthers(first);
      if (busy == first) {
        return;
      }
      first = busy;
    }
  }

  private void unlockAll() {
    for (LockedChannel<?> channel : channels) {
      channel.lock.unlock();
    }
  }

  /**
   * Locks all channels but the first, which is locked already.
   *
   * @return the index of the first channel if all are locked; else that of the channel whose lock
   *     was not free, and none is locked
   */
  private int lockOthers(int first) {
    int count = channels.size();
    for (int offset = 1; offset < count; offset++) {
      int index = (first + offset) % count;
      if (!channels.get(index).lock.tryLock()) {
        for (int locked = 0; locked < offset; locked++) {
          channels.get((first + locked) % count).lock.unlock();
        }
        return index;
      }
    }
    return first;
  }

  @Override
  public String toString() {
    return "a select of " + cases.size();
  }
}
