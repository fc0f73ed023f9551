package io.tourbillon.coroutine.programs;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.tourbillon.timer.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** What a run of a program has seen, and what it has found wrong. */
final class Ledger {
  /** The failure of {@link Op.Fail}. */
  static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;
    final int number;

    Failure(int number) {
      super("failure " + number, null, false, false);
      this.number = number;
    }
  }

  /** A coroutine of the program, and what it has seen. Used by itself, and read after its end. */
  final class Self {
    final int number;
    private final List<String> log = new ArrayList<>();
    private int valuesMade;

    private Self(int number) {
      this.number = number;
    }

    void log(String entry) {
      log.add("@" + MILLISECONDS.convert(Duration.ofNanos(now())) + " " + entry);
    }

    String entries() {
      return String.join(", ", log);
    }

    /** Returns the number of its next value. */
    int nextValue() {
      return valuesMade++;
    }
  }

  private final Clock clock;
  private final Queue<String> breaches = new ConcurrentLinkedQueue<>();

  Ledger(Clock clock) {
    this.clock = clock;
  }

  Self newSelf(int number) {
    return new Self(number);
  }

  long now() {
    return clock.nanoTime();
  }

  void require(boolean condition, String words) {
    if (!condition) {
      breaches.add(words);
    }
  }

  void requireNotEarly(long beginNanos, int millis, Object op) {
    require(now() - beginNanos >= MILLISECONDS.toNanos(millis), op + " is over early");
  }

  List<String> breaches() {
    return List.copyOf(breaches);
  }

  /** Returns the words of {@link World} for what has ended a coroutine. */
  static String textOf(@Nullable Throwable thrown) {
    return switch (thrown) {
      case Failure failure -> "failed " + failure.number;
      case CancellationException _ -> "cancelled";
      case null, default -> "unexpected " + thrown;
    };
  }
}
