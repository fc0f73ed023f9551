package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.internal.engine.LoopConfined;
import io.tourbillon.coroutine.internal.loop.Expiry;
import io.tourbillon.coroutine.internal.traits.Throttle;
import io.tourbillon.coroutine.internal.traits.Traits;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.internal.TickScale;
import org.jspecify.annotations.Nullable;

/**
 * Delays the turns of coroutines that exceed their rate. The {@link Traits} of a coroutine hold its
 * state.
 */
@LoopConfined
final class PutOff {
  private final CoroutineLoop loop;
  private final Clock clock;
  private final TickScale scale;

  PutOff(CoroutineLoop loop, Clock clock, TickScale scale) {
    this.loop = loop;
    this.clock = clock;
    this.scale = scale;
  }

  /**
   * Makes a coroutine ready as soon as its own rate allows, and then that of its group. In this
   * order, no turn of the group is taken by a coroutine that must still wait.
   */
  void makeReadyWhenDue(CoroutineTask<?> coroutine, Traits traits) {
    // All objects are made before anything changes, so the caller can try again if memory runs out.
    Expiry makeReady = () -> loop.makeReady(coroutine);
    Expiry ofGroup = expiry(traits, makeReady);
    Expiry groupsTurn = () -> whenDue(traits, traits.groups(), makeReady, ofGroup);
    Expiry ofItsOwn = expiry(traits, groupsTurn);
    whenDue(traits, traits.own(), groupsTurn, ofItsOwn);
  }

  private static Expiry expiry(Traits traits, Expiry then) {
    return () -> {
      traits.throttleTimerId = 0;
      then.expired();
    };
  }

  private void whenDue(Traits traits, @Nullable Throttle throttle, Expiry then, Expiry later) {
    long nanos = clock.nanoTime();
    long dueNanos = throttle == null ? nanos : throttle.take(nanos);
    if (dueNanos == nanos) {
      then.expired();
    } else {
      traits.throttleTimerId = loop.armSurely(scale.elapsedNanos(dueNanos), later);
    }
  }

  /** Ends the delay of a coroutine without making it ready. Returns whether there was a delay. */
  boolean end(CoroutineTask<?> coroutine) {
    Traits traits = coroutine.traits();
    if (traits == null || traits.throttleTimerId == 0) {
      return false;
    }
    loop.wheel().disarm(traits.throttleTimerId);
    traits.throttleTimerId = 0;
    return true;
  }
}
