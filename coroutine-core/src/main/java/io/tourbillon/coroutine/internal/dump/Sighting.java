package io.tourbillon.coroutine.internal.dump;

import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.CoroutineDump;
import io.tourbillon.coroutine.internal.loop.LoopWheel;
import io.tourbillon.coroutine.internal.task.Family;
import io.tourbillon.coroutine.internal.task.SuspendingCoroutine;
import io.tourbillon.coroutine.internal.traits.Traits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a loop notes about a coroutine for a dump, in some tens of nanoseconds. The thread that
 * asked turns it into text, and waits for locks if the text needs them.
 *
 * @param waitsFor what it is suspended on; null if it is not suspended
 * @param heldNanos the time since its last change of state
 * @param leftNanos the time until its nearest deadline, or {@link LoopWheel#NEVER}
 * @param parent its parent, a coroutine or a thread; null if it has none
 * @param families the families of the scopes that it opened and of the scope whose child it is
 */
public record Sighting(
    SuspendingCoroutine<?> coroutine,
    State state,
    @Nullable Object waitsFor,
    long heldNanos,
    long leftNanos,
    @Nullable Object parent,
    List<Family> families) {

  /** Notes coroutines of a loop, without those that have ended. Called by the loop. */
  static List<Sighting> ofAll(List<SuspendingCoroutine<?>> coroutines, long nowNanos) {
    List<Sighting> seen = new ArrayList<>(coroutines.size());
    for (SuspendingCoroutine<?> coroutine : coroutines) {
      if (!coroutine.state().isEnd()) {
        seen.add(coroutine.showsScopesHere() ? of(coroutine, nowNanos) : glimpse(coroutine));
      }
    }
    return seen;
  }

  /**
   * Notes a coroutine. If it gets turns, this is called on its loop, so it does not run meanwhile,
   * unless it is the caller.
   */
  private static Sighting of(SuspendingCoroutine<?> coroutine, long nowNanos) {
    long untilNanos = Math.min(coroutine.wakeNanos(), coroutine.strikeNanos());
    SuspendingCoroutine<?> owner = coroutine.loop().ownerOf(coroutine);
    State state = coroutine.state();
    return new Sighting(
        coroutine,
        state,
        state == State.SUSPENDED ? coroutine.waitsFor : null,
        coroutine.heldNanos(nowNanos),
        untilNanos == LoopWheel.NEVER ? LoopWheel.NEVER : untilNanos - nowNanos,
        owner == null ? coroutine.parent() : owner,
        coroutine.families());
  }

  /**
   * Notes a coroutine whose loop does not answer, or that another loop may take over. Called by any
   * thread, so values may be stale.
   */
  static Sighting glimpse(SuspendingCoroutine<?> coroutine) {
    State state = coroutine.state();
    return new Sighting(
        coroutine,
        state,
        state == State.SUSPENDED ? coroutine.waitsFor : null,
        coroutine.heldNanos(coroutine.loop().elapsedNanos()),
        LoopWheel.NEVER,
        coroutine.parent(),
        List.of());
  }

  Optional<Duration> remaining() {
    Stream<Duration> own =
        leftNanos == LoopWheel.NEVER ? Stream.empty() : Stream.of(Duration.ofNanos(leftNanos));
    Stream<Duration> shared = families.stream().map(Family::remaining).filter(Objects::nonNull);
    return Stream.concat(own, shared).min(Duration::compareTo);
  }

  /**
   * Returns the entry for the dump.
   *
   * @param depth the number of its ancestors in the dump
   */
  CoroutineDump.Entry entry(int depth) {
    Traits traits = coroutine.traits();
    return new Dump.Node(
        Words.nameOf(coroutine),
        coroutine.loop().name(),
        state,
        Optional.ofNullable(waitsFor).map(Words::of),
        Duration.ofNanos(heldNanos),
        remaining(),
        Optional.ofNullable(parent).map(Words::nameOf),
        depth,
        Optional.ofNullable(traits).map(special -> special.group).map(Words::of),
        Optional.ofNullable(traits).map(special -> special.createdAt));
  }
}
