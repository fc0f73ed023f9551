package io.tourbillon.timer.durable;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes on one PostgreSQL, of which some are stopped for longer than two leases. */
@Tag("programs")
@Tag("long")
class PostgresStoppedNodesTest {
  private static final int SHARDS = 64;

  private static @Nullable PostgresServer server;

  @TempDir Path folder;

  @BeforeAll
  static void startServer() throws Exception {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stopServer() throws Exception {
    if (server != null) {
      server.remove();
    }
  }

  private StoppedNodes start(Duration lease, int count) throws Exception {
    String url = Objects.requireNonNull(server).newDatabase();
    StoppedNodes nodes = StoppedNodes.start(url, lease, folder, count);
    nodes.awaitShared(count, SHARDS / count - 1);
    return nodes;
  }

  /** The lease is as long that a survivor which looks three times a lease would be too late. */
  @Test
  void nodeThatIsStopped_othersFire_andTheZombieIsRefused() throws Exception {
    Duration lease = Duration.ofSeconds(4);
    try (StoppedNodes nodes = start(lease, 3)) {
      NodeProcess victim = nodes.node(0);
      nodes.hold(victim, "held");
      String exact = nodes.hold(victim, "exact");
      victim.tell("schedule plain early 100 100 60");
      nodes.node(1).tell("schedule plain other 100 100 60");
      TimeUnit.MILLISECONDS.sleep(300); // Some fire before.
      long stoppedMicros = nodes.stop(List.of(victim));
      nodes.node(2).tell("schedule plain later 100 100 60");
      TimeUnit.MILLISECONDS.sleep(2 * lease.toMillis() + 100);
      nodes.awaitEffects();
      nodes.resume(List.of(victim));
      nodes.checkZombies(victim);
      nodes.await(
          record -> record.refused.contains(exact + " " + victim.name),
          "the zombie's transaction is not refused");
      nodes.check(stoppedMicros);
    }
  }

  /** The server keeps the transaction of a process that is stopped, and with it the row. */
  @Test
  void nodeThatIsStoppedInItsTransaction_takesEffectOnce() throws Exception {
    Duration lease = Duration.ofSeconds(1);
    try (StoppedNodes nodes = start(lease, 2)) {
      NodeProcess victim = nodes.node(0);
      nodes.hold(victim, "begun");
      victim.tell("schedule plain p 50 100 30");
      nodes.stop(List.of(victim));
      TimeUnit.MILLISECONDS.sleep(3 * lease.toMillis());
      long resumedMicros = System.currentTimeMillis() * 1000;
      nodes.resume(List.of(victim));
      nodes.awaitEffects();
      nodes.check(resumedMicros);
    }
  }

  @Test
  @Timeout(600)
  void nodesThatAreStoppedAgainAndAgain_loseNothing() throws Exception {
    Duration lease = Duration.ofSeconds(2);
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (StoppedNodes nodes = start(lease, 3)) {
      for (int round = 0; round < 30; round++) {
        String where = "seed " + seed + ", round " + round;
        List<NodeProcess> all = new ArrayList<>();
        for (int number = 0; number < 3; number++) {
          all.add(nodes.node(number));
        }
        Collections.shuffle(all, random);
        List<NodeProcess> victims = all.subList(0, 1 + random.nextInt(2));
        for (NodeProcess node : all) {
          node.tell("schedule plain r" + round + "-" + node.name + "- 500 100 10");
          node.tell("schedule exact r" + round + "-" + node.name + "- 100 100 50");
        }
        TimeUnit.MILLISECONDS.sleep(random.nextInt(2_000));
        nodes.stop(victims);
        TimeUnit.MILLISECONDS.sleep(2 * lease.toMillis() + random.nextInt(1_000));
        nodes.resume(victims);
        nodes.await(record -> record.broken().isEmpty(), where);
      }
      nodes.check(Long.MAX_VALUE); // Without a limit of lateness.
    }
  }
}
