package io.tourbillon.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ScaleTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ns | 0         | 0 ns
          ns | 0.126     | 0.13 ns
          ns | 9.994     | 9.99 ns
          ns | 9.996     | 10.0 ns
          ns | 99.94     | 99.9 ns
          ns | 99.96     | 100 ns
          ns | 9999      | 9,999 ns
          ns | 10000     | 10.0 us
          ns | 12345678  | 12.3 ms
          ns | 2e10      | 20.0 s
          us | 9876      | 9,876 us
          us | 123456    | 123 ms
          us | 12e6      | 12.0 s
          B  | 56.83     | 56.8 B
          B  | 10240     | 10.0 KiB
          B  | -51200    | -50.0 KiB
          B  | 25769803776 | 24.0 GiB
          %  | 0.042     | 0.04 %
          '' | 979.2     | 979
          '' | 123456    | 123,456
          """)
  void text_value_unitThatReadsWell(String unit, double value, String text) {
    assertEquals(text, Scale.text(unit, value));
  }
}
