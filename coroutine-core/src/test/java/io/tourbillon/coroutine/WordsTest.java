package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {
  @ParameterizedTest
  @CsvSource({
    "PT0S, 0 s",
    "PT0.009S, 0 s",
    "PT0.01S, 0.01 s",
    "PT59.999S, 59.99 s",
    "PT1M, 1 min 0 s",
    "PT59M59.9S, 59 min 59 s",
    "PT1H5M, 1 h 5 min",
    "P1D, 1 d 0 h",
    "P500DT7H, 500 d 7 h",
  })
  void duration_isToldAsExactlyAsItMatters(Duration time, String words) {
    assertEquals(words, Words.of(time));
  }
}
