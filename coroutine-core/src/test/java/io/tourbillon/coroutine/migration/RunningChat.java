package io.tourbillon.coroutine.migration;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.coroutine.net.TcpListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** A chat on the loopback address, and its users. Uses real time, because sockets do. */
final class RunningChat implements AutoCloseable {
  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();
  private final TcpListener listener;
  private final Coroutine<?> server;

  RunningChat() throws IOException {
    listener = TcpListener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    server = scheduler.spawn(new ChatServer(listener)::serve);
  }

  /** Runs the part of the users in a coroutine. */
  void talk(Action users) throws TimeoutException {
    scheduler.spawn(users).join(PATIENCE);
  }

  /** Connects, and returns when all members know it. Must be called by a coroutine. */
  LineConnection enter(String name) throws IOException {
    LineConnection connection = connect();
    connection.writeLine(name);
    assertEquals("* welcome, " + name, connection.readLine());
    return connection;
  }

  LineConnection connect() throws IOException {
    return LineConnection.to(listener.localAddress());
  }

  /** Returns when all sessions have ended. */
  void stop() {
    server.cancel("the chat is over");
    Coroutine.awaitAll(List.of(server));
  }

  @Override
  public void close() {
    stop();
    listener.close();
    assertTrue(scheduler.close(Duration.ZERO));
  }
}
