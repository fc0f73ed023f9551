package io.tourbillon.timer.durable;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;

/** The rules for what users give. */
final class Names {
  private static final int MOST_SHORT_CHARACTERS = 200;

  private Names() {}

  /** The name of a handler or a process. */
  static String requireShort(String what, String value) {
    return require(what, value, MOST_SHORT_CHARACTERS);
  }

  /** A name that every database stores as it is. */
  static String require(String what, String value, int mostCharacters) {
    Objects.requireNonNull(value, what);
    if (value.isEmpty() || value.length() > mostCharacters) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s must have 1 to %,d characters, and has %,d",
              what,
              mostCharacters,
              value.length()));
    }
    requireText(what, value);
    return value;
  }

  static void requireText(String what, String value) {
    Objects.requireNonNull(value, what);
    for (int index = 0; index < value.length(); index++) {
      char character = value.charAt(index);
      boolean pair =
          Character.isHighSurrogate(character)
              && index + 1 < value.length()
              && Character.isLowSurrogate(value.charAt(index + 1));
      if (pair) {
        index++;
      } else if (character == 0 || Character.isSurrogate(character)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s must not contain U+%04X, which is at %d",
                what,
                (int) character,
                index));
      }
    }
  }

  static Duration require(String what, Duration value, Duration least, Duration most) {
    Objects.requireNonNull(value, what);
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          what + " must be from " + least + " to " + most + ": " + value);
    }
    return value;
  }

  static int require(String what, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s must be from %,d to %,d: %,d", what, least, most, value));
    }
    return value;
  }
}
