package io.tourbillon.bench.soak.round;

import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.Select;
import io.tourbillon.coroutine.sync.Mutex;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Families of coroutines: one opens a scope with producers and consumers, who hand values over by
 * two channels and take turns at a mutex. A cancellation of any of them, at any place, loses or
 * doubles no value, lets no two into the mutex, and leaves no child behind the scope.
 */
final class Families {
  private static final int PRODUCERS = 2;
  private static final int CONSUMERS = 2;
  private static final int VALUES = 6;
  private static final int MOST_CAPACITY = 3;
  private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(4);
  private static final Duration IDLE = Duration.ofMillis(3);

  private final CheckedCoroutines book;

  /** Of all families, so that one that keeps it holds up the others, and is found. */
  private final Mutex mutex = new Mutex("soak");

  /** How many are inside the mutex. */
  private final AtomicInteger inside = new AtomicInteger();

  private final AtomicLong handedOver = new AtomicLong();
  private final AtomicLong unjudged = new AtomicLong();

  Families(CheckedCoroutines book) {
    this.book = book;
  }

  /** Returns how many values were received. */
  long handedOver() {
    return handedOver.get();
  }

  /** Returns how many families could not be judged for want of memory. */
  long unjudged() {
    return unjudged.get();
  }

  /** The body of the one that opens the scope. */
  void live(SplittableRandom random) throws Exception {
    Family family = new Family(random);
    try {
      family.live();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof OutOfMemoryError full) {
        throw full;
      }
      throw failed;
    } finally {
      family.judge();
    }
  }

  /** One scope with its children. */
  private final class Family {
    private final SplittableRandom random;
    private final Deliveries deliveries = new Deliveries(PRODUCERS * VALUES);
    private final AtomicInteger producing = new AtomicInteger(PRODUCERS);
    private final @Nullable CheckedCoroutine[] children =
        new CheckedCoroutine[PRODUCERS + CONSUMERS];
    private final Channel<Integer> first;
    private final Channel<Integer> second;

    Family(SplittableRandom random) {
      this.random = random;
      first = channel();
      second = channel();
    }

    private Channel<Integer> channel() {
      int capacity = random.nextInt(MOST_CAPACITY);
      Channel.Builder<Integer> builder =
          Channel.<Integer>builder().onUndelivered(deliveries::arrived);
      return capacity == 0 ? builder.rendezvous() : builder.buffered(capacity);
    }

    void live() {
      try (CoroutineScope scope = CoroutineScope.open()) {
        for (int number = 0; number < children.length; number++) {
          SplittableRandom own = random.split();
          int producer = number;
          children[number] =
              number < PRODUCERS
                  ? book.spawnChild(scope, () -> produce(producer, own))
                  : book.spawnChild(scope, () -> consume(own));
        }
        scope.join();
      }
    }

    private void produce(int producer, SplittableRandom own) {
      for (int number = 0; number < VALUES; number++) {
        if (own.nextInt(3) == 0) {
          book.delay(own.nextLong(MOST_NANOS));
        }
        int value = producer * VALUES + number;
        send(value, own);
        deliveries.sent(value);
      }
      if (producing.decrementAndGet() == 0) {
        first.close();
        second.close();
      }
    }

    private void send(Integer value, SplittableRandom own) {
      switch (own.nextInt(3)) {
        case 0 -> first.send(value);
        case 1 -> second.send(value);
        default -> {
          boolean _ =
              Select.select(
                  Select.onSend(first, value, () -> true),
                  Select.onSend(second, value, () -> true));
        }
      }
    }

    /** Receives from both until one is closed and empty, then from the other. */
    private void consume(SplittableRandom own) {
      Channel<Integer> open = null;
      while (open == null) {
        open =
            Select.<@Nullable Channel<Integer>>select(
                Select.onReceiveOrClosed(first, this::arrive, () -> second),
                Select.onReceiveOrClosed(second, this::arrive, () -> first),
                Select.onTimeout(IDLE, () -> null));
        takeTurn(own);
      }
      for (Integer value = open.receiveOrNull(); value != null; value = open.receiveOrNull()) {
        arrive(value);
        takeTurn(own);
      }
    }

    private @Nullable Channel<Integer> arrive(Integer value) {
      deliveries.arrived(value);
      handedOver.incrementAndGet();
      return null;
    }

    private void takeTurn(SplittableRandom own) {
      if (own.nextInt(3) == 0) {
        boolean _ =
            Select.select(
                Select.with(mutex.onLock(), this::beInside), Select.onTimeout(IDLE, () -> false));
      } else {
        mutex.withLock(
            () -> {
              boolean _ = beInside();
            });
      }
    }

    private boolean beInside() {
      int others = inside.getAndIncrement();
      try {
        Coroutines.yieldNow();
      } finally {
        inside.decrementAndGet();
      }
      if (others > 0) {
        book.breaches().add("one at a time is in a mutex", others + " were there before another");
      }
      return true;
    }

    /** Called when the scope is closed: all children have ended. */
    void judge() {
      for (CheckedCoroutine child : children) {
        if (child != null) {
          book.collect(child);
        }
      }
      try {
        first.cancel();
        second.cancel();
        book.breaches().addAll("values between coroutines", deliveries.broken());
      } catch (OutOfMemoryError full) {
        unjudged.incrementAndGet();
      }
    }
  }
}
