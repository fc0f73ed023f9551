package io.tourbillon.timer.internal.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeasuredTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0 ns",
    "999, 999 ns",
    "1000, 1 us",
    "1234, 1.23 us",
    "999999, 1 ms",
    "123456789, 123 ms",
    "1500000000, 1.5 s",
    "3600000000000, 3600 s",
    "12345000000000, 12300 s",
    "-1500, -1.5 us",
    "9223372036854775807, 9220000000 s"
  })
  void time_isToldInThreeDigits(long nanos, String text) {
    assertEquals(text, Measured.time(nanos));
  }

  @Test
  void times_areToldByTheirNumberMiddleAndEnd() {
    Histogram nanos = new Histogram(2);
    assertEquals("none measured", Measured.times(nanos));
    for (int millis = 1; millis <= 100; millis++) {
      nanos.recordValue(millis);
    }
    assertEquals("median 50 ns, 99 % within 99 ns, at most 100 ns, of 100", Measured.times(nanos));
  }
}
