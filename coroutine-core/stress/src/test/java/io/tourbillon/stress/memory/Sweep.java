package io.tourbillon.stress.memory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program again and again, each time with another allocation that fails, and collects what
 * was wrong afterwards.
 *
 * @param program the program
 * @param kind what kind of program it is
 * @param inARow how many allocations fail one after the other
 * @param first the number of the first allocation that fails, from 1
 * @param step from one allocation to the next
 */
record Sweep(Class<? extends SweptProgram> program, String kind, int inARow, int first, int step) {
  /** A run that takes longer hangs. Programs give up earlier, and say what they have waited for. */
  private static final Duration MOST = Duration.ofSeconds(60);

  /** Then it is of no use to go on. */
  private static final int MOST_FAULTS = 20;

  private static final int FRAMES = 8;

  /**
   * What a sweep has found.
   *
   * @param runs how many runs had an allocation that failed
   * @param faults what was wrong, by the place of the allocation
   */
  record Found(int runs, Map<String, String> faults) {
    /** The faults as lines. */
    String text() {
      return faults.entrySet().stream()
          .map(fault -> fault.getValue() + "\n  when there was no memory in\n" + fault.getKey())
          .collect(Collectors.joining("\n\n"));
    }
  }

  /** Runs until a run ends before its allocation comes. */
  Found run() throws InterruptedException {
    FailingClasses classes = new FailingClasses();
    Map<String, String> faults = new LinkedHashMap<>();
    // Loads and links everything. Nothing fails.
    Turn warmUp = new Turn(classes, Long.MAX_VALUE);
    warmUp.await();
    note(warmUp, faults);
    int runs = 0;
    boolean more = true;
    for (long number = first; more && faults.size() < MOST_FAULTS; number += step) {
      Turn turn = new Turn(classes, number);
      turn.await();
      note(turn, faults);
      more = turn.failure != null && !turn.failure.thrown().isEmpty();
      runs += more ? 1 : 0;
    }
    return new Found(runs, faults);
  }

  private static void note(Turn turn, Map<String, String> faults) {
    Throwable fault = turn.fault;
    if (fault != null) {
      faults.putIfAbsent(turn.places(), text(fault));
    }
  }

  private static String text(Throwable fault) {
    List<String> lines = new ArrayList<>();
    for (Throwable each = fault; each != null; each = each.getCause()) {
      lines.add(each.toString());
      Stream.of(each.getStackTrace()).limit(FRAMES).forEach(frame -> lines.add("    at " + frame));
    }
    return String.join("\n", lines);
  }

  /** One run of the program, in a thread of its own, because it may hang. */
  private final class Turn implements Runnable {
    private final FailingClasses classes;
    private final long number;
    private volatile Allocations.@Nullable Failure failure;
    private volatile @Nullable Throwable fault;

    Turn(FailingClasses classes, long number) {
      this.classes = classes;
      this.number = number;
    }

    void await() throws InterruptedException {
      Thread thread = Thread.ofPlatform().daemon().name("swept").start(this);
      if (!thread.join(MOST)) {
        AssertionError hangs = new AssertionError("hangs at allocation " + number);
        hangs.setStackTrace(thread.getStackTrace());
        fault = hangs;
        Object _ = Allocations.pause();
        thread.interrupt();
      }
    }

    @Override
    public void run() {
      try {
        SweptProgram swept = classes.program(program, kind);
        swept.prepare();
        failure = Allocations.fail(number, inARow);
        try {
          swept.operate();
        } finally {
          Object _ = Allocations.pause();
        }
        swept.check();
      } catch (Throwable failed) {
        Object _ = Allocations.pause();
        if (fault == null) {
          fault = failed;
        }
      }
    }

    /** Where allocations have failed. */
    String places() {
      Allocations.Failure seen = failure;
      if (seen == null || seen.thrown().isEmpty()) {
        return "no place";
      }
      return seen.thrown().stream()
          .map(
              full ->
                  Stream.of(full.getStackTrace())
                      .skip(2)
                      .limit(FRAMES)
                      .map(frame -> "    at " + frame)
                      .collect(Collectors.joining("\n")))
          .collect(Collectors.joining("\n    and then\n"));
    }
  }
}
