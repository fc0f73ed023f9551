package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Nodes in processes of their own on one database, of which some are stopped for longer than two
 * leases and then continue. For one thread.
 */
final class StoppedNodes implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final String url;
  private final Duration lease;
  private final Path folder;
  private final List<NodeProcess> nodes = new ArrayList<>();
  private final Set<String> held = new HashSet<>();
  private final HeldUp heldUp = new HeldUp();
  private long heldUpBeforeMicros;

  private StoppedNodes(String url, Duration lease, Path folder) {
    this.url = url;
    this.lease = lease;
    this.folder = folder;
  }

  /** Starts nodes and waits until all shards are shared. */
  static StoppedNodes start(String url, Duration lease, Path folder, int count) throws Exception {
    StoppedNodes all = new StoppedNodes(url, lease, folder);
    try {
      all.execute("CREATE TABLE effects (key VARCHAR(100))");
      for (int number = 0; number < count; number++) {
        all.nodes.add(NodeProcess.start(url, "node" + number, lease, folder));
        if (number == 0) {
          all.nodes.getFirst().awaitReady(); // It makes the tables.
        }
      }
      for (NodeProcess node : all.nodes.subList(1, count)) {
        node.awaitReady();
      }
      return all;
    } catch (Throwable failure) {
      all.close();
      throw failure;
    }
  }

  NodeProcess node(int number) {
    return nodes.get(number);
  }

  /** Waits until a node owns so many shards. */
  void awaitOwned(NodeProcess node, int count) throws Exception {
    await(() -> node.tell("owned").equals("" + count), () -> node.name + " never owns " + count);
  }

  /** Waits until each node owns at least so many shards. */
  void awaitShared(int count, int least) throws Exception {
    for (NodeProcess node : nodes.subList(0, count)) {
      await(
          () -> Integer.parseInt(node.tell("owned")) >= least,
          () -> node.name + " never owns " + least);
    }
  }

  NodesRecord record() throws IOException {
    return NodesRecord.read(folder.resolve("record"));
  }

  /**
   * Lets a handler of a node begin and wait.
   *
   * @return the name of the timer
   */
  String hold(NodeProcess node, String handler) throws Exception {
    node.tell("hold");
    // A shard may move to another node just now, which fires the timer.
    for (int attempt = 0; attempt < 10; attempt++) {
      String key = "held" + attempt + "-";
      String name = handler + "/" + key + "0";
      node.tell("schedule " + handler + " " + key + " 1 0 0");
      await(record -> record.begun(name), name + " does not begin");
      if (record().waits.contains(name + " " + node.name)) {
        held.add(name);
        return name;
      }
    }
    throw new AssertionError("no timer of " + handler + " begins on " + node.name);
  }

  /**
   * Stops nodes, while none of them is in the middle of a transaction that locks all others out.
   *
   * @return when, in microseconds since 1970
   */
  long stop(List<NodeProcess> victims) throws Exception {
    for (int attempt = 0; attempt < 100; attempt++) {
      for (NodeProcess victim : victims) {
        victim.stop();
      }
      if (isFree()) {
        heldUpBeforeMicros = heldUp.micros();
        return Duration.between(Instant.EPOCH, Instant.now()).toNanos() / 1000;
      }
      for (NodeProcess victim : victims) {
        victim.resume();
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    throw new IllegalStateException("the file is always locked");
  }

  /** SQLite has one lock for all writers. A process that is stopped with it holds all others up. */
  private boolean isFree() throws SQLException {
    if (!url.startsWith("jdbc:sqlite:")) {
      return true;
    }
    try (Connection connection = new Databases(url).getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 50");
      statement.execute("BEGIN IMMEDIATE");
      statement.execute("ROLLBACK");
      return true;
    } catch (SQLException locked) {
      return false;
    }
  }

  /** Lets all that waits go on, on the nodes that were stopped as well. */
  void resume(List<NodeProcess> victims) throws Exception {
    Path released = folder.resolve("released");
    if (!Files.exists(released)) {
      Files.createFile(released);
    }
    for (NodeProcess victim : victims) {
      victim.resume();
    }
  }

  /** Waits until each acknowledged timer has taken effect. */
  void awaitEffects() throws Exception {
    await(record -> record.first().keySet().containsAll(record.acknowledged), "not all have fired");
  }

  void await(Predicate<NodesRecord> condition, String otherwise) throws Exception {
    await(() -> condition.test(record()), () -> otherwise + "; broken: " + record().broken());
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private interface Text {
    String text() throws Exception;
  }

  private static void await(Condition condition, Text otherwise) throws Exception {
    long startNanos = System.nanoTime();
    while (!condition.holds()) {
      if (System.nanoTime() - startNanos > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
        throw new AssertionError(otherwise.text());
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** Checks all promises, when nothing is left to fire. */
  void check(long stoppedMicros) throws Exception {
    NodesRecord record = record();
    assertEquals(List.of(), record.broken());
    long heldUpMicros = heldUp.micros() - heldUpBeforeMicros;
    long limitMicros = TimeUnit.NANOSECONDS.toMicros(lease.plusSeconds(1).toNanos());
    assertEquals(List.of(), record.laterThan(limitMicros + heldUpMicros, stoppedMicros));
    assertEquals(List.of(), record.zombiesIn(FencedSink.create()));
    await(() -> count("SELECT count(*) FROM tourbillon_timers") == 0, () -> "rows are left");
    assertEquals(
        List.of(), strings("SELECT key FROM effects GROUP BY key HAVING count(*) > 1"), "twice");
    Set<String> exact = new HashSet<>();
    record.acknowledged.stream()
        .filter(key -> key.startsWith("exact/") || key.startsWith("begun/"))
        .forEach(key -> exact.add(key.substring(key.indexOf('/') + 1)));
    assertEquals(exact, Set.copyOf(strings("SELECT key FROM effects")));
  }

  /**
   * Checks that the zombies were there: each handler that a node was stopped in has taken effect
   * there, after another node's, and a sink without fences lets it in.
   */
  void checkZombies(NodeProcess victim) throws Exception {
    await(
        record ->
            record.effects.stream().anyMatch(one -> one.node().equals(victim.name) && isHeld(one)),
        "the zombie does not take effect");
    NodesRecord record = record();
    assertFalse(record.zombiesIn(FencedSink.ignoringFences()).isEmpty());
    assertTrue(
        record.first().values().stream()
            .filter(this::isHeld)
            .noneMatch(one -> one.node().equals(victim.name)),
        () -> "nobody has taken over: " + record.effects);
  }

  private boolean isHeld(NodesRecord.Effect effect) {
    return effect.key().startsWith("held/") && held.contains(effect.key());
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = new Databases(url).getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private int count(String sql) throws SQLException {
    return Integer.parseInt(strings(sql).getFirst());
  }

  private List<String> strings(String sql) throws SQLException {
    List<String> strings = new ArrayList<>();
    try (Connection connection = new Databases(url).getConnection();
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(sql)) {
      while (found.next()) {
        strings.add(found.getString(1));
      }
    }
    return strings;
  }

  @Override
  public void close() {
    heldUp.close();
    for (NodeProcess node : nodes) {
      node.close();
    }
  }
}
