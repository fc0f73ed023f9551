package io.tourbillon.bench.work;

import io.tourbillon.bench.durable.Due;
import io.tourbillon.bench.durable.DurableSubject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * Callers that schedule durable timers, one each, and wait until it is durable before they schedule
 * the next. The timers are an hour away.
 */
public final class DurableScheduling {
  private static final Duration FAR = Duration.ofHours(1);

  private final LongAdder durable = new LongAdder();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final DurableSubject subject;
  private final Thread manager;

  /** Set by the manager before it ends, and read after that. */
  private volatile String failure = "";

  /** Starts the callers. */
  public DurableScheduling(DurableSubject subject, int callers) {
    this.subject = subject;
    manager = Thread.startVirtualThread(() -> run(callers));
  }

  private void run(int callers) {
    try {
      Callers.run(callers, this::scheduleOne);
    } catch (IllegalStateException failed) {
      failure = String.valueOf(failed.getMessage());
    } catch (InterruptedException stopped) {
      failure = "the callers were interrupted";
    }
  }

  private boolean scheduleOne(int timer) {
    if (ended.get()) {
      return false;
    }
    subject.schedule(List.of(new Due(timer, Instant.now().plus(FAR))));
    durable.increment();
    return true;
  }

  /** How many timers are durable so far. */
  public long durable() {
    return durable.sum();
  }

  /**
   * Ends the callers and checks what they did.
   *
   * @throws IllegalStateException if a caller has failed, or the database does not hold all timers
   */
  public void end() throws InterruptedException {
    ended.set(true);
    manager.join();
    if (!failure.isEmpty()) {
      throw new IllegalStateException(failure);
    }
    long stored = subject.stored();
    if (stored != durable.sum()) {
      throw new IllegalStateException(
          "the database must hold " + durable.sum() + " timers, and holds " + stored);
    }
  }
}
