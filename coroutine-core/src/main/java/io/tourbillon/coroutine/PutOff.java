package io.tourbillon.coroutine;

import io.tourbillon.timer.Clock;
import io.tourbillon.timer.TickScale;
import org.jspecify.annotations.Nullable;

/**
 * Puts off those who have had their turns faster than their rate allows. The loop's own, or of its
 * coroutine that has the turn; what is known of a coroutine is in its {@link Traits}.
 */
final class PutOff {
  private final EventLoop loop;
  private final Clock clock;
  private final TickScale scale;

  PutOff(EventLoop loop, Clock clock, TickScale scale) {
    this.loop = loop;
    this.clock = clock;
    this.scale = scale;
  }

  /**
   * Makes a coroutine ready as soon as its own rate allows, and then that of its group: none of the
   * group's turns is taken for one who can not have it yet.
   */
  void makeReadyWhenDue(CoroutineTask<?> coroutine, Traits traits) {
    whenDue(
        traits,
        traits.own(),
        () -> whenDue(traits, traits.groups(), () -> loop.makeReady(coroutine)));
  }

  private void whenDue(Traits traits, @Nullable Throttle throttle, Expiry then) {
    long nanos = clock.nanoTime();
    long dueNanos = throttle == null ? nanos : throttle.take(nanos);
    if (dueNanos == nanos) {
      then.expired();
      return;
    }
    traits.throttleTimerId =
        loop.wheel.arm(
            scale.elapsedNanos(dueNanos),
            () -> {
              traits.throttleTimerId = 0;
              then.expired();
            });
  }

  /** Puts a coroutine off no longer, and says whether it has been; it is not ready by that. */
  boolean end(CoroutineTask<?> coroutine) {
    Traits traits = coroutine.traits();
    if (traits == null || traits.throttleTimerId == 0) {
      return false;
    }
    loop.wheel.disarm(traits.throttleTimerId);
    traits.throttleTimerId = 0;
    return true;
  }
}
