package io.tourbillon.adoption;

import io.tourbillon.adoption.TimeSource.Tourbillon;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.timer.TimerService;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.VirtualThreadPool;

/** Jetty: handlers run in virtual threads on the loops, and timeouts are timers of the loops. */
public final class JettyRecipe {
  private JettyRecipe() {}

  /** A server without connectors. Stopping it shuts down neither the scheduler nor its timers. */
  public static Server server(TimeSource source) {
    VirtualThreadPool threads = new VirtualThreadPool();
    return switch (source) {
      case Tourbillon(TimerService timers, CoroutineScheduler scheduler) -> {
        threads.setVirtualThreadsExecutor(scheduler.asExecutor());
        yield new Server(
            threads, new ScheduledExecutorScheduler(timers.asScheduledExecutor()), null);
      }
      case Tourbillon(TimerService timers, _) ->
          new Server(threads, new ScheduledExecutorScheduler(timers.asScheduledExecutor()), null);
      default -> new Server(threads);
    };
  }
}
