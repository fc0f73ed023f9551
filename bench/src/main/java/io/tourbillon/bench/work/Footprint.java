package io.tourbillon.bench.work;

import io.tourbillon.bench.subject.CoroutineKind;
import io.tourbillon.bench.subject.CoroutineSubject;
import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.TimerKind;
import io.tourbillon.bench.subject.TimerSubject;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Heap that pending timers take up, tasks aside: all share one. A handle counts, where the subject
 * makes one; the variable that holds it, or the id, does not.
 *
 * @param timers how many were pending
 * @param pendingBytes heap that they took up
 * @param leftBytes heap still taken up a second after the last was cancelled
 */
public record Footprint(int timers, long pendingBytes, long leftBytes) {
  private static final int COLLECTIONS = 4;
  private static final long LEAST_DELAY_MILLIS = 3_600_000;
  private static final int DELAY_MILLIS = 30_000;
  private static final int WARM_UP_ROUNDS = 20;
  private static final int WARM_UP_COROUTINES = 5_000;
  private static final int WARM_UP_PAUSE_MILLIS = 50;

  /**
   * Measures a subject. What it needs at first, such as classes and the empty wheel, was taken up
   * before.
   *
   * @throws IllegalStateException if the subject lost a timer
   */
  public static Footprint measure(TimerKind kind, int timers) throws InterruptedException {
    try (TimerSubject subject = kind.open(timers, false)) {
      SubjectTask task = SubjectTask.idle(1)[0];
      arm(subject, 1, task);
      cancel(subject, 1);
      long before = liveBytes();
      arm(subject, timers, task);
      long pending = liveBytes();
      cancel(subject, timers);
      TimeUnit.SECONDS.sleep(1);
      return new Footprint(timers, pending - before, liveBytes() - before);
    }
  }

  /**
   * Heap that a sleeping coroutine takes up: its stack, its body, and its timer. What the system
   * needs at first was taken up before, and the code is compiled: stacks of interpreted code are
   * larger.
   *
   * @throws IllegalStateException if one of them did not sleep
   */
  public static double ofCoroutine(CoroutineKind kind, int coroutines) throws InterruptedException {
    try (CoroutineSubject subject = kind.open()) {
      AtomicInteger woken = new AtomicInteger();
      for (int round = 0; round < WARM_UP_ROUNDS; round++) {
        subject.park(WARM_UP_COROUTINES, Duration.ofMillis(1), woken::incrementAndGet);
        TimeUnit.MILLISECONDS.sleep(WARM_UP_PAUSE_MILLIS);
      }
      long before = liveBytes();
      int wokenBefore = woken.get();
      subject.park(coroutines, Duration.ofHours(1), woken::incrementAndGet);
      TimeUnit.SECONDS.sleep(1);
      long bytes = liveBytes() - before;
      if (woken.get() != wokenBefore) {
        throw new IllegalStateException(
            "every coroutine must be asleep: " + (woken.get() - wokenBefore) + " woke up");
      }
      return (double) bytes / coroutines;
    }
  }

  private static void arm(TimerSubject subject, int timers, SubjectTask task) {
    for (int place = 0; place < timers; place++) {
      long delayMillis = LEAST_DELAY_MILLIS + place % DELAY_MILLIS;
      subject.arm(place, TimeUnit.MILLISECONDS.toNanos(delayMillis), task);
    }
    subject.requirePending(timers);
  }

  private static void cancel(TimerSubject subject, int timers) {
    for (int place = 0; place < timers; place++) {
      if (!subject.cancel(place)) {
        throw new IllegalStateException("a timer must be pending: place " + place);
      }
    }
    subject.requirePending(0);
    subject.forget();
  }

  /**
   * Live bytes as of the end of a collection: a thread that allocates right after it, a peer's for
   * one, would add a whole region of megabytes. References that only caches held are gone after
   * some collections.
   */
  private static long liveBytes() {
    for (int collection = 0; collection < COLLECTIONS; collection++) {
      System.gc();
    }
    long bytes = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null) {
        bytes += pool.getCollectionUsage().getUsed();
      }
    }
    return bytes;
  }

  public double bytesPerTimer() {
    return (double) pendingBytes / timers;
  }
}
