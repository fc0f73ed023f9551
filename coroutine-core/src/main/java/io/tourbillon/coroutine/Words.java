package io.tourbillon.coroutine;

import io.tourbillon.timer.internal.text.Printable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What dumps show, in words. What users have named and written may be anything. */
final class Words {
  private static final int MOST_CHARACTERS = 500;

  private Words() {}

  /** Of an object, on one line, of which nothing is hidden. */
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

  /** A name for who waits or is waited for. */
  static String nameOf(@Nullable Object who) {
    return switch (who) {
      case Coroutine<?> coroutine -> of(coroutine.name());
      case Thread thread ->
          "thread " + (thread.getName().isEmpty() ? thread.threadId() : of(thread.getName()));
      case null -> "nobody";
      default -> of(who);
    };
  }

  /** In hundredths of seconds, or coarser if that is long. */
  static String of(Duration time) {
    long seconds = time.toSeconds();
    if (seconds < 60) {
      int hundredths = time.toMillisPart() / 10;
      String fraction =
          hundredths == 0 ? "" : hundredths < 10 ? ".0" + hundredths : "." + hundredths;
      return seconds + fraction + " s";
    }
    if (seconds < 3600) {
      return seconds / 60 + " min " + seconds % 60 + " s";
    }
    if (seconds < 86_400) {
      return seconds / 3600 + " h " + seconds / 60 % 60 + " min";
    }
    return seconds / 86_400 + " d " + seconds / 3600 % 24 + " h";
  }
}
