package io.tourbillon.timer;

import io.tourbillon.timer.internal.watchdog.Watchdog;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The runs that go on in the threads of an executor, for the watchdog. They stand in a list in the
 * order in which they began, so that those that have taken too long are at its head: a look costs
 * as much as there is to report, however many run. A run that is reported leaves the list, and so
 * is reported once.
 *
 * <p>Costs a run a lock of all threads twice, for some tens of nanoseconds, and a reading of the
 * clock. Thread-safe.
 */
final class ExecutorRuns implements Watchdog.Others {
  private final Watchdog<StallReport> watchdog;
  private final long boundNanos;
  private final Consumer<StallReport> reports;
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by the lock: the head and tail of a ring. */
  private final Run ring = new Run(null);

  /**
   * @param look describes what the driver is doing
   * @param boundNanos how long a run may take
   * @param reports is told of runs that take longer, while they do
   */
  ExecutorRuns(long boundNanos, LongFunction<StallReport> look, Consumer<StallReport> reports) {
    watchdog = new Watchdog<>(boundNanos, look, reports, this);
    this.boundNanos = boundNanos;
    this.reports = reports;
    ring.next = ring;
    ring.previous = ring;
  }

  /** Which looks at the runs in here as well as at the driver. */
  Watchdog<StallReport> watchdog() {
    return watchdog;
  }

  /** A run, or the head of the ring, which has no thread. Links are guarded by the lock. */
  final class Run {
    private final @Nullable Thread thread;
    private @Nullable Run next;
    private @Nullable Run previous;

    /** Counts runs of the same task, for a look from outside. Written by the thread of the run. */
    private volatile int serial;

    /** When it began, by the watchdog's clock. Guarded by the lock. */
    private long sinceNanos;

    private Run(@Nullable Thread thread) {
      this.thread = thread;
    }

    /** The same task runs once more. By the thread of the run. */
    void beginAgain() {
      endOnce();
      append(this);
    }

    /** By the thread of the run. */
    void end() {
      endOnce();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // No other thread writes it.
    private void endOnce() {
      serial++;
      lock.lock();
      try {
        remove(this);
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * The calling thread begins a run.
   *
   * @return null if it is not watched here: the driver runs it, which is watched anyway, or there
   *     is no memory for it
   */
  @Nullable Run begin() {
    if (watchdog.isDriver()) {
      return null;
    }
    try {
      Run run = new Run(Thread.currentThread());
      append(run);
      return run;
    } catch (OutOfMemoryError full) {
      return null;
    }
  }

  private void append(Run run) {
    lock.lock();
    try {
      run.sinceNanos = watchdog.awakeNanos();
      Run last = link(ring.previous);
      run.previous = last;
      run.next = ring;
      ring.previous = run;
      last.next = run;
    } finally {
      lock.unlock();
    }
    watchdog.othersBegin();
  }

  private static void remove(Run run) {
    if (run.next != null) {
      link(run.next).previous = run.previous;
      link(run.previous).next = run.next;
      run.next = null;
      run.previous = null;
    }
  }

  private static Run link(@Nullable Run neighbour) {
    return Objects.requireNonNull(neighbour, "neighbour");
  }

  // Called by the watchdog.

  @Override
  public boolean isEmpty() {
    lock.lock();
    try {
      return ring.next == ring;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void look(long awakeNanos) {
    for (Sighting overdue : takeOverdue(awakeNanos)) {
      report(overdue);
    }
  }

  /** A run that has taken too long, and which of the runs of its task that was. */
  private record Sighting(Run run, Thread thread, int serial, long heldNanos) {}

  private List<Sighting> takeOverdue(long awakeNanos) {
    List<Sighting> overdue = new ArrayList<>();
    lock.lock();
    try {
      Run run = link(ring.next);
      while (run.thread != null && awakeNanos - run.sinceNanos >= boundNanos) {
        overdue.add(new Sighting(run, run.thread, run.serial, awakeNanos - run.sinceNanos));
        remove(run);
        run = link(ring.next);
      }
    } finally {
      lock.unlock();
    }
    return overdue;
  }

  private void report(Sighting overdue) {
    StallReport report = Stall.of(overdue.thread, overdue.heldNanos);
    // If the run has ended meanwhile, the stack may be of another one.
    if (overdue.run.serial == overdue.serial) {
      reports.accept(report);
    }
  }
}
