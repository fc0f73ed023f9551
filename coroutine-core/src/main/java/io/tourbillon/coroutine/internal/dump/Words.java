package io.tourbillon.coroutine.internal.dump;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.timer.internal.text.Printable;
import org.jspecify.annotations.Nullable;

/** Text for dumps. Names and {@code toString} of users may return anything. */
final class Words {
  private static final int MOST_CHARACTERS = 500;

  private Words() {}

  /** Returns the text of an object on one line, bounded and without invisible characters. */
  static String of(Object what) {
    String words;
    try {
      words = String.valueOf(what.toString());
    } catch (RuntimeException | StackOverflowError unspeakable) {
      words = what.getClass().getName() + ", whose toString throws " + unspeakable.getClass();
    }
    return Printable.of(
        words.length() <= MOST_CHARACTERS ? words : words.substring(0, MOST_CHARACTERS) + "...");
  }

  /** Returns the name of a coroutine, a thread or another holder. */
  static String nameOf(@Nullable Object who) {
    return switch (who) {
      case Coroutine<?> coroutine -> of(coroutine.name());
      case Thread thread ->
          "thread " + (thread.getName().isEmpty() ? thread.threadId() : of(thread.getName()));
      case null -> "nobody";
      default -> of(who);
    };
  }
}
