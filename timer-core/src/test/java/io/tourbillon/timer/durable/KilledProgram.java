package io.tourbillon.timer.durable;

import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Makes {@link RandomChanges} until it is killed, and records them in a file. */
final class KilledProgram {
  private static final int CALLERS = 8;
  private static final Duration LEASE = Duration.ofSeconds(1);

  private KilledProgram() {}

  /** Runs with a URL, the file, a seed, and {@code schedule} or {@code drain}. */
  public static void main(String[] arguments) throws Exception {
    long seed = Long.parseLong(arguments[2]);
    try (RecordFile record = new RecordFile(Path.of(arguments[1]))) {
      RandomChanges changes = new RandomChanges(record, "" + seed, Duration.ofMinutes(1));
      DurableTimers timers =
          DurableTimers.builder(new Databases(arguments[0]))
              .createSchema()
              .lease(LEASE)
              .handler("h", changes::fire)
              .build();
      System.out.println("ready");
      if (arguments[3].equals("schedule")) {
        schedule(timers, changes, seed);
      } else {
        drain(timers);
      }
    }
  }

  private static void schedule(DurableTimers timers, RandomChanges changes, long seed)
      throws InterruptedException {
    SplittableRandom random = new SplittableRandom(seed);
    for (int caller = 0; caller < CALLERS; caller++) {
      SplittableRandom own = random.split();
      String prefix = seed + "-" + caller + "-";
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  changes.make(timers, prefix, own);
                } catch (InterruptedException never) {
                  throw new AssertionError(never);
                }
              });
    }
    TimeUnit.MINUTES.sleep(2);
  }

  private static void drain(DurableTimers timers) throws InterruptedException {
    long endNanos = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
    while (timers.pending() > 0 && System.nanoTime() - endNanos < 0) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
    long left = timers.pending();
    timers.close();
    System.out.println(left == 0 ? "drained" : left + " are left");
  }
}
