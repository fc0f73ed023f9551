package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshotFactory;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The context of a request reaches its timers and coroutines, by Micrometer's library. */
class ContextPropagationTest {
  @ParameterizedTest
  @CsvSource({
    "HANDOFF, -Dno=flag",
    "PLAIN_THREAD, -Dno=flag",
    "VIRTUAL_THREAD, --add-opens=java.base/java.lang=ALL-UNNAMED",
    "CONTINUATION, --add-exports=java.base/jdk.internal.vm=ALL-UNNAMED",
  })
  void mdcObservationAndOpenTelemetry_areSeenByTimersAndCoroutines(String engine, String flag)
      throws Exception {
    StringBuilder expected = new StringBuilder();
    for (String request : List.of("a", "b", "c")) {
      String all = request + ", request " + request + ", user " + request + "\n";
      expected.append(all.repeat(4)).append(all.replaceFirst(",", " step 2,"));
    }
    expected.append("null, null, null\n");
    expected.append("left: null, null, null\n");
    expected.append("null, null, without Micrometer\n".repeat(2));
    String said = FreshJvm.run(ContextProgram.class, Duration.ofSeconds(60), List.of(flag), engine);
    assertEquals(
        expected.toString(),
        said.lines()
            .filter(line -> !line.startsWith("WARNING: "))
            .reduce("", (before, line) -> before + line + "\n"));
  }

  @Test
  void factory_decidesWhichValuesAreCarried() {
    ThreadLocal<String> carried = ThreadLocal.withInitial(() -> "none");
    ThreadLocal<String> other = ThreadLocal.withInitial(() -> "none");
    ContextRegistry registry =
        new ContextRegistry().registerThreadLocalAccessor("carried", carried);
    VirtualClock clock = new VirtualClock();
    List<String> seen = new ArrayList<>();
    try (TimerService timers =
        TimerService.builder()
            .clock(clock)
            .decorator(
                ContextPropagation.tasks(
                    ContextSnapshotFactory.builder().contextRegistry(registry).build()))
            .build()) {
      carried.set("a");
      other.set("a");
      timers.scheduleAtFixedRate(
          Duration.ofMillis(10),
          Duration.ofMillis(10),
          () -> {
            seen.add(carried.get() + other.get());
            carried.set("of the task");
          });
      carried.set("b");
      other.set("b");
      clock.advance(Duration.ofMillis(20));
    }
    assertEquals(List.of("anone", "anone"), seen);
    assertEquals("b", carried.get());
  }
}
