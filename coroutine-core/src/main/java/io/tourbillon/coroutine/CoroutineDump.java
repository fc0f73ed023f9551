package io.tourbillon.coroutine;

import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.timer.internal.text.BoundedLines;
import io.tourbillon.timer.internal.text.Measured;
import io.tourbillon.timer.internal.text.Printable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A snapshot of the coroutines that have not ended: what each one waits for and since when, which
 * one is the parent of which, and the deadlocks. It keeps no coroutine reachable.
 *
 * @param total the number of coroutines
 * @param coroutines some or all coroutines, as a tree in depth-first order, older siblings first;
 *     {@link Entry#depth} gives the depth. A coroutine comes with its parent, unless the parent is
 *     on another scheduler or on a loop that does not answer
 * @param deadlocks the deadlocks that can be reached from these coroutines by following their
 *     waits; only one of several that share a member
 * @param silent the names of loops that did not answer in time
 */
public record CoroutineDump(
    long total, List<Entry> coroutines, List<Deadlock> deadlocks, List<String> silent) {
  private static final String INDENT = "  ";

  /** The largest indentation: a chain of parents may be as long as the dump. */
  private static final int MAX_INDENT = 100;

  /**
   * A coroutine.
   *
   * @param name its name
   * @param loop the name of its loop
   * @param state its state
   * @param waitsFor what it is suspended on; empty if it is not suspended
   * @param inState how long it has been in this state, to a hundredth of a second; too long by the
   *     duration of a turn that came just before. The time wraps around after 497 days
   * @param remaining the time until its delay ends or the nearest limit of the coroutine or its
   *     scope passes, whichever is first; negative if that has passed, empty if there is none
   * @param parent the coroutine or thread that opened its scope or to which it is attached; a
   *     thread is marked as such
   * @param depth the number of its ancestors in the tree; 0 if its parent is not in the tree
   * @param group the name of its group; empty if it is in none
   * @param createdAt where it was spawned; empty without {@link
   *     CoroutineScheduler.Builder#recordCreationSites}
   */
  public record Entry(
      String name,
      String loop,
      State state,
      Optional<String> waitsFor,
      Duration inState,
      Optional<Duration> remaining,
      Optional<String> parent,
      int depth,
      Optional<String> group,
      Optional<StackTraceElement> createdAt) {
    /** Returns its name, its state and what it waits for. */
    public String summary() {
      return Printable.of(name + " " + state + waitsFor.map(" on "::concat).orElse(""));
    }

    /** Returns one line. */
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

  /**
   * Coroutines and threads that wait for each other. This is certain, not a guess: all of them
   * waited at the same time.
   *
   * @param links the waits; the last one waits for the first
   * @param remaining the time until a known limit ends one of the waits; empty if no limit is known
   */
  public record Deadlock(List<Link> links, Optional<Duration> remaining) {
    private static final int MOST_LINKS = 50;

    /** Copies the list. */
    public Deadlock {
      links = List.copyOf(links);
    }

    /** Returns one line with the first fifty links. */
    @Override
    public String toString() {
      return "deadlock: "
          + links.stream().limit(MOST_LINKS).map(Link::toString).collect(Collectors.joining("; "))
          + (links.size() > MOST_LINKS ? "; and " + (links.size() - MOST_LINKS) + " more" : "")
          + remaining.map(time -> "; for " + Measured.span(time) + " more at the most").orElse("");
    }
  }

  /**
   * One wait of a deadlock.
   *
   * @param waiter the name of the coroutine or thread that waits; for a thread, after the word
   *     thread
   * @param waitsFor what it waits for
   * @param holder the name of the coroutine or thread that it waits for
   */
  public record Link(String waiter, String waitsFor, String holder) {
    @Override
    public String toString() {
      return Printable.of(waiter + " waits for " + holder + " (" + waitsFor + ")");
    }
  }

  /** Copies the lists. */
  public CoroutineDump {
    coroutines = List.copyOf(coroutines);
    deadlocks = List.copyOf(deadlocks);
    silent = List.copyOf(silent);
  }

  /**
   * Returns a text for people: the number of coroutines, the deadlocks, the loops that do not
   * answer, and the tree. Invisible characters in names are replaced.
   */
  @Override
  public String toString() {
    return toString(Integer.MAX_VALUE);
  }

  /**
   * Returns the same text with fewer deadlocks, loops and coroutines.
   *
   * @param maxCharacters the maximum length, not counting the lines that say how many coroutines
   *     there are and how many entries were left out
   * @throws IllegalArgumentException if it is negative
   */
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
