package io.tourbillon.coroutine.internal.dump;

import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.CoroutineDump;
import io.tourbillon.coroutine.internal.loop.LoopWheel;
import io.tourbillon.coroutine.internal.task.CoroutineTask;
import io.tourbillon.coroutine.internal.task.Family;
import io.tourbillon.coroutine.internal.task.Traits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a loop notes of a coroutine for a dump, in some tens of nanoseconds; whoever has asked for
 * it puts it into words, and waits for the locks that this may take.
 *
 * @param waitsFor what it is suspended on, if it is
 * @param heldNanos how long it has stood as it does
 * @param leftNanos until it is to be looked at, or {@link LoopWheel#NEVER}
 * @param parent a coroutine, or a thread, or null
 * @param families of the scopes that it has opened, and of that whose child it is
 */
public record Sighting(
    CoroutineTask<?> coroutine,
    State state,
    @Nullable Object waitsFor,
    long heldNanos,
    long leftNanos,
    @Nullable Object parent,
    List<Family> families) {

  /** How coroutines of a loop stand; those that have ended are left out. Called by the loop. */
  static List<Sighting> ofAll(List<CoroutineTask<?>> coroutines, long nowNanos) {
    List<Sighting> seen = new ArrayList<>(coroutines.size());
    for (CoroutineTask<?> coroutine : coroutines) {
      if (!coroutine.state().isEnd()) {
        seen.add(of(coroutine, nowNanos));
      }
    }
    return seen;
  }

  /** How a coroutine stands. By its loop, or a coroutine there: nobody else has the turn. */
  private static Sighting of(CoroutineTask<?> coroutine, long nowNanos) {
    long untilNanos = Math.min(coroutine.wakeNanos(), coroutine.strikeNanos());
    CoroutineTask<?> owner = coroutine.loop.ownerOf(coroutine);
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

  /** Of a coroutine whose loop does not answer, by another thread. */
  static Sighting glimpse(CoroutineTask<?> coroutine) {
    State state = coroutine.state();
    return new Sighting(
        coroutine,
        state,
        state == State.SUSPENDED ? coroutine.waitsFor : null,
        coroutine.heldNanos(coroutine.loop.elapsedNanos()),
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
   * For the dump.
   *
   * @param depth below how many others it stands there
   */
  CoroutineDump.Entry entry(int depth) {
    Traits traits = coroutine.traits();
    return new CoroutineDump.Entry(
        Words.nameOf(coroutine),
        coroutine.loop.name(),
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
