package io.tourbillon.bench.demo;

import io.tourbillon.timer.TimerService;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Asks, pauses and asks again, on one connection at a time; when a timeout has closed it, on a new
 * one. Now and then it falls idle for longer than its connection bears.
 */
final class Client implements Runnable {
  /** One pause in so many is an idle one. */
  private static final int IDLE_EVERY = 100;

  /** A server that has just started is slow: it would keep them all waiting for too long. */
  private static final Duration START_APART = Duration.ofMillis(5);

  private static final Duration IDLE_PAUSE = Connection.IDLE_TIMEOUT.multipliedBy(2);
  private static final long MIN_PAUSE_NANOS = Duration.ofMillis(10).toNanos();
  private static final long MAX_PAUSE_NANOS = Duration.ofMillis(50).toNanos();

  private final TimerService timers;
  private final InetSocketAddress server;
  private final Kinds kinds;
  private final Tally tally;
  private final Duration start;
  private int pauses;

  /** Written by the client's thread, read by the one that stops it. */
  private volatile @Nullable Connection connection;

  /** Written once, before that thread looks for the connection. */
  private volatile boolean stopping;

  /**
   * Makes a client.
   *
   * @param number of the client, from 0; by it they come and fall idle one after the other
   */
  Client(TimerService timers, InetSocketAddress server, Kinds kinds, Tally tally, int number) {
    this.timers = timers;
    this.server = server;
    this.kinds = kinds;
    this.tally = tally;
    start = START_APART.multipliedBy(number);
    pauses = number * IDLE_EVERY / Clients.COUNT;
  }

  @Override
  public void run() {
    try {
      pause(start);
      while (!stopping) {
        connectAndAsk();
        pause(randomPause());
      }
    } catch (RejectedExecutionException shutDown) {
      // Without timers there is nothing more to do.
    }
  }

  /** Returns when the connection has ended. */
  private void connectAndAsk() {
    try (Connection opened = Connection.open(timers, kinds, server)) {
      tally.connected();
      connection = opened;
      while (!stopping) {
        opened.ask();
        tally.answered();
        pauses++;
        pause(pauses % IDLE_EVERY == 0 ? IDLE_PAUSE : randomPause());
      }
    } catch (SocketTimeoutException timeout) {
      // One of its timers has closed it, as it should.
    } catch (IOException e) {
      if (!stopping) {
        tally.failed(e);
      }
    }
  }

  private void pause(Duration pause) {
    new CheckedTimer(kinds.pauses()).await(timers, pause);
  }

  private static Duration randomPause() {
    return Duration.ofNanos(ThreadLocalRandom.current().nextLong(MIN_PAUSE_NANOS, MAX_PAUSE_NANOS));
  }

  /** Makes the client end soon: it is not kept waiting by its connection. */
  void stop() {
    stopping = true;
    Connection open = connection;
    if (open != null) {
      open.closeSocket();
    }
  }
}
