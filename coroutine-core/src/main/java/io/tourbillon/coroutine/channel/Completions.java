package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Suspension;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends coroutines into a channel as they end, until the channel is cancelled. */
final class Completions<C extends Coroutine<?>> {
  private final Channel<C> ended =
      new LockedChannel<>(Channel.builder(), Integer.MAX_VALUE, false, this::removeAll, null);

  private final AtomicInteger left;

  /** Not changed after the channel was returned. */
  private final List<Suspension.Registration> registrations;

  private Completions(int size) {
    left = new AtomicInteger(size);
    registrations = new ArrayList<>(size);
  }

  static <C extends Coroutine<?>> Source<C> of(Collection<? extends C> coroutines) {
    List<C> all = List.copyOf(coroutines);
    Completions<C> completions = new Completions<>(all.size());
    boolean complete = false;
    try {
      all.forEach(completions::add);
      complete = true;
    } finally {
      if (!complete) {
        completions.removeAll();
      }
    }
    if (all.isEmpty()) {
      completions.ended.close();
    }
    return completions.ended;
  }

  private void add(C coroutine) {
    registrations.add(Suspension.whenEnded(coroutine, () -> send(coroutine)));
  }

  private void send(C coroutine) {
    boolean _ = ended.trySend(coroutine);
    if (left.decrementAndGet() == 0) {
      ended.close();
    }
  }

  private void removeAll() {
    registrations.forEach(Suspension.Registration::remove);
  }
}
