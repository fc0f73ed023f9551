package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.LoopConfined;
import io.tourbillon.timer.Clock;
import org.jspecify.annotations.Nullable;

/**
 * What a loop rests in if it waits for more than mail and deadlines: for sockets, for example. The
 * wait ends early when such an event has come.
 *
 * <p>Loop-confined, except for {@link #wake}, and for {@link #close} of a loop that was not
 * started.
 */
@LoopConfined
public interface Poller extends Clock.Alarm {
  /** Makes the pollers of a scheduler. */
  @FunctionalInterface
  interface Factory {
    /**
     * Makes the poller of a loop before its thread starts. Called again for each further thread of
     * a loop that had ended.
     *
     * @param thread the thread that will rest; not started
     * @return null if the loop needs none
     */
    @Nullable Poller newPoller(EventLoop loop, Thread thread);
  }

  /** Looks for events if it has not done so for a while. Called once in each round of the loop. */
  void lookIfDue();

  /** Returns whether {@link #lookIfDue} has something to do, so that the loop must not rest. */
  boolean hasWork();

  /**
   * Called instead of a rest while the loop has nothing more to do and could end. Returns true if
   * the poller has ended, with nothing left to do for the loop. Otherwise it begins to end, and the
   * loop goes on.
   */
  boolean finish();
}
