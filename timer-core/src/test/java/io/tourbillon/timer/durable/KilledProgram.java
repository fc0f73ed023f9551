package io.tourbillon.timer.durable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Schedules and cancels durable timers until it is killed, and records what was acknowledged and
 * what has fired in a file, a line for each. A line is in the file when its write returns, also if
 * the process is killed right afterwards.
 *
 * <ul>
 *   <li>{@code s key}: the schedule was acknowledged
 *   <li>{@code c key}: the cancel was acknowledged, and had found the timer
 *   <li>{@code a key}: the cancel was asked for
 *   <li>{@code f key late}: it has fired, so many microseconds late
 * </ul>
 */
final class KilledProgram {
  private static final int CALLERS = 8;
  private static final Duration LEASE = Duration.ofSeconds(1);

  private final FileChannel record;

  private KilledProgram(FileChannel record) {
    this.record = record;
  }

  /** Runs with a URL, the file, a seed, and {@code schedule} or {@code drain}. */
  public static void main(String[] arguments) throws Exception {
    try (FileChannel record =
        FileChannel.open(
            Path.of(arguments[1]), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      new KilledProgram(record)
          .run(arguments[0], Long.parseLong(arguments[2]), arguments[3].equals("schedule"));
    }
  }

  private void write(String line) {
    try {
      record.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void run(String url, long seed, boolean schedules) throws Exception {
    DurableTimers timers =
        DurableTimers.builder(new Databases(url))
            .createSchema()
            .lease(LEASE)
            .handler("h", this::fired)
            .build();
    System.out.println("ready");
    SplittableRandom random = new SplittableRandom(seed);
    for (int caller = 0; schedules && caller < CALLERS; caller++) {
      SplittableRandom own = random.split();
      String prefix = seed + "-" + caller + "-";
      Thread.ofVirtual().start(() -> changeAgainAndAgain(timers, own, prefix));
    }
    if (schedules) {
      TimeUnit.MINUTES.sleep(2);
    }
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (timers.pending() > 0 && System.nanoTime() - endNanos < 0) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
    timers.close();
    System.out.println("drained");
  }

  private void fired(Firing firing) {
    long lateMicros = Duration.between(firing.due(), Instant.now()).toNanos() / 1000;
    write("f " + firing.key() + " " + lateMicros);
  }

  private void changeAgainAndAgain(DurableTimers timers, SplittableRandom random, String prefix) {
    for (int number = 0; ; number++) {
      String key = prefix + number;
      // What is cancelled is due so late that its firing can not have begun.
      boolean cancelled = random.nextInt(4) == 0;
      Instant due = Instant.now().plusMillis(cancelled ? 5_000 : random.nextInt(600));
      timers.schedule("h", key, due, new byte[random.nextInt(100)]).join();
      write("s " + key);
      if (cancelled) {
        write("a " + key);
        CompletableFuture<Boolean> cancel = timers.cancel("h", key);
        if (cancel.join()) {
          write("c " + key);
        }
      }
    }
  }
}
