package io.tourbillon.coroutine.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
@Tag("handoff") // It needs no engine, so one run will do.
@Tag("not-plain-thread") // No turns.
class MailboxTest {
  private static final Duration TOTAL = Duration.ofSeconds(30);

  private int waits;
  private int wakes;
  private Runnable duringWait = () -> {};

  private final Clock.Alarm alarm =
      new Clock.Alarm() {
        @Override
        public void awaitUntil(long deadlineNanos) {
          await();
        }

        @Override
        public void await() {
          waits++;
          duringWait.run();
        }

        @Override
        public void wake() {
          wakes++;
        }

        @Override
        public void close() {}
      };

  private Mailbox mailbox = new Mailbox(new Spin());

  private void begin() {
    assertTrue(mailbox.begin());
    mailbox.waitBy(alarm);
  }

  @Test
  void send_toALoopThatRests_wakesItOnce() {
    begin();
    duringWait =
        () -> {
          for (int sender = 0; sender < 3; sender++) {
            assertFalse(mailbox.send(MailboxTest::doNothing));
          }
        };
    mailbox.rest(false, 0);
    assertEquals(1, waits);
    assertEquals(1, wakes);
    mailbox.rest(false, 0);
    assertEquals(1, waits, "it has mail");
  }

  /** The clock must know of each wake-up before the sender goes on. */
  @Test
  void sends_byAnotherClockThanTheSystems_wakeItEach() {
    mailbox = new Mailbox(null);
    begin();
    duringWait =
        () -> {
          for (int sender = 1; sender <= 3; sender++) {
            assertFalse(mailbox.send(MailboxTest::doNothing));
            assertEquals(sender, wakes);
          }
        };
    mailbox.rest(false, 0);
    assertEquals(3, wakes);
  }

  @Test
  void send_toALoopThatIsAwake_wakesNothing() {
    begin();
    Runnable mail = new Thread();
    assertFalse(mailbox.send(mail));
    assertEquals(0, wakes);
    assertSame(mail, mailbox.poll());
    assertNull(mailbox.poll());
  }

  @Test
  void send_beforeTheBeginningAndAfterTheEnd_asksForAThread() {
    assertTrue(mailbox.send(MailboxTest::doNothing));
    begin();
    assertFalse(mailbox.begin(), "for one caller only");
    mailbox.end();
    assertTrue(mailbox.send(MailboxTest::doNothing));
    assertEquals(0, wakes);
  }

  private static void doNothing() {}

  // The race between a loop that goes to rest and its senders.

  private interface Protocol {
    /** Called once, by the thread of the loop. */
    void begin();

    void send(Runnable mail);

    boolean poll();

    void rest();
  }

  private static Protocol original(@Nullable Spin spin) {
    Mailbox mailbox = new Mailbox(spin);
    return new Protocol() {
      @Override
      public void begin() {
        mailbox.waitBy(Clock.system().newAlarm(Thread.currentThread()));
        assertTrue(mailbox.begin());
      }

      @Override
      public void send(Runnable mail) {
        mailbox.send(mail);
      }

      @Override
      public boolean poll() {
        return mailbox.poll() != null;
      }

      @Override
      public void rest() {
        if (!mailbox.lookForMail(false, 0)) {
          mailbox.rest(false, 0);
        }
      }
    };
  }

  /**
   * Makes a broken twin.
   *
   * @param restsTooLate true if the loop looks for mail first and then says that it rests; false if
   *     a sender wakes the loop first and then sends
   */
  private static Protocol twin(boolean restsTooLate) {
    return new Protocol() {
      private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
      private final AtomicBoolean resting = new AtomicBoolean();
      private volatile Clock.@Nullable Alarm alarm;

      @Override
      public void begin() {
        alarm = Clock.system().newAlarm(Thread.currentThread());
      }

      @Override
      public void send(Runnable mail) {
        if (restsTooLate) {
          queue.add(mail);
          wake();
        } else {
          wake();
          pause(100);
          queue.add(mail);
        }
      }

      private void wake() {
        if (resting.compareAndSet(true, false)) {
          Objects.requireNonNull(alarm).wake();
        }
      }

      @Override
      public boolean poll() {
        return queue.poll() != null;
      }

      @Override
      public void rest() {
        if (!restsTooLate) {
          resting.set(true);
        }
        if (queue.isEmpty()) {
          if (restsTooLate) {
            pause(100);
            resting.set(true);
          }
          Objects.requireNonNull(alarm).await();
        }
        resting.set(false);
      }
    };
  }

  /**
   * Sends a message from each of two threads in each round, and waits until both were read. Returns
   * false if one was not read in time.
   */
  private static boolean allAreRead(Protocol protocol, long seed, int rounds, Duration patience)
      throws InterruptedException {
    AtomicInteger read = new AtomicInteger();
    AtomicInteger round = new AtomicInteger();
    Thread loop =
        start(
            () -> {
              SplittableRandom random = new SplittableRandom(seed);
              protocol.begin();
              while (read.get() < 2 * rounds) {
                if (protocol.poll()) {
                  read.incrementAndGet();
                  pause(random.nextInt(400));
                } else {
                  protocol.rest();
                }
              }
            });
    Thread other =
        start(
            () -> {
              SplittableRandom random = new SplittableRandom(seed + 1);
              for (int number = 1; awaitAtLeast(round, number, TOTAL); number++) {
                pause(random.nextInt(400));
                protocol.send(MailboxTest::doNothing);
                if (number == rounds) {
                  return;
                }
              }
            });
    SplittableRandom random = new SplittableRandom(seed + 2);
    for (int number = 1; number <= rounds; number++) {
      round.set(number);
      pause(random.nextInt(400));
      protocol.send(MailboxTest::doNothing);
      if (!awaitAtLeast(read, 2 * number, patience)) {
        round.set(Integer.MIN_VALUE);
        return false;
      }
    }
    return other.join(TOTAL) && loop.join(TOTAL);
  }

  private static Thread start(Runnable body) {
    return Thread.ofPlatform().daemon().start(body);
  }

  private static boolean awaitAtLeast(AtomicInteger count, int least, Duration patience) {
    long startNanos = System.nanoTime();
    while (count.get() < least) {
      if (count.get() < 0 || System.nanoTime() - startNanos > patience.toNanos()) {
        return false;
      }
      Thread.onSpinWait();
    }
    return true;
  }

  private static void pause(int spins) {
    for (int left = spins; left > 0; left--) {
      Thread.onSpinWait();
    }
  }

  @Test
  void messages_sentAsTheLoopGoesToRest_areRead() throws InterruptedException {
    Spin parksAtOnce = new Spin(System::nanoTime, new AtomicInteger(), 0);
    long seed = System.nanoTime();
    for (Spin spin : new Spin[] {null, parksAtOnce, new Spin()}) {
      assertTrue(allAreRead(original(spin), seed, 10_000, TOTAL), "lost, with seed " + seed);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void messages_sentAsATwinGoesToRest_areLost(boolean restsTooLate) throws InterruptedException {
    boolean lost = false;
    for (int attempt = 0; attempt < 20 && !lost; attempt++) {
      lost = !allAreRead(twin(restsTooLate), System.nanoTime(), 20_000, Duration.ofSeconds(2));
    }
    assertTrue(lost, "the test does not find what is wrong with the twin");
  }
}
