package io.tourbillon.coroutine.internal.loop;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.Clock;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
@Tag("handoff") // It needs no engine, so one run will do.
class MailboxTest {
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

  // The race between a loop that goes to rest and a sender.

  private interface Protocol {
    void send(Runnable mail);

    boolean poll();

    void rest();
  }

  private static Protocol original(boolean spins) {
    Mailbox mailbox = new Mailbox(spins ? new Spin() : null);
    return new Protocol() {
      @Override
      public void send(Runnable mail) {
        mailbox.send(mail);
      }

      @Override
      public boolean poll() {
        if (mailbox.isEnded()) {
          mailbox.waitBy(Clock.system().newAlarm(Thread.currentThread()));
          mailbox.begin();
        }
        return mailbox.poll() != null;
      }

      @Override
      public void rest() {
        mailbox.rest(false, 0);
      }
    };
  }

  /** The twin: it looks for mail first, and then says that it rests. */
  private static Protocol twin() {
    return new Protocol() {
      private final ConcurrentLinkedQueue<Runnable> queue = new ConcurrentLinkedQueue<>();
      private volatile boolean resting;
      private volatile Clock.Alarm alarm = Clock.system().newAlarm(Thread.currentThread());

      @Override
      public void send(Runnable mail) {
        queue.add(mail);
        if (resting) {
          alarm.wake();
        }
      }

      @Override
      public boolean poll() {
        return queue.poll() != null;
      }

      @Override
      public void rest() {
        alarm = Clock.system().newAlarm(Thread.currentThread());
        if (queue.isEmpty()) {
          resting = true;
          alarm.await();
          resting = false;
        }
      }
    };
  }

  /**
   * Sends one message after the other, each after the one before was read; false if one was not.
   */
  private static boolean allAreRead(
      Protocol protocol, long seed, int messages, long patienceSeconds)
      throws InterruptedException {
    Semaphore read = new Semaphore(0);
    Thread loop =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  SplittableRandom random = new SplittableRandom(seed);
                  for (int count = 0; count < messages; ) {
                    if (protocol.poll()) {
                      count++;
                      read.release();
                      pause(random);
                    } else {
                      protocol.rest();
                    }
                  }
                });
    SplittableRandom random = new SplittableRandom(~seed);
    for (int count = 0; count < messages; count++) {
      pause(random);
      protocol.send(MailboxTest::doNothing);
      if (!read.tryAcquire(patienceSeconds, SECONDS)) {
        return false;
      }
    }
    return loop.join(Duration.ofSeconds(20));
  }

  private static void pause(SplittableRandom random) {
    for (int spins = random.nextInt(400); spins > 0; spins--) {
      Thread.onSpinWait();
    }
  }

  @Test
  void message_sentAsTheLoopGoesToRest_isRead() throws InterruptedException {
    long seed = System.nanoTime();
    for (boolean spins : new boolean[] {false, true}) {
      assertTrue(allAreRead(original(spins), seed, 50_000, 20), "lost, with seed " + seed);
    }
  }

  @Test
  void message_sentAsTheTwinGoesToRest_isLost() throws InterruptedException {
    boolean lost = false;
    for (int round = 0; round < 100 && !lost; round++) {
      lost = !allAreRead(twin(), System.nanoTime(), 100_000, 1);
    }
    assertTrue(lost, "the test does not find what is wrong with the twin");
  }
}
