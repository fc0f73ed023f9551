package io.tourbillon.coroutine.internal.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.LoopStall;
import io.tourbillon.coroutine.RealTimeWait;
import io.tourbillon.timer.internal.text.Measured;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("not-plain-thread") // No turns.
class WordsTest {
  @ParameterizedTest
  @CsvSource({
    "PT0S, 0 s",
    "PT0.009S, 0 s",
    "PT0.01S, 0.01 s",
    "PT59.999S, 59.99 s",
    "PT1M, 1 min 0 s",
    "PT59M59.9S, 59 min 59 s",
    "PT1H5M, 1 h 5 min",
    "P1D, 1 d 0 h",
    "P500DT7H, 500 d 7 h",
  })
  void duration_isToldAsExactlyAsItMatters(Duration time, String words) {
    assertEquals(words, Measured.span(time));
  }

  @Test
  void words_withWhatCanNotBeSeen_areOneHarmlessLine() {
    assertEquals("a\uFFFDb\uFFFDc\uFFFDd", Words.of("a\nb\u001Bc\u202Ed"));
  }

  /** Otherwise half of a surrogate pair would be left. */
  @Test
  void words_cutInTheMiddleOfAPair_haveNoHalfOfIt() {
    String words = Words.of("x".repeat(499) + "\uD83D\uDE00" + "y");
    assertEquals("x".repeat(499) + "\uFFFD...", words);
  }

  @Test
  void reports_ofHostileNames_areOnOneLineEach() {
    String hostile = "a\nb\u202E";
    String stall =
        new LoopStall(
                hostile,
                Optional.of(hostile),
                5_000_000,
                List.of(new StackTraceElement("C", "method\nforged", "C.java", 1)))
            .toString();
    assertEquals(
        "a\uFFFDb\uFFFD holds a\uFFFDb\uFFFD for 5 ms\n\tat C.method\uFFFDforged(C.java:1)", stall);
    String wait = new RealTimeWait("loop", Optional.of(hostile), List.of()).toString();
    assertTrue(wait.startsWith("a\uFFFDb\uFFFD waits in real time"), wait);
    try (CoroutineScheduler scheduler =
        CoroutineScheduler.builder().loops(1).name(hostile).engine(Engine.HANDOFF).build()) {
      assertTrue(
          scheduler.toString().startsWith("a\uFFFDb\uFFFD with 0 coroutines"),
          scheduler.toString());
    }
  }
}
