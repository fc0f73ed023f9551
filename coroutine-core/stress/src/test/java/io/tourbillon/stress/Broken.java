package io.tourbillon.stress;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What the class files of twins call: changes that are not atomic. The window between check and
 * write is about a microsecond, and now and then the thread yields in it. So a twin is caught
 * within a short run, also on a busy machine.
 */
public final class Broken {
  private static final int SPINS = 50;

  /** How many pauses there are to one that yields. */
  private static final int YIELD = 64;

  private static final ThreadLocal<int[]> PAUSES = ThreadLocal.withInitial(() -> new int[1]);

  private Broken() {}

  /** Lets the other thread run for a moment. */
  @SuppressWarnings("ThreadPriorityCheck") // The other thread may wait for this processor.
  public static void pause() {
    if (++PAUSES.get()[0] % YIELD == 0) {
      Thread.yield();
    }
    for (int spin = 0; spin < SPINS; spin++) {
      Thread.onSpinWait();
    }
  }

  /** Checks, then acts. */
  public static boolean compareAndSet(VarHandle field, Object of, boolean known, boolean next) {
    if ((boolean) field.getVolatile(of) != known) {
      return false;
    }
    pause();
    field.setVolatile(of, next);
    return true;
  }

  /** Checks, then acts. */
  public static boolean compareAndSet(VarHandle field, Object of, byte known, byte next) {
    if ((byte) field.getVolatile(of) != known) {
      return false;
    }
    pause();
    field.setVolatile(of, next);
    return true;
  }

  /** Checks, then acts. */
  public static boolean compareAndSet(VarHandle field, Object of, int known, int next) {
    if ((int) field.getVolatile(of) != known) {
      return false;
    }
    pause();
    field.setVolatile(of, next);
    return true;
  }

  /** Checks, then acts. */
  public static boolean compareAndSet(VarHandle field, Object of, long known, long next) {
    if ((long) field.getVolatile(of) != known) {
      return false;
    }
    pause();
    field.setVolatile(of, next);
    return true;
  }

  /** Checks, then acts. */
  @SuppressWarnings("ReferenceEquality") // As a compare-and-set does.
  public static boolean compareAndSet(
      VarHandle field, Object of, @Nullable Object known, @Nullable Object next) {
    if ((Object) field.getVolatile(of) != known) {
      return false;
    }
    pause();
    field.setVolatile(of, next);
    return true;
  }

  /** Checks, then acts. */
  public static boolean compareAndSet(AtomicInteger number, int known, int next) {
    if (number.get() != known) {
      return false;
    }
    pause();
    number.set(next);
    return true;
  }

  /** Checks, then acts. */
  public static boolean compareAndSet(AtomicLong number, long known, long next) {
    if (number.get() != known) {
      return false;
    }
    pause();
    number.set(next);
    return true;
  }

  /** Checks, then acts. */
  @SuppressWarnings("ReferenceEquality") // As a compare-and-set does.
  public static boolean compareAndSet(
      AtomicReference<@Nullable Object> reference, @Nullable Object known, @Nullable Object next) {
    if (reference.get() != known) {
      return false;
    }
    pause();
    reference.set(next);
    return true;
  }

  /** Checks, then acts. */
  public static boolean compareAndSet(AtomicLongArray numbers, int index, long known, long next) {
    if (numbers.get(index) != known) {
      return false;
    }
    pause();
    numbers.set(index, next);
    return true;
  }

  /** Reads, then writes. */
  public static int decrementAndGet(AtomicInteger number) {
    int next = number.get() - 1;
    pause();
    number.set(next);
    return next;
  }
}
