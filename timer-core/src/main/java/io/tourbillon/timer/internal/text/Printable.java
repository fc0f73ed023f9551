package io.tourbillon.timer.internal.text;

/**
 * Makes names printable: a name may come from a request, and must not be able to begin a new line
 * of a log, move the cursor of a terminal, or change the order in which the rest of the line is
 * shown.
 */
public final class Printable {
  private static final char REPLACEMENT = '\uFFFD';

  private Printable() {}

  /**
   * Returns the text with U+FFFD in place of each character that is not visible: control characters
   * (tabs and line ends among them), format characters (such as those that change the direction of
   * text, or have no width), separators of lines and paragraphs, and surrogates that are not part
   * of a pair.
   *
   * <p>Reads each character; allocates only if there is something to replace. Does not depend on
   * the locale.
   */
  public static String of(String text) {
    int at = firstHidden(text);
    if (at == text.length()) {
      return text;
    }
    StringBuilder printable = new StringBuilder(text.length()).append(text, 0, at);
    while (at < text.length()) {
      int codePoint = text.codePointAt(at);
      if (isHidden(codePoint)) {
        printable.append(REPLACEMENT);
      } else {
        printable.appendCodePoint(codePoint);
      }
      at += Character.charCount(codePoint);
    }
    return printable.toString();
  }

  private static int firstHidden(String text) {
    int at = 0;
    while (at < text.length()) {
      int codePoint = text.codePointAt(at);
      if (isHidden(codePoint)) {
        return at;
      }
      at += Character.charCount(codePoint);
    }
    return at;
  }

  private static boolean isHidden(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }
}
