package io.tourbillon.bench.compare;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the README shows is what was measured. */
class ReadmeTest {
  @Test
  void timers_areThoseOfTheResultsInThisModule() throws IOException {
    requireInReadme(SummaryTable.ofTimers(summary("results.json")));
  }

  @Test
  void peak_isThatOfTheResultsInThisModule() throws IOException {
    requireInReadme(SummaryTable.ofTimers(summary("peak.json")));
  }

  @Test
  void coroutines_areThoseOfTheResultsInThisModule() throws IOException {
    requireInReadme(SummaryTable.ofCoroutines(summary("coroutines.json")));
  }

  @Test
  void coroutinesThatTalk_areThoseOfTheResultsInThisModule() throws IOException {
    requireInReadme(SummaryTable.ofCoroutines(summary("talk.json")));
  }

  @Test
  void echo_isThatOfTheResultsInThisModule() throws IOException {
    requireInReadme(SummaryTable.ofServers(summary("echo.json")));
  }

  @Test
  void durableTimers_areThoseOfTheResultsInThisModule() throws IOException {
    requireInReadme(SummaryTable.ofDurable(summary("durable.json")));
  }

  @Test
  void latenessByLoad_isThatOfTheResultsInThisModule() throws IOException {
    requireInReadme(SummaryTable.ofTimers(summary("load.json")));
  }

  private static Summary summary(String file) throws IOException {
    Results results = ResultsFile.read(Path.of(file));
    assertTrue(results.isComplete());
    return Summary.of(results);
  }

  private static void requireInReadme(String table) throws IOException {
    String readme = Files.readString(Path.of("..", "README.md"));
    assertTrue(
        !table.isEmpty() && readme.contains(table),
        () -> "the README must show this table:\n" + table);
  }
}
