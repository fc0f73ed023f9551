package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk of an SQLite file is full for a while. */
class SqliteFullDiskTest {
  private static final Duration WRITE_LIMIT = Duration.ofSeconds(1);
  private static final byte[] PAYLOAD = new byte[1_000];

  @TempDir Path folder;

  private interface Disk extends AutoCloseable {
    String url() throws Exception;

    void makeRoom() throws Exception;

    @Override
    void close() throws IOException;
  }

  /** A limit of SQLite on the pages of the file, most of which another table takes. */
  private final class FewPages implements Disk {
    private final String file = "jdbc:sqlite:" + folder.resolve("timers.db");

    FewPages() throws SQLException {
      execute("PRAGMA journal_mode = WAL");
      execute("CREATE TABLE ballast (bytes BLOB)");
      execute("INSERT INTO ballast VALUES (zeroblob(1000000))");
    }

    private void execute(String sql) throws SQLException {
      try (Connection connection = new Databases(file).getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA busy_timeout = 10000");
        statement.execute(sql);
      }
    }

    @Override
    public String url() {
      return file + "?max_page_count=300";
    }

    @Override
    public void makeRoom() throws SQLException {
      execute("DELETE FROM ballast");
    }

    @Override
    public void close() {}
  }

  /** A small file system in memory. Only root may mount it. */
  private final class SmallFileSystem implements Disk {
    private final Path mounted = folder.resolve("disk");
    private final Path ballast = mounted.resolve("ballast");

    SmallFileSystem() throws IOException {
      Files.createDirectory(mounted);
      run("mount", "-t", "tmpfs", "-o", "size=3m", "none", mounted.toString());
      Files.write(ballast, new byte[2_000_000]);
    }

    private static void run(String... command) throws IOException {
      Process process = new ProcessBuilder(command).inheritIO().start();
      assertEquals(0, process.onExit().join().exitValue(), () -> String.join(" ", command));
    }

    @Override
    public String url() {
      return "jdbc:sqlite:" + mounted.resolve("timers.db");
    }

    @Override
    public void makeRoom() throws IOException {
      Files.delete(ballast);
    }

    @Override
    public void close() throws IOException {
      run("umount", "--lazy", mounted.toString());
    }
  }

  @Test
  void fileThatMayNotGrow_schedulesFailInTime_nothingIsLost_andItGoesOn() throws Exception {
    try (Disk disk = new FewPages()) {
      fillAndMakeRoom(disk);
    }
  }

  @Test
  @Tag("programs")
  @Tag("long")
  void fileSystemThatIsFull_schedulesFailInTime_nothingIsLost_andItGoesOn() throws Exception {
    try (Disk disk = new SmallFileSystem()) {
      fillAndMakeRoom(disk);
    }
  }

  private static void fillAndMakeRoom(Disk disk) throws Exception {
    BlockingQueue<String> fired = new LinkedBlockingQueue<>();
    try (DurableTimers timers =
        DurableTimers.builder(new Databases(disk.url()))
            .createSchema()
            .lease(Duration.ofSeconds(1))
            .writeLimit(WRITE_LIMIT)
            .handler("h", firing -> fired.add(firing.key()))
            .build()) {
      Set<String> acknowledged = new HashSet<>();
      Throwable failure = fill(timers, acknowledged);
      assertTrue(
          failure instanceof DurableTimersException
              && String.valueOf(failure.getMessage()).contains("full"),
          failure::toString);
      assertFalse(acknowledged.isEmpty());
      assertEquals(acknowledged.size(), timers.pending() + fired.size(), "while it is full");
      TimeUnit.MILLISECONDS.sleep(2_000); // Timers become due, and the lease has to be renewed.
      disk.makeRoom();
      timers.schedule("h", "afterwards", Instant.now(), PAYLOAD).get(10, TimeUnit.SECONDS);
      acknowledged.add("afterwards");
      Set<String> all = new HashSet<>();
      while (all.size() < acknowledged.size()) {
        String key = fired.poll(20, TimeUnit.SECONDS);
        assertTrue(key != null, () -> all.size() + " have fired of " + acknowledged.size());
        assertTrue(all.add(key), () -> key + " fires twice");
      }
      assertEquals(acknowledged, all);
    }
  }

  /** Schedules timers one by one until one fails, and returns the failure. */
  private static Throwable fill(DurableTimers timers, Set<String> acknowledged) throws Exception {
    Instant due = Instant.now().plusSeconds(3);
    for (int number = 0; number < 5_000; number++) {
      long startNanos = System.nanoTime();
      CompletableFuture<Void> written = timers.schedule("h", "k" + number, due, PAYLOAD);
      try {
        written.get(WRITE_LIMIT.toMillis() + 4_000, TimeUnit.MILLISECONDS);
      } catch (ExecutionException full) {
        assertTrue(
            System.nanoTime() - startNanos <= WRITE_LIMIT.plusSeconds(4).toNanos(), "in time");
        return full.getCause();
      }
      acknowledged.add("k" + number);
    }
    throw new AssertionError("it is never full");
  }
}
