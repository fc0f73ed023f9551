package io.tourbillon.bench.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StandardOutputTest {
  private final ByteArrayOutputStream told = new ByteArrayOutputStream();
  private final PrintStream err = new PrintStream(told, true, StandardCharsets.UTF_8);

  private static StandardOutput failing(String... messages) {
    return new StandardOutput(
        new OutputStream() {
          private int failures;

          @Override
          public void write(int singleByte) throws IOException {
            throw new IOException(messages[failures++]);
          }
        });
  }

  @Test
  void exitCode_allWritten_isThatOfTheCommand() {
    StandardOutput output = new StandardOutput(new ByteArrayOutputStream());
    new PrintStream(output, true, StandardCharsets.UTF_8).println("text");
    assertEquals(0, output.exitCode(0, err));
    assertEquals(3, output.exitCode(3, err));
    assertEquals(0, told.size());
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "2, 2", "130, 130"})
  void exitCode_notWritten_isOneUnlessTheCommandFailed(int ofCommand, int expected) {
    StandardOutput output = failing("disk full", "another");
    new PrintStream(output, true, StandardCharsets.UTF_8).println("text");
    assertEquals(expected, output.exitCode(ofCommand, err));
    assertEquals(
        "standard output must be writable: disk full",
        told.toString(StandardCharsets.UTF_8).strip());
  }

  @ParameterizedTest
  @CsvSource({"0, 141", "1, 1"})
  void exitCode_readerGone_isToldToNobody(int ofCommand, int expected) {
    StandardOutput output = failing("Broken pipe", "Broken pipe");
    new PrintStream(output, true, StandardCharsets.UTF_8).println("text");
    assertEquals(expected, output.exitCode(ofCommand, err));
    assertEquals(0, told.size());
  }
}
