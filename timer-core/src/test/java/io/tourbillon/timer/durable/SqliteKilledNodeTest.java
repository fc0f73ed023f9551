package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A process that fires from an SQLite file is killed, and nobody waits for its lease. */
class SqliteKilledNodeTest {
  private static final Duration LEASE = Duration.ofMinutes(30);

  @TempDir Path folder;

  private final CountDownLatch fired = new CountDownLatch(5);

  private DurableTimers open() {
    return DurableTimers.open(folder.resolve("timers.db"))
        .lease(LEASE)
        .handler("plain", _ -> fired.countDown())
        .build();
  }

  private NodeProcess owner() throws Exception {
    String url = "jdbc:sqlite:" + folder.resolve("timers.db");
    NodeProcess owner = NodeProcess.start(url, "node0", LEASE, folder);
    owner.awaitReady();
    assertEquals("1", owner.tell("owned"));
    owner.tell("schedule plain later 5 2000 1");
    return owner;
  }

  @Test
  void processThatStandsBy_firesSoonAfterTheKill_andNotBefore() throws Exception {
    try (NodeProcess owner = owner();
        DurableTimers standby = open()) {
      TimeUnit.MILLISECONDS.sleep(1_200); // It looks twice a second.
      assertEquals(0, standby.stats().ownedShards());
      owner.kill();
      assertTrue(fired.await(20, TimeUnit.SECONDS), () -> standby.stats().toString());
    }
  }

  @Test
  void nextProcess_ownsAtOnce() throws Exception {
    owner().kill();
    try (DurableTimers next = open()) {
      assertEquals(1, next.stats().ownedShards());
      assertTrue(fired.await(20, TimeUnit.SECONDS), () -> next.stats().toString());
    }
  }

  /** Otherwise those who come later would lock another file, and take each other for dead. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void fileOfLocksThatIsDeleted_isMadeAnew_andTheOwnerKeepsItsShard() throws Exception {
    try (NodeProcess owner = owner();
        DurableTimers standby = open()) {
      Path locks = folder.resolve("timers.db-nodes");
      Files.delete(locks);
      ChangingNodes.await(() -> Files.exists(locks));
      assertTrue(Files.exists(locks));
      TimeUnit.MILLISECONDS.sleep(1_200); // Each looks twice a second.
      assertEquals(0, standby.stats().ownedShards());
      assertEquals("1", owner.tell("owned"));
      owner.kill();
      ChangingNodes.await(() -> standby.stats().ownedShards() == 1);
      assertEquals(1, standby.stats().ownedShards());
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void fileOfLocks_hasThePermissionsOfTheDatabase() throws Exception {
    Path file = Files.createFile(folder.resolve("timers.db"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    try (DurableTimers _ = open()) {
      assertEquals(
          PosixFilePermissions.fromString("rw-rw-rw-"),
          Files.getPosixFilePermissions(folder.resolve("timers.db-nodes")));
    }
  }

  @Test
  void servicesOfOneProcess_takeTurns_evenIfOneOfThemIsClosed() throws Exception {
    DurableTimers first = open();
    try (DurableTimers second = open()) {
      try (DurableTimers third = open()) {
        assertEquals(0, third.stats().ownedShards());
      }
      TimeUnit.MILLISECONDS.sleep(1_200);
      assertEquals(1, first.stats().ownedShards());
      assertEquals(0, second.stats().ownedShards());
      first.close();
      ChangingNodes.await(() -> second.stats().ownedShards() == 1);
      assertEquals(1, second.stats().ownedShards());
    } finally {
      first.close();
    }
  }
}
