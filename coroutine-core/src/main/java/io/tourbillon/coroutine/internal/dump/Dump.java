package io.tourbillon.coroutine.internal.dump;

import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.CoroutineDump;
import io.tourbillon.timer.internal.text.BoundedLines;
import io.tourbillon.timer.internal.text.Measured;
import io.tourbillon.timer.internal.text.Printable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A dump that has been taken. It consists of texts and numbers. */
record Dump(long total, List<Entry> coroutines, List<Deadlock> deadlocks, List<String> silent)
    implements CoroutineDump {
  private static final String INDENT = "  ";

  /** The largest indentation: a chain of parents may be as long as the dump. */
  private static final int MAX_INDENT = 100;

  /** A coroutine. */
  record Node(
      String name,
      String loop,
      State state,
      Optional<String> waitsFor,
      Duration inState,
      Optional<Duration> remaining,
      Optional<String> parent,
      int depth,
      Optional<String> group,
      Optional<StackTraceElement> createdAt)
      implements Entry {
    @Override
    public String summary() {
      return Printable.of(name + " " + state + waitsFor.map(" on "::concat).orElse(""));
    }

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder(name).append(' ').append(state);
      text.append(" for ").append(Measured.span(inState));
      waitsFor.ifPresent(what -> text.append(" on ").append(what));
      remaining.ifPresent(time -> text.append("; ").append(limit(time)));
      if (depth == 0) {
        parent.ifPresent(who -> text.append("; child of ").append(who));
      }
      text.append("; ").append(loop);
      group.ifPresent(it -> text.append("; group ").append(it));
      createdAt.ifPresent(site -> text.append("; created at ").append(site));
      return Printable.of(text.toString());
    }

    private static String limit(Duration remaining) {
      return remaining.isNegative()
          ? "over by " + Measured.span(remaining.negated())
          : Measured.span(remaining) + " left";
    }
  }

  /** A cycle of waits. */
  record Cycle(List<Link> links, Optional<Duration> remaining) implements Deadlock {
    private static final int MOST_LINKS = 50;

    /** Copies the list. */
    Cycle {
      links = List.copyOf(links);
    }

    @Override
    public String toString() {
      return "deadlock: "
          + links.stream().limit(MOST_LINKS).map(Link::toString).collect(Collectors.joining("; "))
          + (links.size() > MOST_LINKS ? "; and " + (links.size() - MOST_LINKS) + " more" : "")
          + remaining.map(time -> "; for " + Measured.span(time) + " more at the most").orElse("");
    }
  }

  /** A wait. */
  record Wait(String waiter, String waitsFor, String holder) implements Link {
    @Override
    public String toString() {
      return Printable.of(waiter + " waits for " + holder + " (" + waitsFor + ")");
    }
  }

  /** Copies the lists. */
  Dump {
    coroutines = List.copyOf(coroutines);
    deadlocks = List.copyOf(deadlocks);
    silent = List.copyOf(silent);
  }

  @Override
  public String toString() {
    return toString(Integer.MAX_VALUE);
  }

  @Override
  public String toString(int maxCharacters) {
    BoundedLines text = new BoundedLines(maxCharacters);
    text.add(total + " coroutines");
    int deadlocksLeft = text.addAll(deadlocks, Deadlock::toString);
    if (deadlocksLeft > 0) {
      text.add("and " + deadlocksLeft + " more deadlocks");
    }
    int silentLeft = text.addAll(silent, loop -> loop + " does not answer");
    if (silentLeft > 0) {
      text.add("and " + silentLeft + " more loops that do not answer");
    }
    int left =
        text.addAll(
            coroutines, entry -> INDENT.repeat(Math.min(entry.depth(), MAX_INDENT)) + entry);
    long untold = total - coroutines.size() + left;
    if (untold > 0) {
      text.add("and " + untold + " more");
    }
    return text.toString();
  }
}
