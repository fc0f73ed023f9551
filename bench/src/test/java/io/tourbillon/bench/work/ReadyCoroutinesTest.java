package io.tourbillon.bench.work;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.SchedulingPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReadyCoroutinesTest {
  private static ReadyCoroutines by(SchedulingPolicy policy) {
    return new ReadyCoroutines(Engine.HANDOFF, policy, 1, false, 50);
  }

  @Test
  void close_afterAllHaveHadTurns_isContent() throws InterruptedException {
    ReadyCoroutines coroutines = by(SchedulingPolicy.fifo());
    coroutines.awaitTurns(500);
    coroutines.close();
  }

  /** With such a step those of the highest priority, always ready, keep all others waiting. */
  @Test
  void close_afterSomeHaveBeenStarved_fails() throws InterruptedException {
    ReadyCoroutines coroutines = by(SchedulingPolicy.priority(Duration.ofDays(1)));
    coroutines.awaitTurns(500);
    String starved = assertThrows(IllegalStateException.class, coroutines::close).getMessage();
    assertTrue(starved.startsWith("a coroutine must have turns: number "), starved);
  }
}
