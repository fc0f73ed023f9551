package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The broken twins of {@link RandomChanges}: the record finds each broken promise. */
class ChangesRecordTest {
  private static final List<String> GOOD =
      List.of(
          "s fires",
          "f fires 0 5 run1",
          "s again",
          "f again 0 5 run1",
          "f again 0 900000 run2",
          "s cancelled",
          "a cancelled",
          "c cancelled",
          "s unknown",
          "a unknown",
          "s late",
          "a late",
          "f late 0 6000000 run2",
          "n late",
          "s replaced",
          "r replaced",
          "f replaced 1 5 run1",
          "f unacknowledged 0 5 run1",
          "s unacknowledgedReplacement",
          "f unacknowledgedReplacement 1 5 run1");

  @Test
  void promisesThatAreKept_areNotBroken() {
    assertEquals(List.of(), ChangesRecord.of(GOOD).broken());
    assertEquals(7, ChangesRecord.of(GOOD).firings());
  }

  @ParameterizedTest
  @CsvSource({
    "s k, lost: k",
    "s k;f k 0 -1 r, early by 1 us: k",
    "s k;f k 0 -7 r;f k 0 5 s, early by 7 us: k",
    "s k;a k;c k;f k 0 1 r, fired although cancelled: k",
    "s k;a k;n k, not there when it was cancelled: k",
    "s k;r k;f k 0 1 r;f k 1 1 r, fired although replaced: k",
    "h k, future without an end: k",
    "s k;f k 0 1 r;f k 0 2 r, fired twice in one process: k",
  })
  void promiseThatIsBroken_isFound(String lines, String broken) {
    List<String> all = new ArrayList<>(GOOD);
    all.addAll(List.of(lines.split(";", -1)));
    List<String> found = ChangesRecord.of(all).broken();
    assertEquals(1, found.size(), found::toString);
    assertTrue(found.getFirst().startsWith(broken), found::toString);
  }
}
