package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process is killed again and again, and no promise is broken. */
class KillTest {
  @TempDir Path folder;

  private final TestReporter reporter;

  KillTest(TestReporter reporter) {
    this.reporter = reporter;
  }

  @Test
  @Timeout(120)
  void sqlite_processIsKilled_keepsItsPromises() throws Exception {
    rounds(sqlite(), 2);
  }

  @Test
  @Tag("long")
  @Timeout(1_800)
  void sqlite_processIsKilledTwoHundredTimes_keepsItsPromises() throws Exception {
    rounds(sqlite(), 200);
  }

  @Test
  @Tag("programs")
  @Tag("long")
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
        // Shorter than the lease of the process before, and longer: with shards and without.
        TimeUnit.MILLISECONDS.sleep(100 + random.nextInt(1_400));
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
    ChangesRecord kept = ChangesRecord.of(Files.readAllLines(record));
    reporter.publishEntry("seed " + seed, rounds + " rounds: " + kept);
    List<String> broken = kept.broken();
    assertEquals(
        List.of(), broken.stream().limit(20).toList(), "seed " + seed + ", " + broken.size());
    assertTrue(kept.firings() > 10, () -> "seed " + seed + ": only " + kept);
  }

  private static Process start(String url, Path record, long seed, String mode) throws Exception {
    List<String> command = new ArrayList<>(NodeProcess.java(KilledProgram.class, "-Xmx256m"));
    command.addAll(List.of(url, record.toString(), Long.toString(seed), mode));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static BufferedReader output(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }
}
