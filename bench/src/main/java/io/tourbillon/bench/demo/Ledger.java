package io.tourbillon.bench.demo;

import io.tourbillon.bench.account.Account;
import io.tourbillon.bench.account.Accounts;
import io.tourbillon.bench.host.Descriptors;
import io.tourbillon.timer.TimerStats;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;

/**
 * The bookkeeping of a run, with an account for each kind of timer, delay and coroutine. It checks
 * that everything accepted ends exactly once and that nothing is early, without trusting the counts
 * of the service; {@link #disagreements} compares those with ours.
 *
 * <p>Written by any thread. The counts agree once all threads and coroutines of the run have ended.
 */
final class Ledger {
  private static final int DIGITS = 3;

  /** Timers of the timer service. */
  final Group timers = new Group();

  /** Delays of coroutines, which are timers of their loops. */
  final Group delays = new Group();

  final Group coroutines = new Group();

  /** A great many, of which few come due. */
  final Account background = timers.open("background");

  /** One for each request, mostly cancelled. */
  final Account requestTimeouts = timers.open("request timeouts");

  /** One for each connection, pushed out by every request. */
  final Account idleTimeouts = timers.open("idle timeouts");

  /** One for each connection, at a fixed rate. */
  final Account heartbeats = timers.open("heartbeats");

  /** One for each session, pushed out by every request. */
  final Account silences = timers.open("silences");

  /** A future for each time that a client waits before its next request. */
  final Account pauses = timers.open("pauses");

  /** One for each time that a sleeper goes to sleep. */
  final Account sleeps = delays.open("sleeps");

  /** One for each request that the server is slow to answer. */
  final Account lateAnswers = delays.open("late answers");

  /** The one that accepts connections. */
  final Account acceptors = coroutines.open("acceptors");

  /** One for each connection, at the server's end. */
  final Account sessions = coroutines.open("sessions");

  /** A great many, which do nothing but sleep. */
  final Account sleepers = coroutines.open("sleepers");

  /** Connections that clients have made; those that failed otherwise than by a timeout. */
  final Account connections = new Group().open("connections");

  /** Requests that were answered in time. */
  final LongAdder answers = new LongAdder();

  /** false -> true; written by a thread that gets no file descriptor, read at the end. */
  private volatile boolean outOfDescriptors;

  /** A connection ended otherwise than by a timeout, or could not be made. */
  void failConnection(IOException failure) {
    outOfDescriptors |= Descriptors.haveRunOut(failure);
    connections.fail(failure);
  }

  /** Returns true if the process had no file descriptor left for a connection. */
  boolean isOutOfDescriptors() {
    return outOfDescriptors;
  }

  /** Enters what the service handed back when it was shut down. */
  void handBack(List<Runnable> tasks) {
    timers.handBack(tasks);
  }

  /** Returns a sentence for each broken promise. */
  List<String> broken() {
    List<String> broken = new ArrayList<>();
    timers.addBrokenOfTimers(broken);
    delays.addBrokenOfTimers(broken);
    coroutines.addBrokenOfCoroutines(broken);
    return broken;
  }

  /** Returns a sentence for each count of the service that differs from ours. */
  List<String> disagreements(TimerStats stats) {
    return timers.disagreements(stats, 0, 0);
  }

  /** Accounts whose lateness is measured together, for a part of the run. */
  static final class Group extends Accounts {
    private final Histogram latenessNanos;

    private Group() {
      this(new AtomicHistogram(Account.MAX_LATENESS_NANOS, DIGITS));
    }

    private Group(Histogram latenessNanos) {
      super(latenessNanos);
      this.latenessNanos = latenessNanos;
    }

    /**
     * Begins to measure lateness. A full collection comes before and a shutdown after; lateness
     * caused by those says nothing about the service.
     */
    void measureLateness() {
      latenessNanos.reset();
    }

    /** How long after its deadline each task began to run, of those measured so far. */
    Histogram latenessNanos() {
      return latenessNanos.copy();
    }
  }
}
