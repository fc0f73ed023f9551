package io.tourbillon.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void of_oddCount_hasTheMiddleValueAsItsMedian() {
    assertEquals(new Spread(3, 1, 50, 3), Spread.of(List.of(50.0, 1.0, 3.0)));
  }

  @Test
  void of_evenCount_hasTheMeanOfTheTwoMiddleValues() {
    assertEquals(new Spread(2.5, 1, 50, 4), Spread.of(List.of(50.0, 1.0, 3.0, 2.0)));
  }

  @Test
  void of_nothing_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> Spread.of(List.of()));
  }
}
