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
 * Heap that pending timers occupy, without their tasks: all timers share one. Includes the handle,
 * if the subject makes one, but not the variable that holds the handle or the id.
 *
 * @param timers the number of pending timers
 * @param pendingBytes heap that they occupied
 * @param leftBytes heap that was still occupied a second after the last one was cancelled
 */
public record Footprint(int timers, long pendingBytes, long leftBytes) {
  private static final int COLLECTIONS = 4;
  private static final long LEAST_DELAY_MILLIS = 3_600_000;
  private static final int DELAY_MILLIS = 30_000;
  private static final int WARM_UP_ROUNDS = 20;
  private static final int WARM_UP_COROUTINES = 5_000;
  private static final int WARM_UP_PAUSE_MILLIS = 50;

  /**
   * Measures a subject. The classes and the empty wheel are not counted: they are there before.
   *
   * @throws IllegalStateException if the subject lost a timer
   */
  public static Footprint measure(TimerKind kind, int timers) throws InterruptedException {
    try (TimerSubject subject = kind.open(timers, false)) {
      SubjectTask task = SubjectTask.newIdle();
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
   * Heap that a sleeping coroutine occupies: its stack, its body, and its timer. What the system
   * needs at the start is not counted. The code has been compiled, because stacks of interpreted
   * code are larger.
   *
   * @throws IllegalStateException if a coroutine did not sleep
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
   * Returns the live bytes at the end of a collection. If a thread, such as a peer's, allocates
   * right after it, a later reading would include a whole region of megabytes. It takes several
   * collections to clear references that only caches held.
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
