package io.tourbillon.timer.internal.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {
  @ParameterizedTest
  @ValueSource(
      ints = {
        '\n', '\r', '\t', 0, 0x1B, 0x7F, 0x85, 0x9B, 0xAD, 0x61C, 0x200B, 0x200D, 0x200E, 0x2028,
        0x2029, 0x202A, 0x202E, 0x2066, 0x2069, 0xFEFF, 0xD800, 0xDBFF, 0xDC00, 0xE0001, 0xE0041
      })
  void of_whatIsNotThereToBeSeen_isReplaced(int codePoint) {
    String hidden = new StringBuilder("a").appendCodePoint(codePoint).append('b').toString();
    assertEquals("a\uFFFDb", Printable.of(hidden));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "idle timeout", "größe", "שלום", "مرحبا", "名前", "e\u0301", "\uD83D\uDE00"})
  void of_whatCanBeSeen_isTheSame(String text) {
    assertSame(text, Printable.of(text));
  }

  @Test
  void of_surrogatesInTheWrongOrder_areReplaced() {
    assertEquals("\uFFFD\uFFFD", Printable.of("\uDE00\uD83D"));
    assertEquals("\uD83D\uDE00\uFFFD", Printable.of("\uD83D\uDE00\uD83D"));
  }

  @Test
  void lines_beyondTheBound_areCountedAndNotMade() {
    BoundedLines lines = new BoundedLines(8);
    lines.add("header\n");
    assertEquals(
        2,
        new BoundedLines(9)
            .addAll(
                List.of("1234", "123", "never"),
                line -> {
                  assertEquals("1234", line.equals("never") ? "not to be made" : "1234");
                  return line + "5";
                }));
    assertEquals(1, lines.addAll(List.of(""), line -> line));
    assertEquals("header\uFFFD\n", lines.toString());
  }

  @Test
  void lines_negativeBound_isRefused() {
    assertEquals(
        "maxCharacters must not be negative: -1",
        assertThrows(IllegalArgumentException.class, () -> new BoundedLines(-1)).getMessage());
  }
}
