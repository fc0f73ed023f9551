package io.tourbillon.bench.subject;

import java.util.function.IntConsumer;

/**
 * What coroutines talk with in a system in which they wait by blocking: ours, and libraries for
 * virtual threads. A peer that lacks an operation takes no part in its talk ({@link TalkKind}).
 * Except for {@link #start} and {@link #close}, only coroutines call these methods.
 */
interface BlockingPeer extends AutoCloseable {
  /** Something that a coroutine receives numbers from. */
  @FunctionalInterface
  interface Source {
    long receive();
  }

  /** A channel of numbers. */
  interface Pipe extends Source {
    void send(long number);
  }

  /** A mutex, or a semaphore. */
  interface Guard {
    void acquire();

    void release();
  }

  /** Starts a coroutine. */
  void start(Runnable body);

  /**
   * Makes a channel.
   *
   * @param buffer how many numbers may be on their way, 0 for none
   */
  Pipe pipe(int buffer);

  /** Makes something that receives from either of two channels made here. */
  default Source either(Pipe one, Pipe other) {
    throw lacking();
  }

  default Guard mutex() {
    throw lacking();
  }

  default Guard semaphore(int permits) {
    throw lacking();
  }

  /** Gives other coroutines a turn. */
  void yieldNow();

  /** Starts a child that adds 1 to a number, and returns its result when it has ended. */
  default long joinChild(long number) {
    throw lacking();
  }

  /** Runs the body with a time limit of a minute. */
  default void withTimeout(Runnable body) {
    throw lacking();
  }

  /** Opens a scope, starts two children in it, and closes it when both have ended. */
  default void scope(Runnable one, Runnable other) {
    throw lacking();
  }

  /**
   * Starts coroutines and waits until all have ended.
   *
   * @param body run by each, with its number from 0 on
   */
  default void joinAll(int coroutines, IntConsumer body) {
    throw lacking();
  }

  @Override
  void close();

  private UnsupportedOperationException lacking() {
    return new UnsupportedOperationException("this talk must be one of the peer's: " + getClass());
  }
}
