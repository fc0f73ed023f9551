package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the first of several things, and does that alone: of a value to be received, room for
 * one to be sent, the end of a coroutine or a stage, a time.
 *
 * <pre>{@code
 * String news = new Select<String>()
 *     .onReceive(orders, order -> "order " + order)
 *     .onSend(free, worker, () -> "worker lent")
 *     .onTimeout(Duration.ofSeconds(1), () -> "nothing")
 *     .await();
 * }</pre>
 *
 * <p>Exactly one case takes place; of the others nothing does: no value is taken or sent. If
 * several can at once, one is chosen at random, or the first with {@link #biased}. A select may be
 * used again, but by one at a time: a second one is told so. What a case's function does is done by
 * the caller, afterwards.
 *
 * <p>To be put together by one thread. Costs a lock and an object for each case. All channels are
 * locked while it looks for what can be done and takes its place in their rows, as Go does it: so
 * two selects that meet can not each wait for the other to decide.
 *
 * @param <R> what the cases return
 */
public final class Select<R extends @Nullable Object> {
  private final List<Case<R>> cases = new ArrayList<>();
  private @Nullable Duration limit;
  private @Nullable Supplier<? extends R> onTimeout;
  private boolean biased;

  /** Whether somebody waits by it. */
  private final AtomicBoolean used = new AtomicBoolean();

  /** A select without any case. */
  public Select() {}

  /** A value was received; {@link #await} throws if the channel is closed and empty. */
  public <T> Select<R> onReceive(Channel<T> channel, Function<? super T, ? extends R> then) {
    Objects.requireNonNull(channel, "channel");
    Objects.requireNonNull(then, "then");
    return add(new Case.Receive<>(channel, then, null));
  }

  /** A value was received, or the channel is closed, with whatever cause, and empty. */
  public <T> Select<R> onReceive(
      Channel<T> channel, Function<? super T, ? extends R> then, Supplier<? extends R> onClosed) {
    Objects.requireNonNull(channel, "channel");
    Objects.requireNonNull(then, "then");
    Objects.requireNonNull(onClosed, "onClosed");
    return add(new Case.Receive<>(channel, then, onClosed));
  }

  /** The value was sent; {@link #await} throws if the channel is closed. */
  public <T> Select<R> onSend(Channel<T> channel, T value, Supplier<? extends R> then) {
    Objects.requireNonNull(channel, "channel");
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(then, "then");
    return add(new Case.Send<>(channel, value, then));
  }

  /**
   * The coroutine has ended; {@link #await} throws as {@link Coroutine#join} does, and refuses the
   * calling coroutine itself. If another case is chosen nothing is left behind, and a failure that
   * comes later is told to whoever is told of those that nobody has seen.
   */
  public <T extends @Nullable Object> Select<R> onJoin(
      Coroutine<T> coroutine, Function<? super T, ? extends R> then) {
    Objects.requireNonNull(coroutine, "coroutine");
    Objects.requireNonNull(then, "then");
    return add(new Case.OfEnd<T, R>(told -> Suspension.whenJoined(coroutine, told), then));
  }

  /**
   * The stage is complete; {@link #await} throws as {@link
   * io.tourbillon.coroutine.Coroutines#await} does. If another case is chosen the stage holds on to
   * a small object until it is complete, which the next uses who waits for it.
   */
  public <T extends @Nullable Object> Select<R> onAwait(
      CompletionStage<T> stage, Function<? super T, ? extends R> then) {
    Objects.requireNonNull(stage, "stage");
    Objects.requireNonNull(then, "then");
    return add(new Case.OfEnd<T, R>(told -> Suspension.whenComplete(stage, told), then));
  }

  /**
   * Nothing else has happened for that long. The last one that was said counts.
   *
   * @param limit zero or less does not wait: what others call the default case
   */
  public Select<R> onTimeout(Duration limit, Supplier<? extends R> then) {
    this.limit = Objects.requireNonNull(limit, "limit");
    onTimeout = Objects.requireNonNull(then, "then");
    return this;
  }

  /** Of several cases that can take place the first does, in the order in which they were added. */
  public Select<R> biased() {
    biased = true;
    return this;
  }

  private Select<R> add(Case<R> added) {
    cases.add(added);
    return this;
  }

  /**
   * Waits until a case takes place.
   *
   * @return what its function returns
   * @throws ChannelClosedException if a channel is closed, as its case says
   * @throws CoroutineCancelledException if the calling coroutine is cancelled first
   * @throws CancellationException if the calling thread, no coroutine, is interrupted first
   * @throws IllegalStateException if there is no case, not even a timeout, or if somebody else
   *     waits by this very select
   */
  public R await() {
    if (cases.isEmpty() && limit == null) {
      throw new IllegalStateException("a select must have a case, or it would wait for ever");
    }
    Suspension.checkCancelled();
    if (!used.compareAndSet(false, true)) {
      throw new IllegalStateException("a select is for one at a time: " + this);
    }
    Supplier<? extends R> then = null;
    try {
      then =
          limit == null
              ? Suspension.<Supplier<? extends R>>await(this, this::tryOrEnroll)
              : Suspension.<Supplier<? extends R>>await(this, limit, this::tryOrEnroll);
    } catch (TimeoutException late) {
      then = Objects.requireNonNull(onTimeout);
    } finally {
      Supplier<? extends R> chosen = then;
      cases.forEach(each -> each.leave(chosen));
      used.set(false);
    }
    return then.get();
  }

  private List<Case<R>> inOrder() {
    List<Case<R>> order = new ArrayList<>(cases);
    if (!biased) {
      Collections.shuffle(order, Suspension.random());
    }
    return order;
  }

  /**
   * @param selected gets what is to be done then
   */
  private void tryOrEnroll(Resumption<Supplier<? extends R>> selected) {
    cases.forEach(Case::look);
    // To enroll in that order too is fair among cases of the same channel.
    List<Case<R>> order = inOrder();
    List<LockedChannel<?>> locked = lockAll();
    try {
      for (Case<R> each : order) {
        Supplier<? extends R> then = each.tryNow();
        if (then != null) {
          selected.resume(then);
          return;
        }
      }
      // Nobody can choose for this select before all are unlocked.
      order.forEach(each -> each.enroll(selected));
    } finally {
      locked.forEach(channel -> channel.lock.unlock());
    }
    order.forEach(each -> each.listen(selected));
  }

  /**
   * Locks the channels, each once. Waits only for the first, with no other locked: who only wants
   * one of them does not wait for those who use the others. If one can not be had at once all are
   * unlocked, and it is the one to begin with in the next attempt. (As in the lock function of the
   * C++ standard library.)
   */
  private List<LockedChannel<?>> lockAll() {
    List<LockedChannel<?>> channels =
        cases.stream().<LockedChannel<?>>mapMulti(Case::channelTo).distinct().toList();
    int first = 0;
    while (!channels.isEmpty()) {
      channels.get(first).lock.lock();
      int busy = lockOthers(channels, first);
      if (busy == first) {
        break;
      }
      first = busy;
    }
    return channels;
  }

  /** Locks all but one, which is locked; or unlocks that too, and returns which was not free. */
  private static int lockOthers(List<LockedChannel<?>> channels, int first) {
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
