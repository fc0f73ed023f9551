package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An SQLite file that something has damaged: a clear error names it, and it stays as it is. */
class SqliteDamagedFileTest {
  private static final int PAGE_BYTES = 4_096;
  private static final byte[] PAYLOAD = new byte[100];

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("timers.db");
  }

  /** Fills a file, and damages it. Returns its bytes. */
  private byte[] damaged(UnaryOperator<byte[]> damage) throws IOException {
    Files.deleteIfExists(file());
    try (DurableTimers timers = DurableTimers.open(file()).build()) {
      List<CompletableFuture<Void>> written = new ArrayList<>();
      Instant due = Instant.now().plusSeconds(3_600);
      for (int number = 0; number < 2_000; number++) {
        written.add(timers.schedule("h", "k" + number, due, PAYLOAD));
      }
      written.forEach(CompletableFuture::join);
    }
    assertFalse(Files.exists(folder.resolve("timers.db-wal")), "all of it is in the file");
    byte[] bytes = damage.apply(Files.readAllBytes(file()));
    Files.write(file(), bytes);
    return bytes;
  }

  private static byte[] overwritten(byte[] bytes, int from, int to) {
    Arrays.fill(bytes, from, to, (byte) 0xaa);
    return bytes;
  }

  private DurableTimers open() {
    return DurableTimers.open(file()).lease(Duration.ofSeconds(1)).handler("h", _ -> {}).build();
  }

  private void assertNamesTheFile(Throwable failure) {
    assertTrue(
        failure instanceof DurableTimersException
            && String.valueOf(failure.getMessage()).contains(file().toString()),
        failure::toString);
  }

  private void assertRefused(UnaryOperator<byte[]> damage) throws IOException {
    byte[] bytes = damaged(damage);
    DurableTimersException refused = assertThrows(DurableTimersException.class, this::open);
    assertNamesTheFile(refused);
    assertArrayEquals(bytes, Files.readAllBytes(file()));
    try (var files = Files.list(folder)) {
      assertEquals(List.of(file(), folder.resolve("timers.db-nodes")), files.sorted().toList());
    }
  }

  @Test
  void headerThatIsOverwritten_isRefused() throws Exception {
    assertRefused(bytes -> overwritten(bytes, 0, 100));
  }

  @Test
  void fileThatIsNoDatabase_isRefused() throws Exception {
    assertRefused(bytes -> overwritten(bytes, 0, bytes.length));
  }

  @Test
  void fileThatIsTruncated_isRefused() throws Exception {
    assertRefused(bytes -> Arrays.copyOf(bytes, bytes.length / 2));
    assertRefused(bytes -> Arrays.copyOf(bytes, bytes.length / 2 + 77));
    assertRefused(bytes -> Arrays.copyOf(bytes, 50));
  }

  @Test
  void firstPageThatIsOverwritten_isRefused() throws Exception {
    assertRefused(bytes -> overwritten(bytes, 100, PAGE_BYTES));
  }

  /** What is needed to open is all right. The damage is found when the page is read. */
  @Test
  void pageInTheMiddleThatIsOverwritten_isReported_andNothingIsWrittenAfterwards()
      throws Exception {
    byte[] bytes = damaged(all -> overwritten(all, all.length / 2, all.length));
    try (DurableTimers timers = open()) {
      assertNamesTheFile(
          assertThrows(DurableTimersException.class, () -> timers.list("h", "", "", 10_000)));
      // The table is damaged, and who wrote into it could make it worse.
      for (String key : List.of("k1", "k1999", "new")) {
        CompletableFuture<Void> written = timers.schedule("h", key, Instant.now(), PAYLOAD);
        assertNamesTheFile(
            assertThrows(ExecutionException.class, () -> written.get(20, TimeUnit.SECONDS))
                .getCause());
        CompletableFuture<Boolean> cancelled = timers.cancel("h", key);
        assertNamesTheFile(
            assertThrows(ExecutionException.class, () -> cancelled.get(20, TimeUnit.SECONDS))
                .getCause());
      }
      assertNamesTheFile(assertThrows(DurableTimersException.class, timers::pending));
    }
    byte[] after = Files.readAllBytes(file());
    int middle = bytes.length / 2;
    assertArrayEquals(
        Arrays.copyOfRange(bytes, middle, bytes.length),
        Arrays.copyOfRange(after, middle, after.length));
  }
}
