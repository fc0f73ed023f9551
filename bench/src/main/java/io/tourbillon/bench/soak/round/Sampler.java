package io.tourbillon.bench.soak.round;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.HdrHistogram.ValueRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Measures lateness over time. What is recorded goes to the current window, a fraction of a second
 * for the plots, and to the current part of the round, which is judged.
 *
 * <p>Values are recorded by any thread, and without allocation. A thread of its own ends the
 * windows. While the heap is full it may fail to; the values go to a later window then.
 */
public final class Sampler implements AutoCloseable {
  /** Anything later is recorded as this late. */
  static final long MOST_NANOS = TimeUnit.HOURS.toNanos(1);

  private static final int DIGITS = 2;
  private static final long GRACE_MILLIS = 10_000;

  private final long startNanos = System.nanoTime();
  private final long windowMillis;
  private final Series timers = new Series();
  private final Series sleeps = new Series();
  private final Series machine = new Series();
  private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final MachineMeter meter = new MachineMeter(machine.recorder);

  /** Guarded by this. */
  private final List<Window> windows = new ArrayList<>();

  /** Ends the windows. */
  private final Thread thread;

  /** Written by the thread that closes, read by the sampler's. */
  private volatile boolean closed;

  /**
   * All that was recorded in a part, so that parts of several processes can be added up.
   *
   * @param timers how late timers were, in nanoseconds, and so on
   */
  public record Times(Histogram timers, Histogram sleeps, Histogram machine) {}

  /** One kind of lateness. Guarded by the sampler, but for the recorder. */
  private static final class Series {
    private final Recorder recorder = new Recorder(MOST_NANOS, DIGITS);
    private final Histogram part = new Histogram(MOST_NANOS, DIGITS);

    /** Made once: a window takes no memory but for its figures. */
    private @Nullable Histogram window;

    private Lateness endWindow() {
      window = recorder.getIntervalHistogram(window);
      part.add(window);
      return Lateness.of(window);
    }

    private Lateness endPart() {
      Lateness lateness = Lateness.of(part);
      part.reset();
      return lateness;
    }
  }

  /**
   * Begins to measure.
   *
   * @param windowMillis the length of a window
   */
  public Sampler(long windowMillis) {
    this.windowMillis = windowMillis;
    thread = Thread.ofPlatform().daemon().name("soak-sampler").start(this::run);
  }

  /** Returns where timers record how late they ran. */
  public ValueRecorder timers() {
    return timers.recorder;
  }

  /** Returns where coroutines record how late they went on. */
  public ValueRecorder sleeps() {
    return sleeps.recorder;
  }

  private void run() {
    while (!closed) {
      try {
        TimeUnit.MILLISECONDS.sleep(windowMillis);
        endWindow();
      } catch (InterruptedException | OutOfMemoryError disturbed) {
        // A fault did this: the window becomes longer.
      }
    }
  }

  /** Ends a window before its time. */
  public synchronized void endWindow() {
    windows.add(
        new Window(
            millis(),
            timers.endWindow(),
            sleeps.endWindow(),
            machine.endWindow(),
            memory.getHeapMemoryUsage().getUsed(),
            threads.getThreadCount()));
  }

  /**
   * Ends a part of the round.
   *
   * @return what was measured in it
   */
  public synchronized Window endPart() {
    endWindow();
    Window last = windows.getLast();
    return new Window(
        last.atMillis(),
        timers.endPart(),
        sleeps.endPart(),
        machine.endPart(),
        last.heapBytes(),
        last.threads());
  }

  /** Returns what was recorded in this part up to the last end of a window. */
  public synchronized Times times() {
    return new Times(timers.part.copy(), sleeps.part.copy(), machine.part.copy());
  }

  /** Returns the time since the beginning. */
  public long millis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
  }

  /** Returns the windows so far. */
  public synchronized List<Window> windows() {
    return List.copyOf(windows);
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    meter.close();
    try {
      thread.join(GRACE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
