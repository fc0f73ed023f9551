package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.netty.NettyLoops;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class EngineTest {
  @Test
  void isAvailable_ofTheEngineOfTheseTests_isTrue() {
    assertTrue(TestSchedulers.ENGINE.isAvailable());
    assertTrue(Engine.HANDOFF.isAvailable());
  }

  @Test
  void flag_namesTheModuleToOpenTo() {
    assertEquals("--add-opens=java.base/java.lang=ALL-UNNAMED", Engine.VIRTUAL_THREAD.flag());
    assertEquals("--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED", Engine.CONTINUATION.flag());
    assertEquals("", Engine.HANDOFF.flag());
  }

  @Test
  @Tag("handoff")
  void isAvailable_withoutAnyFlag_isTrueOfHandoffAlone() {
    assertFalse(Engine.VIRTUAL_THREAD.isAvailable());
    assertFalse(Engine.CONTINUATION.isAvailable());
  }

  @Test
  @Tag("handoff")
  void build_withAnEngineWhoseFlagIsAbsent_saysWhichFlag() {
    for (Engine engine : List.of(Engine.VIRTUAL_THREAD, Engine.CONTINUATION)) {
      String message =
          assertThrows(
                  UnsupportedOperationException.class,
                  () -> CoroutineScheduler.builder().engine(engine).build())
              .getMessage();
      assertTrue(message.startsWith(engine + " needs the flag " + engine.flag()), message);
    }
  }

  @Test
  @Tag("handoff")
  void create_withoutAnyFlag_fallsBackAndSaysSoOnce() {
    try (LogCapture log = new LogCapture();
        CoroutineScheduler scheduler = CoroutineScheduler.create()) {
      assertEquals(Engine.PLAIN_THREAD, scheduler.engine());
      assertEquals(1, log.lines().size());
      assertTrue(
          log.lines().getFirst().endsWith(Engine.VIRTUAL_THREAD.flag()), log.lines()::toString);
    }
  }

  /** Code that knows of one loop may have no locks. */
  @Test
  @Tag("handoff")
  void build_withoutAnyFlag_forWhatNeedsTurns_fallsBackToTurns() {
    for (CoroutineScheduler.Builder builder :
        List.of(
            CoroutineScheduler.builder().loops(1),
            CoroutineScheduler.builder().policy(SchedulingPolicy.roundRobin()))) {
      try (LogCapture log = new LogCapture();
          CoroutineScheduler scheduler = builder.build()) {
        assertEquals(Engine.HANDOFF, scheduler.engine());
        assertEquals(1, log.lines().size());
      }
    }
    try (NettyLoops loops = NettyLoops.builder().loops(1).build()) {
      assertEquals(Engine.HANDOFF, loops.scheduler().engine());
    }
  }

  @Test
  @Tag("handoff")
  void build_withoutAnyFlag_goesByTheLastNumberOfLoops_andByTheEngineThatIsSet() {
    try (CoroutineScheduler several = CoroutineScheduler.builder().loops(1).loops(2).build();
        CoroutineScheduler asked =
            CoroutineScheduler.builder().loops(1).engine(Engine.PLAIN_THREAD).build()) {
      assertEquals(Engine.PLAIN_THREAD, several.engine());
      assertEquals(Engine.PLAIN_THREAD, asked.engine());
    }
  }

  @Test
  @Tag("virtual-thread")
  void create_withTheFlag_takesVirtualThreadsWithoutAWord() {
    try (LogCapture log = new LogCapture();
        CoroutineScheduler scheduler = CoroutineScheduler.create()) {
      assertEquals(Engine.VIRTUAL_THREAD, scheduler.engine());
      assertEquals(List.of(), log.lines());
    }
  }

  /** A virtual thread that another one makes gets the scheduler of that one from the JDK. */
  @Test
  @Tag("virtual-thread")
  void plainThreads_thatACoroutineOfALoopSpawns_doNotRunOnThatLoop() throws Exception {
    try (CoroutineScheduler loops = TestSchedulers.oneLoop();
        CoroutineScheduler plain =
            CoroutineScheduler.builder().engine(Engine.PLAIN_THREAD).build()) {
      Coroutine<Boolean> spawned =
          loops
              .spawn(
                  () ->
                      plain.spawn(
                          () -> {
                            Coroutines.delay(1, TimeUnit.MILLISECONDS);
                            return Coroutines.scheduler().equals(plain);
                          }))
              .join();
      assertTrue(spawned.join());
    }
  }

  @Test
  @Tag("handoff")
  void threadFactory_onAnotherEngine_saysWhichFlag() {
    try (CoroutineScheduler scheduler = TestSchedulers.oneLoop()) {
      String message =
          assertThrows(UnsupportedOperationException.class, scheduler::threadFactory).getMessage();
      assertTrue(message.endsWith(Engine.VIRTUAL_THREAD.flag()), message);
      assertThrows(UnsupportedOperationException.class, scheduler::asExecutor);
    }
  }

  @Test
  @Tag("continuation")
  void threadFactory_onContinuations_saysWhichFlag() {
    try (CoroutineScheduler scheduler = TestSchedulers.oneLoop()) {
      String message =
          assertThrows(UnsupportedOperationException.class, scheduler::threadFactory).getMessage();
      assertTrue(message.endsWith(Engine.VIRTUAL_THREAD.flag()), message);
    }
  }
}
