package io.tourbillon.bench.subject;

import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.server.util.timer.SystemTimer;
import org.apache.kafka.server.util.timer.TimerTask;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's SystemTimer: hierarchical wheels of 20 slots behind one lock, and a queue of the slots
 * that are not empty. A thread of the user advances its clock, as in a broker; tasks run on a
 * second thread. A task is a subclass of Kafka's own class and holds its delay, so each arm makes
 * one.
 */
final class KafkaTimers implements TimerSubject {
  /** How long the thread that advances the clock waits for the next slot, as in a broker. */
  private static final long WAIT_MILLIS = 200;

  private final SystemTimer timer = new SystemTimer(TimerSubject.THREAD_NAME);
  private final @Nullable Armed[] tasks;
  private final Thread clock;
  private volatile boolean closed;

  KafkaTimers(int places) {
    tasks = new Armed[places];
    clock = TimerSubject.DRIVER_THREADS.newThread(this::advance);
    clock.start();
  }

  private void advance() {
    try {
      while (!closed) {
        timer.advanceClock(WAIT_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void arm(int place, long delayNanos, SubjectTask task) {
    Armed armed = new Armed(delayMillis(delayNanos), task);
    tasks[place] = armed;
    timer.add(armed);
  }

  /**
   * Kafka adds the delay to a clock reading that is cut to a millisecond, so it fires up to a
   * millisecond early. Users whose timeouts must not be early add a millisecond, and so does this
   * class.
   */
  private static long delayMillis(long delayNanos) {
    return Math.ceilDiv(delayNanos, TimeUnit.MILLISECONDS.toNanos(1)) + 1;
  }

  /**
   * Kafka does not tell whether the call ended the timer. A task that has run tells that itself; a
   * task that is waiting for its thread at this moment counts as pending.
   */
  @Override
  public boolean cancel(int place) {
    Armed task = Objects.requireNonNull(tasks[place], "a place must be armed first");
    boolean wasPending = !task.ran && !task.isCancelled();
    task.cancel();
    return wasPending;
  }

  @Override
  public void forget() {
    Arrays.fill(tasks, null);
  }

  @Override
  public long pending() {
    return timer.size();
  }

  @Override
  public void close() {
    closed = true;
    clock.interrupt();
    timer.close();
  }

  private static final class Armed extends TimerTask {
    private final SubjectTask task;

    /** Written by Kafka's thread, read by the thread that cancels. */
    private volatile boolean ran;

    Armed(long delayMillis, SubjectTask task) {
      super(delayMillis);
      this.task = task;
    }

    @Override
    public void run() {
      ran = true;
      task.run();
    }
  }
}
