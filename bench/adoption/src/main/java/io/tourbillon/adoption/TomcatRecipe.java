package io.tourbillon.adoption;

import io.tourbillon.adoption.TimeSource.Own;
import io.tourbillon.adoption.TimeSource.Tourbillon;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.timer.TimerService;
import org.apache.catalina.connector.Connector;

/** Tomcat: servlets run in virtual threads on the loops. */
public final class TomcatRecipe {
  private TomcatRecipe() {}

  /** Called before the server starts. Tomcat does not shut down executors that it was given. */
  public static void configure(TimeSource source, Connector connector) {
    switch (source) {
      case Own _ -> {}
      case Tourbillon(_, CoroutineScheduler scheduler) ->
          connector.getProtocolHandler().setExecutor(scheduler.asExecutor());
      case Tourbillon(TimerService timers, _) ->
          connector.getProtocolHandler().setUtilityExecutor(timers.asScheduledExecutor());
    }
  }
}
