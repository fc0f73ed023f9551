package io.tourbillon.bench.subject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each subject does the talks that it takes part in. Real time: the peers know no other. */
@Timeout(60)
class TalkKindTest {
  private static final int MILLIS = 20;

  static Stream<Arguments> talks() {
    return Stream.of(Talk.values())
        .flatMap(
            talk ->
                TalkKind.in(talk).stream()
                    .flatMap(
                        kind ->
                            IntStream.of(1, 2)
                                .mapToObj(threads -> Arguments.of(talk, kind, threads))));
  }

  @ParameterizedTest
  @MethodSource("talks")
  void start_everyTalk_goesOnUntilItEndsAndPassesItsChecks(Talk talk, TalkKind kind, int threads)
      throws InterruptedException {
    Tally tally = new Tally(talk);
    try (TalkSubject subject = kind.open(threads)) {
      subject.start(talk, tally);
      while (tally.total() == 0 && !tally.isOver()) {
        Thread.sleep(MILLIS);
      }
      tally.end();
    }
    assertTrue(tally.total() > 0);
  }

  static Stream<Arguments> others() {
    return Stream.of(Talk.values())
        .flatMap(
            talk ->
                Stream.of(TalkKind.values())
                    .filter(kind -> !kind.takesPartIn(talk))
                    .map(kind -> Arguments.of(talk, kind)));
  }

  /** Where a peer lacks what a talk needs, and where a coroutine notices that. */
  @ParameterizedTest
  @MethodSource("others")
  void start_talkOfOthers_isRefused(Talk talk, TalkKind kind) {
    Tally tally = new Tally(talk);
    try (TalkSubject subject = kind.open(1)) {
      Exception refusal =
          assertThrows(
              RuntimeException.class,
              () -> {
                subject.start(talk, tally);
                Thread.sleep(MILLIS);
                tally.end();
              });
      assertTrue(
          refusal.getMessage().contains("this talk must be one of the peer's"),
          refusal.getMessage());
    }
  }

  @Test
  void in_talkOfFew_leavesTheOthersOut() {
    assertTrue(TalkKind.in(Talk.SELECT).containsAll(List.of(TalkKind.JOX, TalkKind.KOTLIN)));
    assertFalse(TalkKind.in(Talk.SELECT).contains(TalkKind.VIRTUAL_THREADS));
    assertFalse(TalkKind.in(Talk.MUTEX).contains(TalkKind.JOX));
  }

  @Test
  void ids_areThoseOfTheSameSystemsElsewhere() {
    for (CoroutineKind kind : CoroutineKind.values()) {
      TalkKind same = TalkKind.valueOf(kind.name());
      assertEquals(kind.family(), same.family());
      assertEquals(kind.title(), same.title());
    }
  }
}
