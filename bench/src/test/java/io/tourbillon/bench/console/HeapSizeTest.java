package io.tourbillon.bench.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class HeapSizeTest {
  @ParameterizedTest
  @CsvSource({"8g,8192", "1G,1024", "512m,512", "64M,64"})
  void convert_asTheJvmTakesIt_isMegabytes(String text, int megabytes) {
    assertEquals(megabytes, new HeapSize().convert(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "8", "g", "-8g", "0g", "8gb", "8 g", "123456789g"})
  void convert_anythingElse_isRefused(String text) {
    assertThrows(TypeConversionException.class, () -> new HeapSize().convert(text));
  }
}
