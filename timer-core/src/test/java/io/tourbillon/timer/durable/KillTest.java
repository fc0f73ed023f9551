package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process is killed again and again, and no promise is broken. */
class KillTest {
  @TempDir Path folder;

  @Test
  @Timeout(120)
  void sqlite_processIsKilled_keepsItsPromises() throws Exception {
    rounds(sqlite(), 3);
  }

  @Test
  @Tag("long")
  @Timeout(1_800)
  void sqlite_processIsKilledTwoHundredTimes_keepsItsPromises() throws Exception {
    rounds(sqlite(), 200);
  }

  @Test
  @Tag("programs")
  @Timeout(180)
  void postgres_processIsKilled_keepsItsPromises() throws Exception {
    onPostgres(3);
  }

  @Test
  @Tag("programs")
  @Tag("long")
  @Timeout(1_800)
  void postgres_processIsKilledTwoHundredTimes_keepsItsPromises() throws Exception {
    onPostgres(200);
  }

  private String sqlite() {
    return "jdbc:sqlite:" + folder.resolve("timers.db");
  }

  private void onPostgres(int rounds) throws Exception {
    PostgresServer server = PostgresServer.start();
    try {
      rounds(server.url("postgres"), rounds);
    } finally {
      server.remove();
    }
  }

  private void rounds(String url, int rounds) throws Exception {
    Path record = folder.resolve("record");
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < rounds; round++) {
      Process process = start(url, record, seed + round, "schedule");
      try {
        assertEquals("ready", output(process).readLine());
        TimeUnit.MILLISECONDS.sleep(100 + random.nextInt(700));
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
    Process last = start(url, record, seed + rounds, "drain");
    try {
      BufferedReader said = output(last);
      assertEquals("ready", said.readLine());
      assertEquals("drained", said.readLine());
    } finally {
      last.destroyForcibly().waitFor();
    }
    check(Files.readAllLines(record), "seed " + seed);
  }

  /** Twins of what {@link #check} must find stand in {@link #check_findsEachBrokenPromise}. */
  private static void check(List<String> record, String where) {
    Set<String> scheduled = new HashSet<>();
    Set<String> askedToCancel = new HashSet<>();
    Set<String> cancelled = new HashSet<>();
    Map<String, Long> fired = new HashMap<>();
    for (String line : record) {
      String[] parts = line.split(" ", -1);
      switch (parts[0]) {
        case "s" -> scheduled.add(parts[1]);
        case "a" -> askedToCancel.add(parts[1]);
        case "c" -> cancelled.add(parts[1]);
        default -> fired.put(parts[1], Long.parseLong(parts[2]));
      }
    }
    List<String> broken = new ArrayList<>();
    for (String key : scheduled) {
      if (!fired.containsKey(key) && !askedToCancel.contains(key)) {
        broken.add("lost: " + key);
      }
    }
    for (String key : cancelled) {
      if (fired.containsKey(key)) {
        broken.add("fired although cancelled: " + key);
      }
    }
    fired.forEach(
        (key, lateMicros) -> {
          if (lateMicros < 0) {
            broken.add("early by " + -lateMicros + " us: " + key);
          }
        });
    assertEquals(List.of(), broken, where);
    assertTrue(fired.size() > 10, () -> where + ": only " + fired.size() + " have fired");
  }

  @Test
  void check_findsEachBrokenPromise() {
    List<String> good = new ArrayList<>();
    for (int number = 0; number < 20; number++) {
      good.add("s " + number);
      good.add("f " + number + " 5");
    }
    check(good, "good");
    for (List<String> bad :
        List.of(
            List.of("s lost"), List.of("s k", "a k", "c k", "f k 1"), List.of("s k", "f k -1"))) {
      List<String> all = new ArrayList<>(good);
      all.addAll(bad);
      assertThrows(AssertionError.class, () -> check(all, "bad"), bad::toString);
    }
  }

  private static Process start(String url, Path record, long seed, String mode) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            KilledProgram.class.getName(),
            url,
            record.toString(),
            Long.toString(seed),
            mode)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static BufferedReader output(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }
}
