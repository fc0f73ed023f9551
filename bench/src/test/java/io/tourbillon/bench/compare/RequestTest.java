package io.tourbillon.bench.compare;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tourbillon.bench.scenario.Scenario;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What depends on the memory of a machine; the other rules are tested on the command line. */
class RequestTest {
  private static final Request SLEEPERS =
      new Request(
          List.of(Scenario.SLEEPERS),
          Set.of(),
          List.of(1_000_000),
          1,
          false,
          8192,
          Duration.ofMinutes(1),
          Path.of("none"),
          null,
          "compare");

  @Test
  void requireFit_enoughMemory_isContent() {
    assertDoesNotThrow(() -> SLEEPERS.requireFit(24_000));
  }

  @Test
  void requireFit_noRoomBesideTheHeap_isRefused() {
    assertEquals(
        "--heap must leave 1024 of the 9000 MB that are available here: 8192m", refusal(9000));
  }

  @Test
  void requireFit_aPeerThatNeedsMore_isRefusedByName() {
    assertEquals(
        "gevent must have 12000 MB for sleepers with 1000000, and here 11000 are available;"
            + " leave it out with --subject, or choose a smaller --size",
        refusal(11_000));
  }

  private static String refusal(long availableMegabytes) {
    return assertThrows(UnfitException.class, () -> SLEEPERS.requireFit(availableMegabytes))
        .getMessage();
  }
}
