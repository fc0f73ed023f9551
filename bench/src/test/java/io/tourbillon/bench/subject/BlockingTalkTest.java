package io.tourbillon.bench.subject;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each check of a talk catches a peer that does not do its work. A mutex that does not exclude is
 * caught by chance only, so it is not among them.
 */
@Timeout(60)
class BlockingTalkTest {
  private static final int MILLIS = 20;

  /** Coroutines that do nothing at all must not keep the test waiting. */
  private static final int MOST_LOOKS = 50;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          PING_PONG      | as many operations must have an effect as were counted
          STREAM         | sender 0 must be at message
          FAN_IN         | must be at message
          SELECT         | must be at message
          SEMAPHORE      | at most 10 coroutines must have a permit
          SPAWN_AND_JOIN | as many operations must have an effect as were counted
          WITH_TIMEOUT   | as many operations must have an effect as were counted
          SCOPE          | as many operations must have an effect as were counted
          UNEVEN         | each coroutine must do something: 0 did not
          """)
  void start_peerThatCheats_isCaught(Talk talk, String rule) {
    Tally tally = new Tally(talk);
    try (TalkSubject subject = new BlockingTalk(new CheatingPeer())) {
      String caught =
          assertThrows(
                  IllegalStateException.class,
                  () -> {
                    subject.start(talk, tally);
                    for (int look = 0; look < MOST_LOOKS && isQuiet(tally); look++) {
                      Thread.sleep(MILLIS);
                    }
                    tally.end();
                  })
              .getMessage();
      assertTrue(caught.contains(rule), caught);
    }
  }

  private static boolean isQuiet(Tally tally) {
    return tally.total() == 0 && !tally.isOver();
  }

  /** Changes one message, leaves out one child or call, and admits everyone to a semaphore. */
  private static final class CheatingPeer implements BlockingPeer {
    private final BlockingPeer honest = ThreadPeer.ofTheJdk(1);
    private final AtomicBoolean honestNow = new AtomicBoolean();

    /** Changes a message in the first pipe: of a second one, nobody may receive. */
    private final AtomicBoolean hasPipe = new AtomicBoolean();

    private boolean cheats() {
      return honestNow.compareAndSet(false, true);
    }

    @Override
    public void start(Runnable body) {
      honest.start(body);
    }

    /** Delivers a wrong number, so that the other side does not wait for one that is lost. */
    @Override
    public Pipe pipe(int buffer) {
      Pipe pipe = honest.pipe(buffer);
      boolean isFirst = hasPipe.compareAndSet(false, true);
      return new Pipe() {
        @Override
        public void send(long number) {
          pipe.send(isFirst && cheats() ? number + Inbox.message(0, 1) : number);
        }

        @Override
        public long receive() {
          return pipe.receive();
        }
      };
    }

    @Override
    public Source either(Pipe one, Pipe other) {
      return one;
    }

    @Override
    public Guard semaphore(int permits) {
      return new Unguarded();
    }

    private static final class Unguarded implements Guard {
      @Override
      public void acquire() {
        // Admits everyone.
      }

      @Override
      public void release() {
        // Nobody waits.
      }
    }

    @Override
    public void yieldNow() {
      honest.yieldNow();
    }

    @Override
    public long joinChild(long number) {
      return cheats() ? number : honest.joinChild(number);
    }

    @Override
    public void withTimeout(Runnable body) {
      if (!cheats()) {
        body.run();
      }
    }

    @Override
    public void scope(Runnable one, Runnable other) {
      one.run();
      if (!cheats()) {
        other.run();
      }
    }

    @Override
    public void joinAll(int coroutines, IntConsumer body) {
      // None of them begins.
    }

    @Override
    public void close() {
      honest.close();
    }
  }
}
