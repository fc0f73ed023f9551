package io.tourbillon.bench.subject;

import java.time.Duration;
import java.util.function.IntConsumer;

/** A coroutine system as used by one thread. Every call starts new coroutines. */
public interface CoroutineSubject extends AutoCloseable {
  /**
   * Starts a coroutine for each row of the plan, which sleeps as its row says. Returns when all
   * have ended.
   */
  void sleep(SleepPlan plan) throws InterruptedException;

  /**
   * Starts coroutines that sleep once and end, and returns when all of them are about to sleep.
   * They end with the subject, or at the latest with the JVM.
   *
   * @param woke run by each coroutine after its sleep
   */
  void park(int coroutines, Duration nap, Runnable woke) throws InterruptedException;

  /**
   * Starts coroutines that do almost nothing, and returns when all have ended.
   *
   * @param body run by each coroutine, with its number from 0 on
   */
  void spawn(int coroutines, IntConsumer body) throws InterruptedException;

  /**
   * Starts coroutines, each of which yields the given number of times. Returns when all have ended.
   * In a JVM whose virtual threads have one carrier, all of this runs on one thread.
   *
   * @param body run by each coroutine before each of its turns, with its number from 0 on
   */
  void takeTurns(int coroutines, int turns, IntConsumer body) throws InterruptedException;

  @Override
  void close();
}
