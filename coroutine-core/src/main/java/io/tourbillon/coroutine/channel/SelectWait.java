package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The cases among which a select chooses, and how it tries them and waits for them. Used by one
 * caller at a time.
 */
final class SelectWait<R extends @Nullable Object> {
  private final List<SelectCase<R>> cases;

  /** The same cases in a random order, which changes with each attempt. */
  private final List<SelectCase<R>> shuffled;

  private final SelectLocks locks = new SelectLocks();

  SelectWait(List<SelectCase<R>> cases) {
    this.cases = cases;
    shuffled = new ArrayList<>(cases);
    for (SelectCase<R> each : cases) {
      if (each instanceof ChannelCase<?, R> ofChannel) {
        locks.add(ofChannel.channel);
      }
    }
  }

  /**
   * Returns the order of an attempt: random, so that all cases that can take place are equally
   * likely to be first, or that of the caller if the select is biased. A random start alone would
   * prefer a case that stands behind one that cannot take place. A random order depends on the
   * generator alone and not on earlier attempts, so that a seed can be replayed.
   */
  List<SelectCase<R>> order(boolean biased) {
    if (biased || cases.size() < 2) {
      return cases;
    }
    for (int index = 0; index < cases.size(); index++) {
      shuffled.set(index, cases.get(index));
    }
    Collections.shuffle(shuffled, Suspension.random());
    return shuffled;
  }

  /** Tries the cases, which are all of channels, at one moment. */
  @Nullable Supplier<? extends R> tryAll(boolean biased) {
    List<SelectCase<R>> order = order(biased);
    locks.lockAll();
    try {
      return tryLocked(order);
    } finally {
      locks.unlockAll();
    }
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
   * Waits until a case takes place; returns null if the limit has passed first.
   *
   * @param what what the caller waits for
   * @param atMost null for no limit
   */
  @Nullable Supplier<? extends R> await(Object what, boolean biased, @Nullable Duration atMost) {
    Supplier<? extends R> then = null;
    try {
      then =
          atMost == null
              ? Suspension.<Supplier<? extends R>>await(
                  what, selected -> tryOrEnroll(selected, biased))
              : Suspension.<Supplier<? extends R>>awaitAtMost(
                  what, atMost, selected -> tryOrEnroll(selected, biased));
      return then;
    } finally {
      // Without an iterator, for which there may be no memory: all must leave.
      for (int index = 0; index < cases.size(); index++) {
        cases.get(index).leave(then);
      }
    }
  }

  /**
   * Runs as the registration of the wait.
   *
   * @param selected gets the outcome of the case that takes place
   */
  private void tryOrEnroll(Resumption<Supplier<? extends R>> selected, boolean biased) {
    for (SelectCase<R> each : cases) {
      each.register();
    }
    List<SelectCase<R>> order = order(biased);
    locks.lockAll();
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
      locks.unlockAll();
    }
    try {
      for (SelectCase<R> each : order) {
        each.listen(selected);
      }
    } catch (RuntimeException | Error failure) {
      // A case may have taken place meanwhile, and what it took must not be lost.
      boolean _ = selected.fail(failure);
    }
  }
}
