package io.tourbillon.coroutine.internal.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tourbillon.coroutine.CoroutineDump;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DumpTest {
  @Test
  void text_ofMoreThanFits_countsDeadlocksAndLoops() {
    CoroutineDump.Deadlock deadlock =
        new Dump.Cycle(List.of(new Dump.Wait("a", "a\nlock", "b")), Optional.empty());
    CoroutineDump dump =
        new Dump(0, List.of(), List.of(deadlock, deadlock), List.of("one\u202E", "two"));
    assertEquals(
        """
        0 coroutines
        deadlock: a waits for b (a\uFFFDlock)
        deadlock: a waits for b (a\uFFFDlock)
        one\uFFFD does not answer
        two does not answer
        """,
        dump.toString());
    assertEquals(
        """
        0 coroutines
        and 2 more deadlocks
        and 2 more loops that do not answer
        """,
        dump.toString(0));
  }
}
