package io.tourbillon.bench.compare;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the README shows is what was measured. */
class ReadmeTest {
  @Test
  void tables_areThoseOfTheResultsInThisModule() throws IOException {
    Results results = ResultsFile.read(Path.of("results.json"));
    assertTrue(results.isComplete());
    String table = SummaryTable.of(Summary.of(results));
    String readme = Files.readString(Path.of("..", "README.md"));
    assertTrue(readme.contains(table), () -> "the README must show this table:\n" + table);
  }
}
