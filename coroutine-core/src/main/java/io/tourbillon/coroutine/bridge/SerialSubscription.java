package io.tourbillon.coroutine.bridge;

import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * What subscribers have to say to a publisher, by whatever threads: said one after the other, as
 * rule 2.7 wants it, and outside of our lock. Whoever finds nobody talking does so until all is
 * said. What comes before the subscription is said when that comes.
 */
final class SerialSubscription {
  // Guarded by this.
  private @Nullable Subscription subscription;
  private long wanted;
  private boolean leaving;
  private boolean left;
  private boolean talking;

  /** The subscription has come. A second one is cancelled, as rule 2.5 wants it. */
  void begin(Subscription begun) {
    boolean first;
    synchronized (this) {
      first = subscription == null;
      if (first) {
        subscription = begun;
      }
    }
    if (first) {
      talk();
    } else {
      begun.cancel();
    }
  }

  /** Wants so many more. */
  void request(long count) {
    synchronized (this) {
      wanted += count;
    }
    talk();
  }

  /** Wants no more. The first call counts. */
  void cancel() {
    synchronized (this) {
      leaving = true;
    }
    talk();
  }

  /** The publisher has said its last word, and is to be told nothing more (rule 2.4). */
  synchronized void end() {
    left = true;
  }

  private void talk() {
    for (Runnable next = next(); next != null; next = next()) {
      try {
        next.run();
      } finally {
        said();
      }
    }
  }

  private synchronized @Nullable Runnable next() {
    Subscription publisher = subscription;
    if (publisher == null || talking || left) {
      return null;
    }
    if (leaving) {
      left = true;
      talking = true;
      return publisher::cancel;
    }
    if (wanted == 0) {
      return null;
    }
    long count = wanted;
    wanted = 0;
    talking = true;
    return () -> publisher.request(count);
  }

  private synchronized void said() {
    talking = false;
  }
}
