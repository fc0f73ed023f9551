package io.tourbillon.timer.programs;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program of timers in the plainest way, one step after the other, by the rules of {@link
 * TimerWorld}. Timers of the same tick fire in no particular order: it follows each one, and
 * returns all outcomes.
 */
final class TimerOracle {
  private final Deque<TimerWorld> open = new ArrayDeque<>();
  private final Set<String> seen = new HashSet<>();
  private final Set<String> outcomes = new HashSet<>();

  private TimerOracle() {}

  /**
   * Returns the outcomes that are permitted.
   *
   * @return null if there are more states than given
   */
  static @Nullable Set<String> outcomesOf(List<TimerOp> program, int mostStates) {
    return new TimerOracle().search(new TimerWorld(program), mostStates);
  }

  private @Nullable Set<String> search(TimerWorld first, int mostStates) {
    open.push(first);
    int states = 0;
    while (!open.isEmpty()) {
      if (++states > mostStates) {
        return null;
      }
      expand(open.pop());
    }
    return outcomes;
  }

  private void expand(TimerWorld world) {
    List<Integer> candidates = world.candidates();
    while (candidates.isEmpty()) {
      if (!world.goOn()) {
        outcomes.add(world.outcome());
        return;
      }
      candidates = world.candidates();
    }
    for (int candidate : candidates) {
      // The choices within a step, counted up like the digits of a number.
      @Nullable List<Integer> chosen = new ArrayList<>();
      while (chosen != null) {
        Digits digits = new Digits(chosen);
        TimerWorld next = world.copy(digits);
        next.fire(candidate);
        chosen = digits.next();
        boolean isOnlyOne = candidates.size() == 1 && digits.taken.isEmpty();
        if (isOnlyOne || seen.add(next.key())) {
          open.push(next);
        }
      }
    }
  }

  /** Choices that are given in advance as far as they are known, and the first one after that. */
  private static final class Digits implements IntUnaryOperator {
    private final List<Integer> given;
    private final List<Integer> taken = new ArrayList<>();
    private final List<Integer> bounds = new ArrayList<>();

    Digits(List<Integer> given) {
      this.given = given;
    }

    @Override
    public int applyAsInt(int bound) {
      int choice = taken.size() < given.size() ? given.get(taken.size()) : 0;
      taken.add(choice);
      bounds.add(bound);
      return choice;
    }

    /** Returns the next choices; null after the last. */
    @Nullable List<Integer> next() {
      for (int last = taken.size() - 1; last >= 0; last--) {
        if (taken.get(last) + 1 < bounds.get(last)) {
          List<Integer> more = new ArrayList<>(taken.subList(0, last));
          more.add(taken.get(last) + 1);
          return more;
        }
      }
      return null;
    }
  }
}
