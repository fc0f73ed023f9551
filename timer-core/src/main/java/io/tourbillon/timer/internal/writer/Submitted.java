package io.tourbillon.timer.internal.writer;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The changes that were submitted and are not finished, in number and bytes bounded: those in the
 * queue, and those that the loop has taken. Thread-safe.
 */
final class Submitted {
  private static final long RETRY_MILLIS = 10;

  private final int most;
  private final long mostBytes;
  private final LinkedBlockingQueue<Request> queue = new LinkedBlockingQueue<>();

  /** A permit for each change that may still be submitted. */
  private final Semaphore room;

  /** The bytes of all that is not finished. Any thread adds, and whoever finishes subtracts. */
  private final AtomicLong bytes = new AtomicLong();

  /** Set once, by the thread that closes; any thread reads it. */
  private volatile boolean closing;

  /** Set by the thread that closes before it empties the queue; read by who has added to it. */
  private volatile boolean ended;

  Submitted(int most, long mostBytes) {
    this.most = most;
    this.mostBytes = mostBytes;
    this.room = new Semaphore(most);
  }

  void add(Request request) {
    requireOpen();
    if (!room.tryAcquire()) {
      throw new RejectedExecutionException(
          "more changes wait for their transaction than may: " + most);
    }
    long held = bytes.addAndGet(request.bytes());
    if (held > mostBytes && held > request.bytes()) {
      finished(request);
      throw new RejectedExecutionException(
          String.format(
              Locale.ROOT,
              "changes that wait for their transaction may have %,d bytes, and have %,d",
              mostBytes,
              held));
    }
    enqueue(request);
  }

  void addPatiently(Request request) throws InterruptedException {
    while (!room.tryAcquire(RETRY_MILLIS, TimeUnit.MILLISECONDS)) {
      requireOpen();
    }
    bytes.addAndGet(request.bytes());
    if (closing) {
      finished(request);
      requireOpen();
    }
    enqueue(request);
  }

  void addEnd(Request request) {
    boolean interrupted = false;
    try {
      while (!ended) {
        try {
          if (room.tryAcquire(RETRY_MILLIS, TimeUnit.MILLISECONDS)) {
            bytes.addAndGet(request.bytes());
            addToQueue(request);
            return;
          }
        } catch (InterruptedException later) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void enqueue(Request request) {
    addToQueue(request);
    if (ended && queue.remove(request)) {
      finished(request);
      requireOpen();
    }
  }

  private void addToQueue(Request request) {
    boolean added = false;
    try {
      added = queue.add(request);
    } finally {
      if (!added) {
        finished(request); // The heap is full.
      }
    }
  }

  private void requireOpen() {
    if (closing) {
      throw new RejectedExecutionException("the durable timers are closed");
    }
  }

  /** Called when a change is written or given up, wherever it was. */
  void finished(Request request) {
    bytes.addAndGet(-request.bytes());
    room.release();
  }

  @Nullable Request poll(long nanos) throws InterruptedException {
    return nanos <= 0 ? queue.poll() : queue.poll(nanos, TimeUnit.NANOSECONDS);
  }

  @Nullable Request peek() {
    return queue.peek();
  }

  void removeIf(Predicate<Request> judge) {
    queue.removeIf(judge);
  }

  int size() {
    return most - room.availablePermits();
  }

  void close() {
    closing = true;
  }

  boolean isClosed() {
    return closing;
  }

  boolean isClosedAndEmpty() {
    return closing && queue.isEmpty();
  }

  /** Empties the queue for good. */
  List<Request> end() {
    ended = true;
    List<Request> rest = new ArrayList<>();
    queue.drainTo(rest);
    return rest;
  }
}
