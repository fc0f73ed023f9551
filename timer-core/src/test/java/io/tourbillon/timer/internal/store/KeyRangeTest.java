package io.tourbillon.timer.internal.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The range of keys with a prefix. */
class KeyRangeTest {
  @Test
  void end_isThePrefixWithAGreaterLastCodePoint() {
    assertEquals("b", KeyRange.endOf("a"));
    assertEquals("a0", KeyRange.endOf("a/"));
    assertEquals("😁", KeyRange.endOf("😀"));
    assertEquals("\ue000", KeyRange.endOf("\ud7ff"));
    assertEquals("\ud800\udc00", KeyRange.endOf("\uffff"));
    assertEquals("b", KeyRange.endOf("a\udbff\udfff\udbff\udfff"));
    assertNull(KeyRange.endOf("\udbff\udfff"));
    assertNull(KeyRange.endOf(""));
  }

  @Test
  void lowerLimit_isTheLaterOfPrefixAndKey() {
    String prefixed = "substr(timer_key, 1, length(?)) = ?";
    assertEquals(
        new KeyRange(
            prefixed + " AND timer_key >= ? AND timer_key < ?", List.of("a", "a", "a", "b")),
        KeyRange.of("a", "", true));
    assertEquals(
        new KeyRange(
            prefixed + " AND timer_key > ? AND timer_key < ?", List.of("a", "a", "ab", "b")),
        KeyRange.of("a", "ab", true));
    assertEquals(
        new KeyRange(prefixed + " AND timer_key > ?", List.of("a", "a", "ab")),
        KeyRange.of("a", "ab", false));
    assertEquals(new KeyRange(prefixed, List.of("", "")), KeyRange.of("", "", true));
  }
}
