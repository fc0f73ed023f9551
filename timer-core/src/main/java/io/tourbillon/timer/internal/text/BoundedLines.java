package io.tourbillon.timer.internal.text;

import java.util.Collection;
import java.util.function.Function;

/**
 * Text of whole lines, of a bounded length. Each line is made printable. Lines are made one by one,
 * and those that do not fit are not made. Not thread-safe.
 */
public final class BoundedLines {
  private final StringBuilder text = new StringBuilder();
  private final int maxCharacters;

  /**
   * @param maxCharacters the bound of the text, apart from lines that are added in any case
   * @throws IllegalArgumentException if it is negative
   */
  public BoundedLines(int maxCharacters) {
    if (maxCharacters < 0) {
      throw new IllegalArgumentException("maxCharacters must not be negative: " + maxCharacters);
    }
    this.maxCharacters = maxCharacters;
  }

  /** Adds a line even if it does not fit, such as a total or the number of lines left out. */
  public void add(String line) {
    text.append(Printable.of(line)).append('\n');
  }

  /**
   * Adds a line for each item, in order, until one does not fit.
   *
   * @return how many items were left out
   */
  public <T> int addAll(Collection<T> items, Function<? super T, String> lineOf) {
    int added = 0;
    for (T item : items) {
      String line = Printable.of(lineOf.apply(item));
      if (text.length() + line.length() + 1 > maxCharacters) {
        break;
      }
      text.append(line).append('\n');
      added++;
    }
    return items.size() - added;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
