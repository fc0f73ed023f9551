package io.tourbillon.adoption;

import com.google.common.util.concurrent.ListeningScheduledExecutorService;
import com.google.common.util.concurrent.MoreExecutors;
import io.tourbillon.adoption.TimeSource.Own;
import io.tourbillon.adoption.TimeSource.Tourbillon;
import io.tourbillon.timer.TimerService;

/**
 * Guava: the executor of {@code Futures.withTimeout}, {@code scheduleAsync} and listenable futures.
 */
public final class GuavaRecipe {
  private GuavaRecipe() {}

  /** Shutting it down shuts the executor view down, and not the timer service. */
  public static ListeningScheduledExecutorService executor(TimeSource source) {
    return switch (source) {
      case Own own -> MoreExecutors.listeningDecorator(own.executor());
      case Tourbillon(TimerService timers, _) ->
          MoreExecutors.listeningDecorator(timers.asScheduledExecutor());
    };
  }
}
