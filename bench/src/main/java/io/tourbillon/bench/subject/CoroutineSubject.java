package io.tourbillon.bench.subject;

import java.time.Duration;
import java.util.function.IntConsumer;

/**
 * A coroutine system as seen by the thread that uses it. Every call starts coroutines of its own.
 */
public interface CoroutineSubject extends AutoCloseable {
  /** Starts a coroutine for each row of the plan, which sleeps its row; returns when all ended. */
  void sleep(SleepPlan plan) throws InterruptedException;

  /**
   * Starts coroutines that sleep once and end, and returns when all of them are about to sleep.
   * They end with the subject, or with the JVM at the latest.
   *
   * @param woke is run by each that has slept
   */
  void park(int coroutines, Duration nap, Runnable woke) throws InterruptedException;

  /**
   * Starts coroutines that do next to nothing, and returns when all have ended.
   *
   * @param body is run by each, with its number from 0 on
   */
  void spawn(int coroutines, IntConsumer body) throws InterruptedException;

  /**
   * Starts coroutines, each of which yields the given number of times; returns when all have ended.
   * In a JVM whose virtual threads have one carrier all this is on one thread.
   *
   * @param body is run by each before each of its turns, with its number from 0 on
   */
  void takeTurns(int coroutines, int turns, IntConsumer body) throws InterruptedException;

  @Override
  void close();
}
