package io.tourbillon.bench.subject;

import io.tourbillon.bench.subject.BlockingPeer.Guard;
import io.tourbillon.bench.subject.BlockingPeer.Pipe;
import io.tourbillon.bench.subject.BlockingPeer.Source;
import java.util.concurrent.atomic.AtomicInteger;

/** The talks of all systems in which coroutines wait by blocking. */
final class BlockingTalk implements TalkSubject {
  private static final long END = -1;

  private final BlockingPeer peer;

  BlockingTalk(BlockingPeer peer) {
    this.peer = peer;
  }

  @Override
  public void start(Talk talk, Tally tally) {
    switch (talk) {
      case PING_PONG -> pingPong(tally);
      case STREAM -> stream(tally, 1);
      case FAN_IN -> stream(tally, Talk.MANY);
      case SELECT -> select(tally);
      case MUTEX -> mutex(tally);
      case SEMAPHORE -> semaphore(tally);
      case SPAWN_AND_JOIN -> start(tally, () -> spawnAndJoin(tally));
      case WITH_TIMEOUT -> start(tally, () -> withTimeout(tally));
      case SCOPE -> start(tally, () -> scope(tally));
      case UNEVEN -> start(tally, () -> uneven(tally));
    }
  }

  private void start(Tally tally, Runnable body) {
    peer.start(() -> tally.attend(body));
  }

  private void pingPong(Tally tally) {
    Pipe ping = peer.pipe(0);
    Pipe pong = peer.pipe(0);
    start(
        tally,
        () -> {
          boolean goesOn = true;
          while (goesOn) {
            goesOn = answerBatch(ping, pong);
          }
        });
    start(tally, () -> ask(tally, ping, pong));
  }

  private static boolean answerBatch(Pipe ping, Pipe pong) {
    for (int round = 0; round < Tally.BATCH; round++) {
      long number = ping.receive();
      if (number == END) {
        return false;
      }
      pong.send(number + 1);
    }
    return true;
  }

  private static void ask(Tally tally, Pipe ping, Pipe pong) {
    long last = 0;
    while (!tally.isOver()) {
      last = askBatch(ping, pong, last);
      tally.add(0, Tally.BATCH);
    }
    tally.requireTotal(last);
    ping.send(END);
  }

  private static long askBatch(Pipe ping, Pipe pong, long first) {
    long last = first;
    for (int round = 0; round < Tally.BATCH; round++) {
      ping.send(last);
      last = pong.receive();
    }
    return last;
  }

  private void stream(Tally tally, int senders) {
    Pipe pipe = peer.pipe(Talk.BUFFER);
    for (int sender = 0; sender < senders; sender++) {
      startSender(tally, pipe, sender);
    }
    start(tally, () -> receive(tally, pipe, senders));
  }

  private void select(Tally tally) {
    Pipe one = peer.pipe(0);
    Pipe other = peer.pipe(0);
    startSender(tally, one, 0);
    startSender(tally, other, 1);
    start(tally, () -> receive(tally, peer.either(one, other), 2));
  }

  private void startSender(Tally tally, Pipe pipe, int sender) {
    start(
        tally,
        () -> {
          long sent = 0;
          while (!tally.isOver()) {
            sendBatch(pipe, sender, sent);
            sent += Tally.BATCH;
          }
          pipe.send(Inbox.end(sender, sent));
        });
  }

  private static void sendBatch(Pipe pipe, int sender, long first) {
    for (int number = 0; number < Tally.BATCH; number++) {
      pipe.send(Inbox.message(sender, first + number));
    }
  }

  private static void receive(Tally tally, Source source, int senders) {
    Inbox inbox = new Inbox(senders);
    while (receiveBatch(source, inbox)) {
      tally.add(0, Tally.BATCH);
    }
  }

  private static boolean receiveBatch(Source source, Inbox inbox) {
    for (int message = 0; message < Tally.BATCH; message++) {
      if (!inbox.accept(source.receive())) {
        return false;
      }
    }
    return true;
  }

  private void mutex(Tally tally) {
    Guard mutex = peer.mutex();
    long[] guarded = new long[1];
    AtomicInteger left = new AtomicInteger(Talk.MANY);
    for (int coroutine = 0; coroutine < Talk.MANY; coroutine++) {
      int number = coroutine;
      start(
          tally,
          () -> {
            do {
              incrementBatch(mutex, guarded);
              tally.add(number, Tally.BATCH);
              peer.yieldNow();
            } while (!tally.isOver());
            if (left.decrementAndGet() == 0) {
              tally.requireTotal(guarded[0]);
            }
          });
    }
  }

  private static void incrementBatch(Guard mutex, long[] guarded) {
    for (int increment = 0; increment < Tally.BATCH; increment++) {
      mutex.acquire();
      guarded[0]++;
      mutex.release();
    }
  }

  private void semaphore(Tally tally) {
    Guard semaphore = peer.semaphore(Talk.PERMITS);
    AtomicInteger inside = new AtomicInteger();
    for (int coroutine = 0; coroutine < Talk.MANY; coroutine++) {
      int number = coroutine;
      start(
          tally,
          () -> {
            do {
              holdBatch(semaphore, inside);
              tally.add(number, Tally.BATCH);
            } while (!tally.isOver());
          });
    }
  }

  private void holdBatch(Guard semaphore, AtomicInteger inside) {
    for (int permit = 0; permit < Tally.BATCH; permit++) {
      semaphore.acquire();
      requirePermitted(inside.incrementAndGet());
      peer.yieldNow();
      inside.decrementAndGet();
      semaphore.release();
    }
  }

  /** Checks how many coroutines have a permit. */
  static void requirePermitted(int inside) {
    if (inside > Talk.PERMITS) {
      throw new IllegalStateException(
          "at most " + Talk.PERMITS + " coroutines must have a permit: " + inside);
    }
  }

  private void spawnAndJoin(Tally tally) {
    long children = 0;
    while (!tally.isOver()) {
      children = joinBatch(children);
      tally.add(0, Tally.BATCH);
    }
    tally.requireTotal(children);
  }

  private long joinBatch(long first) {
    long children = first;
    for (int child = 0; child < Tally.BATCH; child++) {
      children = peer.joinChild(children);
    }
    return children;
  }

  private void withTimeout(Tally tally) {
    long[] calls = new long[1];
    Runnable body =
        () -> {
          calls[0]++;
          peer.yieldNow();
        };
    while (!tally.isOver()) {
      callBatch(body);
      tally.add(0, Tally.BATCH);
    }
    tally.requireTotal(calls[0]);
  }

  private void callBatch(Runnable body) {
    for (int call = 0; call < Tally.BATCH; call++) {
      peer.withTimeout(body);
    }
  }

  private void scope(Tally tally) {
    long[] ones = new long[1];
    long[] others = new long[1];
    while (!tally.isOver()) {
      scopeBatch(() -> ones[0]++, () -> others[0]++);
      tally.add(0, Tally.BATCH);
    }
    tally.requireTotal(ones[0]);
    tally.requireTotal(others[0]);
  }

  private void scopeBatch(Runnable one, Runnable other) {
    for (int scope = 0; scope < Tally.BATCH; scope++) {
      peer.scope(one, other);
    }
  }

  private void uneven(Tally tally) {
    while (!tally.isOver()) {
      AtomicInteger begun = new AtomicInteger();
      peer.joinAll(Talk.UNEVEN_COROUTINES, number -> begin(tally, begun, number));
    }
  }

  /** Catches what it throws, because not every peer passes that on to those who join. */
  private void begin(Tally tally, AtomicInteger begun, int number) {
    try {
      begun.incrementAndGet();
      while (begun.get() < Talk.UNEVEN_COROUTINES) {
        peer.yieldNow();
      }
      if (number % 2 == 0) {
        compute(tally, number / 2);
      }
    } catch (RuntimeException | Error failure) {
      tally.recordFailure(failure);
    }
  }

  private void compute(Tally tally, int counter) {
    long state = Computation.SEED;
    for (int piece = 0; piece < Computation.PIECES; piece++) {
      state = Computation.piece(state);
      tally.add(counter, 1);
      peer.yieldNow();
    }
    Computation.requireResult(state);
  }

  @Override
  public void close() {
    peer.close();
  }
}
