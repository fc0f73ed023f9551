package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.LoopConfined;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Decides for how long a loop looks for mail before it parks. To park and to be woken costs two
 * threads some ten microseconds, so a look pays if the next message comes soon, as between two
 * coroutines on different loops that answer each other.
 *
 * <p>A loop begins without looking. It looks after several rests in a row were short. The first
 * look lasts up to 50 us, later ones up to four times as long as it recently took to find mail, but
 * not less than 5 us. After three looks in vain in a row the loop stops looking, and needs twice as
 * many short rests to begin again; a look that finds mail halves that number. So an idle or lightly
 * loaded loop parks at once. If one look in three finds mail, the loop goes on looking, and the
 * other two can take most of the time between the messages.
 *
 * <p>If many messages arrive while a loop parks, parking is cheap for each of them, and reading
 * them one by one is not: two loops that work at the same time contend for the same channels. So a
 * rest counts as short only if it ended with one message or two, and a loop that looks parks now
 * and then to find out.
 *
 * <p>At most half of the processors look at the same time, counted over the whole process; the
 * others are left to threads that may send something.
 */
@LoopConfined
final class Spin {
  /**
   * The longest look. It is also the longest rest that counts as short, since such a rest includes
   * the wake-up of this loop, and often that of the loop that sends.
   */
  static final long MAX_NANOS = 50_000;

  /** The shortest look: a message takes about a microsecond to another loop and back. */
  static final long MIN_NANOS = 5_000;

  static final int FEWEST_SHORT_RESTS = 4;
  static final int MOST_SHORT_RESTS = 128;
  static final int LOOKS_IN_VAIN = 3;

  /** A rest that ends with more messages than this was worth its wake-up. */
  static final int FEW_MESSAGES = 2;

  /**
   * How many looks may find mail before the loop parks once, to find out how many messages come.
   */
  static final int LOOKS_BETWEEN_SAMPLES = 256;

  private static final int MOST_SPINNERS = Runtime.getRuntime().availableProcessors() / 2;

  /** The loops that look now, in the whole process. Any loop changes it. */
  private static final AtomicInteger SPINNERS = new AtomicInteger();

  private final LongSupplier nanoTime;
  private final AtomicInteger spinners;
  private final int mostSpinners;

  private boolean looks;

  /** An average of the time that it took to find mail. */
  private long findNanos;

  private int inVain;
  private int findsSinceSample;
  private int shortRests;
  private int neededShortRests = FEWEST_SHORT_RESTS;

  Spin() {
    this(System::nanoTime, SPINNERS, MOST_SPINNERS);
  }

  /**
   * Creates a decision for a test.
   *
   * @param spinners counts the loops that look now
   */
  Spin(LongSupplier nanoTime, AtomicInteger spinners, int mostSpinners) {
    this.nanoTime = nanoTime;
    this.spinners = spinners;
    this.mostSpinners = mostSpinners;
  }

  /**
   * Looks for mail.
   *
   * @param hasMail returns whether there is mail
   * @param maxNanos the time until the loop has something else to do
   * @return true if there is mail
   */
  boolean lookForMail(BooleanSupplier hasMail, long maxNanos) {
    long budgetNanos = Math.clamp(4 * findNanos, MIN_NANOS, MAX_NANOS);
    if (!looks || maxNanos < budgetNanos || !enter()) {
      return false;
    }
    try {
      long startNanos = nanoTime.getAsLong();
      long lookedNanos;
      do {
        boolean found = hasMail.getAsBoolean();
        lookedNanos = nanoTime.getAsLong() - startNanos;
        if (found) {
          found(lookedNanos);
          return true;
        }
        Thread.onSpinWait();
      } while (lookedNanos < budgetNanos);
    } finally {
      spinners.decrementAndGet();
    }
    foundNothing();
    return false;
  }

  /** Returns false if the loop must park: to take a sample, or because others look already. */
  private boolean enter() {
    if (findsSinceSample == LOOKS_BETWEEN_SAMPLES) {
      findsSinceSample = 0;
      return false;
    }
    if (spinners.get() >= mostSpinners) {
      return false;
    }
    if (spinners.incrementAndGet() <= mostSpinners) {
      return true;
    }
    spinners.decrementAndGet();
    return false;
  }

  private void found(long nanos) {
    findNanos += (nanos - findNanos) / 4;
    inVain = 0;
    findsSinceSample++;
    neededShortRests = Math.max(neededShortRests / 2, FEWEST_SHORT_RESTS);
  }

  private void foundNothing() {
    inVain++;
    if (inVain == LOOKS_IN_VAIN) {
      stopLooking();
    }
  }

  private void stopLooking() {
    looks = false;
    shortRests = 0;
    neededShortRests = Math.min(2 * neededShortRests, MOST_SHORT_RESTS);
  }

  /**
   * Called after the loop was parked.
   *
   * @param messages how many messages there are now
   */
  void rested(long nanos, int messages) {
    if (looks) {
      if (messages > FEW_MESSAGES) {
        stopLooking();
      }
      return;
    }
    boolean isShort = messages > 0 && messages <= FEW_MESSAGES && nanos <= MAX_NANOS;
    shortRests = isShort ? shortRests + 1 : 0;
    if (shortRests >= neededShortRests) {
      shortRests = 0;
      inVain = 0;
      findsSinceSample = 0;
      findNanos = MAX_NANOS;
      looks = true;
    }
  }
}
