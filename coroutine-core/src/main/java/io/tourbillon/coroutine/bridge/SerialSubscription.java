package io.tourbillon.coroutine.bridge;

import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Serializes the calls of a subscriber to its publisher, as rule 2.7 wants it, and makes them
 * without a lock. A thread that finds no other one calling makes calls until none is left. Calls
 * that come before the subscription are made when that comes.
 */
final class SerialSubscription {
  // Guarded by this.
  private @Nullable Subscription subscription;
  private long wanted;
  private boolean cancelRequested;

  /** True after a cancel, and after the end: no further calls are made. */
  private boolean over;

  private boolean calling;

  /** Sets the subscription. A second one is cancelled, as rule 2.5 wants it. */
  void begin(Subscription begun) {
    boolean first;
    synchronized (this) {
      first = subscription == null;
      if (first) {
        subscription = begun;
      }
    }
    if (first) {
      makeCalls();
    } else {
      begun.cancel();
    }
  }

  /** Requests more values. */
  void request(long count) {
    synchronized (this) {
      wanted += count;
    }
    makeCalls();
  }

  /** Cancels the subscription. Later calls have no effect. */
  void cancel() {
    synchronized (this) {
      cancelRequested = true;
    }
    makeCalls();
  }

  /** The publisher has ended the subscription: makes no further calls (rule 2.4). */
  synchronized void end() {
    over = true;
  }

  private void makeCalls() {
    for (Runnable next = beginCall(); next != null; next = beginCall()) {
      try {
        next.run();
      } finally {
        endCall();
      }
    }
  }

  private synchronized @Nullable Runnable beginCall() {
    Subscription publisher = subscription;
    if (publisher == null || calling || over) {
      return null;
    }
    if (cancelRequested) {
      over = true;
      calling = true;
      return publisher::cancel;
    }
    if (wanted == 0) {
      return null;
    }
    long count = wanted;
    wanted = 0;
    calling = true;
    return () -> publisher.request(count);
  }

  private synchronized void endCall() {
    calling = false;
  }
}
