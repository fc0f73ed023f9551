package io.tourbillon.bench.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.subject.ForeignKind;
import io.tourbillon.bench.subject.Subject;
import io.tourbillon.bench.subject.Talk;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScenarioTest {
  @ParameterizedTest
  @EnumSource
  void scenarios_everyTalk_isOneOnOneThreadAndOnTwo(Talk talk) {
    Scenario scenario = Scenario.valueOf(talk.name());
    assertTrue(scenario.isTalk());
    assertEquals(List.of(1, 2), scenario.full().sizes());
  }

  @Test
  void title_size_isThatOfTimersCoroutinesOrThreads() {
    assertEquals("Request timeouts, 1,000", Scenario.REQUEST_TIMEOUTS.title(1000));
    assertEquals("Idle", Scenario.IDLE.title(1));
    assertEquals("Ping-pong, 1 thread", Scenario.PING_PONG.title(1));
    assertEquals("Ping-pong, 2 threads", Scenario.PING_PONG.title(2));
    assertEquals("Echo over TCP, 2 threads", Scenario.ECHO.title(2));
  }

  @Test
  void jvmFlags_ofATalk_giveThePeersAsManyThreads() {
    List<String> flags = Scenario.MUTEX.jvmFlags(800, 2);
    assertTrue(flags.contains("-Djdk.virtualThreadScheduler.parallelism=2"), flags::toString);
    assertTrue(flags.contains("-Djdk.virtualThreadScheduler.maxPoolSize=2"), flags::toString);
    assertTrue(flags.contains("-Dkotlinx.coroutines.scheduler.core.pool.size=2"), flags::toString);
    assertTrue(flags.contains("-Xmn500m"), flags::toString);
    List<String> ofServers = Scenario.ECHO.jvmFlags(800, 2);
    assertTrue(
        ofServers.contains("-Djdk.virtualThreadScheduler.parallelism=2"), ofServers::toString);
    assertFalse(ofServers.contains("-Xmn500m"), ofServers::toString);
    assertEquals(List.of("-Xmn500m"), Scenario.SLEEPERS.jvmFlags(800, 1_000_000));
    assertEquals(List.of(), Scenario.FIRE.jvmFlags(800, 2));
  }

  @Test
  void subjects_ofATalk_areThoseThatTakePartInIt() {
    List<String> ofSelect = Scenario.SELECT.subjects().stream().map(Subject::id).toList();
    assertEquals(
        List.of(
            "ours-virtual-thread",
            "ours-continuation",
            "ours-plain-thread",
            "ours-handoff",
            "jox",
            "kotlin",
            "go"),
        ofSelect);
    assertFalse(Stream.of(Scenario.values()).filter(Scenario::isTalk).findAny().isEmpty());
    assertFalse(Scenario.MUTEX.subjects().contains(ForeignKind.ASYNCIO));
  }
}
