package io.tourbillon.stress.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.logging.Logger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No allocation of ours that fails, wherever it is, loses a timer or a coroutine. */
@Timeout(900)
class FailingAllocationsTest {
  /** Of us and of Netty. Kept because java.util.logging holds loggers weakly. */
  private static final List<Logger> LOGGERS =
      List.of(Logger.getLogger("io.tourbillon"), Logger.getLogger("io.netty"));

  private static final int SEED =
      Integer.getInteger("tests.memory.seed", RandomGenerator.getDefault().nextInt(1000));

  /** A full heap is logged each time. */
  @BeforeAll
  static void keepTheLogQuiet() {
    LOGGERS.forEach(logger -> logger.setUseParentHandlers(false));
  }

  @AfterAll
  static void log() {
    LOGGERS.forEach(logger -> logger.setUseParentHandlers(true));
  }

  /**
   * @param step one allocation of so many fails, from a random one on; 1 for all
   * @param least so many allocations there are at least
   */
  private static void check(
      Class<? extends SweptProgram> program, String kind, int inARow, int step, int least)
      throws InterruptedException {
    Sweep sweep = new Sweep(program, kind, inARow, 1 + SEED % step, step);
    System.out.println(sweep + ", to see it again: -Dtests.memory.seed=" + SEED);
    Sweep.Found found = sweep.run();
    System.out.println(found.runs() + " runs");
    assertEquals("", found.text(), sweep.toString());
    assertTrue(found.runs() >= least / step, found.runs() + " runs of " + sweep);
  }

  @Test
  void classThatAllocatesBetweenTwoChanges_isCaught() throws Exception {
    Sweep.Found found = new Sweep(LossyProgram.class, "", 1, 1, 1).run();
    assertFalse(found.faults().isEmpty());
    assertTrue(found.text().contains("LossyBox.add"), found.text());
  }

  // In the usual build some allocations fail.

  @ParameterizedTest
  @CsvSource({"CONFINED, 13", "HEARD, 97", "EXECUTOR, 53", "DRIVER, 101"})
  void timers_whenSomeAllocationsFail_areNotLost(String kind, int step) throws Exception {
    check(TimersProgram.class, kind, 1, step, 500);
  }

  @ParameterizedTest
  @CsvSource({"VIRTUAL_THREAD, 11", "CONTINUATION GROUPS, 11"})
  void coroutines_whenSomeAllocationsFail_areNotLost(String kind, int step) throws Exception {
    check(CoroutinesProgram.class, kind, 1, step, 200);
  }

  @ParameterizedTest
  @CsvSource({"VIRTUAL_THREAD, 5", "VIRTUAL_THREAD TLS, 11"})
  void sockets_whenSomeAllocationsFail_areNotLost(String kind, int step) throws Exception {
    check(SocketsProgram.class, kind, 1, step, 100);
  }

  @Test
  void channelsOfNetty_whenSomeAllocationsFail_areNotLost() throws Exception {
    check(NettyProgram.class, "VIRTUAL_THREAD", 1, 7, 100);
  }

  @Test
  void durableTimers_whenSomeAllocationsFail_areNotLost() throws Exception {
    check(DurableProgram.class, "", 1, 197, 200);
  }

  // In the long form each fails, alone and together with those that follow.

  @ParameterizedTest
  @Tag("long")
  @CsvSource({
    "CONFINED, 1",
    "HEARD, 1",
    "SHARED, 1",
    "EXECUTOR, 1",
    "DRIVER, 1",
    "CONFINED, 2",
    "CONFINED, 5",
    "EXECUTOR, 2",
    "EXECUTOR, 5",
    "DRIVER, 3"
  })
  void timers_whenAnyAllocationFails_areNotLost(String kind, int inARow) throws Exception {
    check(TimersProgram.class, kind, inARow, 1, 500);
  }

  @ParameterizedTest
  @Tag("long")
  @CsvSource({
    "VIRTUAL_THREAD, 1",
    "CONTINUATION, 1",
    "HANDOFF, 1",
    "PLAIN_THREAD, 1",
    "VIRTUAL_THREAD, 3",
    "CONTINUATION, 3",
    "VIRTUAL_THREAD GROUPS, 1",
    "CONTINUATION GROUPS, 1",
    "CONTINUATION GROUPS, 3"
  })
  void coroutines_whenAnyAllocationFails_areNotLost(String kind, int inARow) throws Exception {
    check(CoroutinesProgram.class, kind, inARow, 1, 200);
  }

  @ParameterizedTest
  @Tag("long")
  @CsvSource({
    "VIRTUAL_THREAD, 1",
    "CONTINUATION, 1",
    "HANDOFF, 1",
    "PLAIN_THREAD, 1",
    "VIRTUAL_THREAD, 3",
    "PLAIN_THREAD, 3",
    "VIRTUAL_THREAD TLS, 1",
    "CONTINUATION TLS, 1",
    "HANDOFF TLS, 1",
    "PLAIN_THREAD TLS, 1",
    "VIRTUAL_THREAD TLS, 3"
  })
  void sockets_whenAnyAllocationFails_areNotLost(String kind, int inARow) throws Exception {
    check(SocketsProgram.class, kind, inARow, 1, 100);
  }

  @ParameterizedTest
  @Tag("long")
  @CsvSource({"VIRTUAL_THREAD, 1", "CONTINUATION, 1", "HANDOFF, 1", "VIRTUAL_THREAD, 3"})
  void channelsOfNetty_whenAnyAllocationFails_areNotLost(String kind, int inARow) throws Exception {
    check(NettyProgram.class, kind, inARow, 1, 100);
  }

  @ParameterizedTest
  @Tag("long")
  @ValueSource(ints = {1, 3})
  void durableTimers_whenAnyAllocationFails_areNotLost(int inARow) throws Exception {
    check(DurableProgram.class, "", inARow, 1, 200);
  }
}
