package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;

/**
 * Nodes in this process on one database, and callers who change timers at random while the test
 * breaks what is between the nodes and the database. For one thread.
 */
final class ChangingNodes implements AutoCloseable {
  private static final int CALLERS = 4;
  private static final long PATIENCE_SECONDS = 60;

  private final Duration writeLimit;
  private final Duration futureLimit;
  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final AtomicInteger firings = new AtomicInteger();
  private final List<DurableTimers> nodes = new ArrayList<>();
  private final List<RandomChanges> changes = new ArrayList<>();
  private final List<Thread> callers = new ArrayList<>();
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  /**
   * @param futureLimit within which each future of a caller must end
   */
  ChangingNodes(Duration writeLimit, Duration futureLimit) {
    this.writeLimit = writeLimit;
    this.futureLimit = futureLimit;
  }

  /** Adds a node, with callers. */
  DurableTimers add(DataSource source, Duration lease) {
    String name = "node" + nodes.size();
    RandomChanges own = new RandomChanges(this::write, name, futureLimit);
    changes.add(own);
    DurableTimers node =
        DurableTimers.builder(source)
            .createSchema()
            .name(name)
            .lease(lease)
            .writeLimit(writeLimit)
            .handler("h", own::fire)
            .build();
    nodes.add(node);
    for (int caller = 0; caller < CALLERS; caller++) {
      String prefix = name + "-" + caller + "-";
      SplittableRandom ownRandom = random.split();
      callers.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      own.make(node, prefix, ownRandom);
                    } catch (InterruptedException ended) {
                      // The test has failed.
                    }
                  }));
    }
    return node;
  }

  private void write(Object... words) {
    List<String> texts = new ArrayList<>();
    for (Object word : words) {
      texts.add(String.valueOf(word));
    }
    if (texts.getFirst().equals("f")) {
      // A node that was cut off fires again what another one has fired: each counts for itself.
      texts.set(4, texts.get(4) + "-" + firings.incrementAndGet());
    }
    lines.add(String.join(" ", texts));
  }

  SplittableRandom random() {
    return random;
  }

  long fired() {
    return firings.get();
  }

  /** Ends the callers, waits until nothing is left to fire, and checks all promises. */
  String finish() throws InterruptedException {
    changes.forEach(RandomChanges::end);
    for (Thread caller : callers) {
      assertTrue(
          caller.join(futureLimit.plusSeconds(5)), () -> "seed " + seed + ": a caller hangs");
    }
    await(() -> nodes.getFirst().pending() == 0);
    assertEquals(0, nodes.getFirst().pending(), () -> "seed " + seed + ": left");
    ChangesRecord record = ChangesRecord.of(List.copyOf(lines));
    assertEquals(List.of(), record.broken(), "seed " + seed);
    return "seed " + seed + ": " + record;
  }

  /** Waits for a condition; the assertion that follows says what is wrong. */
  static void await(BooleanSupplier condition) throws InterruptedException {
    long startNanos = System.nanoTime();
    while (!condition.getAsBoolean()
        && System.nanoTime() - startNanos < TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  @Override
  public void close() {
    changes.forEach(RandomChanges::end);
    callers.forEach(Thread::interrupt);
    nodes.forEach(DurableTimers::close);
  }
}
