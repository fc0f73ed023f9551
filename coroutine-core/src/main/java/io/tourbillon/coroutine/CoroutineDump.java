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
 * Coroutines that have not ended: which there are, what each of them waits for and since when, who
 * belongs to whom, and who waits for each other. A copy, which keeps none of them.
 *
 * @param total how many there are
 * @param coroutines some of them, or all: each behind its parent and that one's other descendants
 *     that are older, so that together with {@link Entry#depth} it is a tree; never without its
 *     parent, unless that is on another scheduler, or on a loop that does not answer
 * @param deadlocks those that wait for each other, as far as these or what they wait for, directly
 *     or not, lead to them; of deadlocks that share a member, one
 * @param silent loops that have not answered in time, by their names
 */
public record CoroutineDump(
    long total, List<Entry> coroutines, List<Deadlock> deadlocks, List<String> silent) {
  private static final String INDENT = "  ";

  /** Deeper ones are indented no further: a chain of parents may be as long as the dump. */
  private static final int MAX_INDENT = 100;

  /**
   * A coroutine.
   *
   * @param name its name
   * @param loop the name of its loop
   * @param state how it stands
   * @param waitsFor what it is suspended on, if it is
   * @param inState how long it has stood so, to a hundredth of a second; longer by as much as a
   *     turn has taken that came just before. 497 days are counted as none
   * @param remaining the time until the end of its delay, or the nearest limit around it or its
   *     scope, whichever comes first; negative if that is over, and empty if there is none
   * @param parent who has opened the scope whose child it is, or whose end it is to share: a
   *     coroutine, or a thread, which is called so
   * @param depth below how many others it stands in the tree; 0 if its parent is not in it
   * @param group the name of its group, if it is in one
   * @param createdAt where it was spawned, if {@link
   *     CoroutineScheduler.Builder#recordCreationSites} was asked for
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
    /** Name, state and what it waits for. */
    public String summary() {
      return Printable.of(name + " " + state + waitsFor.map(" on "::concat).orElse(""));
    }

    /** One line. */
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
   * Coroutines and threads that wait for each other. It is no guess: all of them waited at the same
   * time.
   *
   * @param links who waits for whom; the last one for the first
   * @param remaining the time until a limit ends the wait of one of them, as far as it is known;
   *     empty if they wait for ever
   */
  public record Deadlock(List<Link> links, Optional<Duration> remaining) {
    private static final int MOST_LINKS = 50;

    /** Copies the list. */
    public Deadlock {
      links = List.copyOf(links);
    }

    /** One line, for the first fifty. */
    @Override
    public String toString() {
      return "deadlock: "
          + links.stream().limit(MOST_LINKS).map(Link::toString).collect(Collectors.joining("; "))
          + (links.size() > MOST_LINKS ? "; and " + (links.size() - MOST_LINKS) + " more" : "")
          + remaining.map(time -> "; for " + Measured.span(time) + " more at the most").orElse("");
    }
  }

  /**
   * One who waits for another.
   *
   * @param waiter its name; of a thread, that behind the word thread
   * @param waitsFor what it waits for
   * @param holder the name of the one on whom that depends
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
   * For people: how many, deadlocks, loops that do not answer, and a tree. What a name has in it
   * that cannot be seen is replaced.
   */
  @Override
  public String toString() {
    return toString(Integer.MAX_VALUE);
  }

  /**
   * The same text with fewer deadlocks, loops and coroutines.
   *
   * @param maxCharacters how long it is at the most, but for the lines that say how many there are,
   *     and how many were left out
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
