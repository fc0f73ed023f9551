package io.tourbillon.timer.durable;

import java.util.List;
import java.util.Random;

/** Texts of characters that databases, drivers and encodings are known to change. */
final class OddTexts {
  private static final List<String> PIECES =
      List.of(
          "a",
          "A",
          "0",
          " ",
          "\t",
          "\n",
          "\r\n",
          "'",
          "\"",
          "\\",
          "%",
          "_",
          "?",
          "$1",
          ":x",
          "--",
          "/*",
          "{}",
          "\u0001",
          "\u007f",
          "\u0085",
          "\u00a0",
          "\u00e9",
          "e\u0301",
          "\u00df",
          "ss",
          "\u0130",
          "\u0131",
          "\u200b",
          "\u202e",
          "\u2028",
          "\ufeff",
          "\ufffd",
          "\uffff",
          "\ud83d\ude00",
          "\udbff\udfff",
          "\ufb01",
          "\u1100\u1161",
          "\uac00");

  /** What no database keeps. */
  private static final List<String> IMPOSSIBLE =
      List.of("\u0000", "\ud800", "\udc00", "\udc00\ud800");

  private final Random random;

  OddTexts(Random random) {
    this.random = random;
  }

  /** A text of up to so many characters, which any database keeps. */
  String next(int mostCharacters) {
    StringBuilder text = new StringBuilder();
    int most = random.nextInt(4) == 0 ? mostCharacters : Math.min(4, mostCharacters);
    while (true) {
      String piece = PIECES.get(random.nextInt(PIECES.size()));
      if (text.length() + piece.length() > most) {
        return text.toString();
      }
      text.append(piece);
    }
  }

  /** A text with something in it that no database keeps. */
  String impossible() {
    String text = next(20);
    String piece = IMPOSSIBLE.get(random.nextInt(IMPOSSIBLE.size()));
    return random.nextBoolean() ? text + piece : piece + text;
  }
}
