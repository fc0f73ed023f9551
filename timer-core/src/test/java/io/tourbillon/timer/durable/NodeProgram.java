package io.tourbillon.timer.durable;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A node of durable timers in a process of its own. It does what the lines of its standard input
 * say, answers each with a line, and ends with its input:
 *
 * <ul>
 *   <li>{@code schedule handler prefix count firstMillis stepMillis}: schedules timers and waits
 *       until all are durable
 *   <li>{@code hold}: from now on the handlers {@code held}, {@code exact} and {@code begun} wait
 *       for the file {@code released}
 *   <li>{@code owned}: answers with the number of owned shards
 * </ul>
 *
 * <p>The handlers record what happens; {@link NodesRecord} reads it:
 *
 * <ul>
 *   <li>{@code plain} takes effect at once;
 *   <li>{@code held} waits first, if the node is told to;
 *   <li>{@code exact} waits, and then takes effect in the transaction of its firing;
 *   <li>{@code begun} begins the transaction first, and then waits.
 * </ul>
 */
final class NodeProgram {
  private static final byte[] NONE = {};

  private final String name;
  private final RecordFile record;
  private final Path released;
  private volatile boolean holds;

  private NodeProgram(String name, RecordFile record, Path released) {
    this.name = name;
    this.record = record;
    this.released = released;
  }

  /** Runs with a URL, a name, the lease in milliseconds, the record and the file to wait for. */
  public static void main(String[] arguments) throws Exception {
    try (RecordFile record = new RecordFile(Path.of(arguments[3]))) {
      new NodeProgram(arguments[1], record, Path.of(arguments[4]))
          .run(arguments[0], Duration.ofMillis(Long.parseLong(arguments[2])));
    }
  }

  private void run(String url, Duration lease) throws Exception {
    try (DurableTimers timers =
            DurableTimers.builder(new Databases(url))
                .createSchema()
                .name(name)
                .lease(lease)
                .handler("plain", this::takeEffect)
                .handler("held", this::waitAndTakeEffect)
                .handler("exact", firing -> inTransaction(firing, false))
                .handler("begun", firing -> inTransaction(firing, true))
                .build();
        BufferedReader input =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      System.out.println("ready");
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        System.out.println(answer(timers, line.split(" ", -1)));
      }
    }
  }

  private String answer(DurableTimers timers, String[] words) {
    switch (words[0]) {
      case "schedule" -> schedule(timers, words);
      case "hold" -> holds = true;
      case "owned" -> {
        return "" + timers.stats().ownedShards();
      }
      default -> throw new IllegalArgumentException(words[0]);
    }
    return "done";
  }

  private void schedule(DurableTimers timers, String[] words) {
    Instant due = Instant.now().plusMillis(Long.parseLong(words[4]));
    List<CompletableFuture<Void>> written = new ArrayList<>();
    for (int number = 0; number < Integer.parseInt(words[3]); number++) {
      written.add(timers.schedule(words[1], words[2] + number, due, NONE));
      due = due.plusMillis(Long.parseLong(words[5]));
    }
    written.forEach(CompletableFuture::join);
    for (int number = 0; number < written.size(); number++) {
      record.write("acknowledged", words[1] + "/" + words[2] + number);
    }
  }

  private void takeEffect(Firing firing) {
    Instant now = Instant.now();
    record.write(
        "effect",
        firing.handler() + "/" + firing.key(),
        name,
        firing.fence(),
        micros(firing.due()),
        micros(now));
  }

  private static long micros(Instant time) {
    return Duration.between(Instant.EPOCH, time).toNanos() / 1000;
  }

  private void waitAndTakeEffect(Firing firing) throws InterruptedException {
    waitIfTold(firing);
    takeEffect(firing);
  }

  private void waitIfTold(Firing firing) throws InterruptedException {
    if (holds) {
      record.write("waits", firing.handler() + "/" + firing.key(), name);
      while (!Files.exists(released)) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  private void inTransaction(Firing firing, boolean beginsFirst)
      throws InterruptedException, SQLException {
    try {
      if (beginsFirst) {
        firing.connection();
      }
      waitIfTold(firing);
      addEffect(firing.connection(), firing.key());
    } catch (DurableTimersException refused) {
      record.write("refused", firing.handler() + "/" + firing.key(), name);
      throw refused;
    }
    takeEffect(firing);
  }

  private static void addEffect(Connection transaction, String key) throws SQLException {
    try (PreparedStatement insert =
        transaction.prepareStatement("INSERT INTO effects (key) VALUES (?)")) {
      insert.setString(1, key);
      insert.executeUpdate();
    }
  }
}
