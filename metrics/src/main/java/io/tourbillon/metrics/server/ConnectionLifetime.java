package io.tourbillon.metrics.server;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Closes connections that have been open for too long, whatever they do: one that sends a byte now
 * and then is never idle. Called by the threads of the server.
 */
final class ConnectionLifetime implements Connection.Listener {
  private final Scheduler scheduler;
  private final Duration limit;
  private final Map<Connection, Scheduler.Task> open = new ConcurrentHashMap<>();

  ConnectionLifetime(Scheduler scheduler, Duration limit) {
    this.scheduler = scheduler;
    this.limit = limit;
  }

  @Override
  public void onOpened(Connection connection) {
    open.put(
        connection,
        scheduler.schedule(() -> end(connection), limit.toMillis(), TimeUnit.MILLISECONDS));
  }

  private void end(Connection connection) {
    connection
        .getEndPoint()
        .close(new TimeoutException("a connection must not last longer than " + limit));
  }

  @Override
  public void onClosed(Connection connection) {
    Scheduler.Task end = open.remove(connection);
    if (end != null) {
      end.cancel();
    }
  }
}
