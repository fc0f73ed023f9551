package io.tourbillon.coroutine.internal.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tourbillon.coroutine.CoroutineStats;
import io.tourbillon.coroutine.internal.observe.LoopFigures;
import io.tourbillon.timer.Distribution;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("not-plain-thread") // No turns.
class SchedulerFiguresTest {
  @Test
  void toString_isForPeople() {
    Distribution turn = Distribution.builder().record(2_000_000).build();
    CoroutineStats stats =
        new SchedulerFigures(
            true,
            1_000_000,
            10,
            4,
            1,
            Map.of("call", 2L, "close", 1L),
            3,
            0,
            1,
            0,
            1,
            0,
            2,
            25,
            1,
            List.of(
                new LoopFigures("forged\nname", 2, 1, 0, 1_500_000_000, 25, 3, 1, false),
                new LoopFigures("loop-1", 0, 0, 0, 0, 0, 0, 0, true)),
            Distribution.builder().build(),
            Distribution.builder().build(),
            turn);
    assertEquals(
        """
        coroutines: spawned 10, finished 4, failed 1, cancelled 3, created 0, ready 1, running 0, suspended 1
        turns: 25, stalls 1, timeouts 3, threads 0, abandoned calls 2
        late: none measured; a tick is 1 ms
        waited: none measured
        turns took: median 2.01 ms, 99 % within 2.01 ms, at most 2.01 ms, of 1
        forged\uFFFDname: coroutines 2, ready 1, mailbox 0, busy for 1.5 s, switches 25, taken over 3, stalls 1
        loop-1: coroutines 0, ready 0, mailbox 0, busy for 0 ns, switches 0, taken over 0, stalls 0, dead\
        """,
        stats.toString());
  }
}
