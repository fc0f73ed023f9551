package io.tourbillon.coroutine;

import io.tourbillon.coroutine.Coroutine.State;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The coroutines that have not ended, what each one waits for and since when, which one is the
 * parent of which, and the deadlocks: an immutable snapshot, which keeps no coroutine reachable.
 * Only schedulers make snapshots; later versions may add figures.
 */
public interface CoroutineDump {
  /** The number of coroutines. */
  long total();

  /**
   * Some or all coroutines, as a tree in depth-first order, older siblings first; {@link
   * Entry#depth} gives the depth. A coroutine comes with its parent, unless the parent is on
   * another scheduler or on a loop that does not answer.
   */
  List<Entry> coroutines();

  /**
   * The deadlocks that can be reached from these coroutines by following their waits. Of several
   * deadlocks that share a member, the list holds one.
   */
  List<Deadlock> deadlocks();

  /** The names of loops that did not answer in time. */
  List<String> silent();

  /**
   * A text for people: the number of coroutines, the deadlocks, the loops that do not answer, and
   * the tree. Invisible characters in names are replaced.
   */
  @Override
  String toString();

  /**
   * The same text with fewer deadlocks, loops and coroutines.
   *
   * @param maxCharacters the maximum length, not counting the lines that say how many coroutines
   *     there are and how many entries were left out
   * @throws IllegalArgumentException if it is negative
   */
  String toString(int maxCharacters);

  /** A coroutine. */
  interface Entry {
    /** Its name. */
    String name();

    /** The name of its loop. */
    String loop();

    /** Its state. */
    State state();

    /** What it is suspended on; empty if it is not suspended. */
    Optional<String> waitsFor();

    /**
     * How long it has been in this state, to a hundredth of a second. May include the turn just
     * before. The time wraps around after 497 days.
     */
    Duration inState();

    /**
     * The time until its delay ends or the nearest limit of the coroutine or its scope passes,
     * whichever is first; negative if that has passed, empty if there is none.
     */
    Optional<Duration> remaining();

    /**
     * The coroutine or thread that opened its scope or to which it is attached. The name of a
     * thread comes after the word thread.
     */
    Optional<String> parent();

    /** The number of its ancestors in the tree; 0 if its parent is not in the tree. */
    int depth();

    /** The name of its group; empty if it is in none. */
    Optional<String> group();

    /**
     * Where it was spawned; empty without {@link CoroutineScheduler.Builder#recordCreationSites}.
     */
    Optional<StackTraceElement> createdAt();

    /** Its name, its state and what it waits for. */
    String summary();

    /** One line for people. */
    @Override
    String toString();
  }

  /**
   * Coroutines and threads that wait for each other. This is certain, not a guess: all of them
   * waited at the same time.
   */
  interface Deadlock {
    /** The waits; the last one waits for the first. */
    List<Link> links();

    /** The time until a known limit ends one of the waits; empty if no limit is known. */
    Optional<Duration> remaining();

    /** One line with the first fifty links. */
    @Override
    String toString();
  }

  /** One wait of a deadlock. */
  interface Link {
    /** The coroutine or thread that waits. The name of a thread comes after the word thread. */
    String waiter();

    /** What it waits for. */
    String waitsFor();

    /** The coroutine or thread that it waits for. */
    String holder();

    /** One line for people. */
    @Override
    String toString();
  }
}
