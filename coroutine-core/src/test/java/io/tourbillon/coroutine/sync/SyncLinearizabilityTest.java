package io.tourbillon.coroutine.sync;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Linearizability;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Operations of mutex and semaphore that do not wait, with broken twins. */
@Tag("long") // Takes some minutes.
@Tag("stress")
@Tag("handoff") // Independent of the engine, so it runs once.
@Timeout(5000)
class SyncLinearizabilityTest {
  private static final int RACES = 50;
  private static final int ORDERS = 2;
  private static final int MANY = 30;

  /**
   * Operations on a mutex. They get the thread's number, because one thread uses the specification.
   */
  public static class OfMutex {
    private final Mutex mutex = new Mutex();

    @Operation
    public boolean tryLock(@Param(gen = ThreadIdGen.class) int thread) {
      return mutex.tryLock();
    }

    @Operation
    public String lockAtOnce(@Param(gen = ThreadIdGen.class) int thread) {
      try {
        mutex.lock(Duration.ZERO);
        return "locked";
      } catch (TimeoutException late) {
        return "held by another";
      } catch (IllegalStateException again) {
        return "held";
      }
    }

    @Operation
    public boolean unlock(@Param(gen = ThreadIdGen.class) int thread) {
      try {
        mutex.unlock();
        return true;
      } catch (IllegalStateException notHeld) {
        return false;
      }
    }

    @Operation
    public boolean isLocked() {
      return mutex.isLocked();
    }
  }

  /** The specification. It is also the twin, because its threads check before they act. */
  public static class MutexByOne {
    private static final int NOBODY = -1;
    private volatile int holder = NOBODY;

    @Operation
    public boolean tryLock(@Param(gen = ThreadIdGen.class) int thread) {
      if (holder != NOBODY) {
        return false;
      }
      holder = thread;
      return true;
    }

    @Operation
    public String lockAtOnce(@Param(gen = ThreadIdGen.class) int thread) {
      if (holder == thread) {
        return "held";
      }
      return tryLock(thread) ? "locked" : "held by another";
    }

    @Operation
    public boolean unlock(@Param(gen = ThreadIdGen.class) int thread) {
      if (holder != thread) {
        return false;
      }
      holder = NOBODY;
      return true;
    }

    @Operation
    public boolean isLocked() {
      return holder != NOBODY;
    }
  }

  /** Operations on a semaphore. */
  public static class OfSemaphore {
    private final Semaphore permits = new Semaphore(3);

    @Operation
    public boolean tryAcquire(@Param(gen = IntGen.class, conf = "1:3") int number) {
      return permits.tryAcquire(number);
    }

    @Operation
    public boolean acquireAtOnce(@Param(gen = IntGen.class, conf = "1:3") int number) {
      try {
        permits.acquire(number, Duration.ZERO);
        return true;
      } catch (TimeoutException late) {
        return false;
      }
    }

    @Operation
    public boolean release(@Param(gen = IntGen.class, conf = "1:3") int number) {
      try {
        permits.release(number);
        return true;
      } catch (IllegalStateException tooMany) {
        return false;
      }
    }

    @Operation
    public int available() {
      return permits.availablePermits();
    }
  }

  /** The specification, which is also the twin. */
  public static class SemaphoreByOne {
    private volatile int available = 3;

    @Operation
    public boolean tryAcquire(@Param(gen = IntGen.class, conf = "1:3") int number) {
      int seen = available;
      if (seen < number) {
        return false;
      }
      available = seen - number;
      return true;
    }

    @Operation
    public boolean acquireAtOnce(@Param(gen = IntGen.class, conf = "1:3") int number) {
      return tryAcquire(number);
    }

    @Operation
    public boolean release(@Param(gen = IntGen.class, conf = "1:3") int number) {
      int seen = available;
      if (number > 3 - seen) {
        return false;
      }
      available = seen + number;
      return true;
    }

    @Operation
    public int available() {
      return available;
    }
  }

  @Test
  void mutex_isLinearizable() throws Exception {
    assertTrue(Linearizability.holdsInRaces(OfMutex.class, MutexByOne.class, RACES));
    assertTrue(Linearizability.holdsInOrders(OfMutex.class, MutexByOne.class, ORDERS));
  }

  @Test
  void mutexTwin_isCaught() throws Exception {
    assertFalse(Linearizability.holdsInOrders(MutexByOne.class, MutexByOne.class, MANY));
  }

  @Test
  void semaphore_isLinearizable() throws Exception {
    assertTrue(Linearizability.holdsInRaces(OfSemaphore.class, SemaphoreByOne.class, RACES));
    assertTrue(Linearizability.holdsInOrders(OfSemaphore.class, SemaphoreByOne.class, ORDERS));
  }

  @Test
  void semaphoreTwin_isCaught() throws Exception {
    assertFalse(Linearizability.holdsInOrders(SemaphoreByOne.class, SemaphoreByOne.class, MANY));
  }

  @Test
  void both_forLong() throws Exception {
    assertTrue(Linearizability.holdsInRaces(OfMutex.class, MutexByOne.class, 20 * MANY));
    assertTrue(Linearizability.holdsInRaces(OfSemaphore.class, SemaphoreByOne.class, 20 * MANY));
    assertTrue(Linearizability.holdsInOrders(OfMutex.class, MutexByOne.class, MANY));
    assertTrue(Linearizability.holdsInOrders(OfSemaphore.class, SemaphoreByOne.class, MANY));
  }
}
