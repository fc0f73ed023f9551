package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors for lack of memory do not end the server. Runs {@link FullHeap}. */
@Tag("long")
class FullHeapTest {
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void server_heapFullForSeconds_answersWhenThereIsMemoryAgain(boolean askedBefore)
      throws Exception {
    String said =
        FreshJvm.run(
            FullHeap.class,
            Duration.ofSeconds(150),
            List.of("-Xms64m", "-Xmx64m", "-XX:+UseSerialGC"),
            String.valueOf(askedBefore));
    assertTrue(said.contains("/metrics is answered after "), said);
    assertTrue(said.contains("/health is answered after "), said);
    assertTrue(said.endsWith("closed\n"), said);
  }
}
