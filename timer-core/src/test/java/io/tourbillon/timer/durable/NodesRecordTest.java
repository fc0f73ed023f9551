package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The broken twins of nodes: the record finds what is lost, early, late, or done by a zombie. */
class NodesRecordTest {
  private static List<String> broken(String... lines) {
    return NodesRecord.of(List.of(lines)).broken();
  }

  @Test
  void timerWithoutAnEffect_isLost() {
    assertEquals(List.of("lost: h/k"), broken("acknowledged h/k", "waits h/k a"));
  }

  @Test
  void effectBeforeItsTime_isEarly() {
    assertEquals(1, broken("effect h/k a 1 1000 999").size());
    assertEquals(List.of(), broken("effect h/k a 1 1000 1000"));
  }

  @Test
  void effectBehindItsLimit_isLate_countedFromTheStopOfItsNode() {
    NodesRecord record = NodesRecord.of(List.of("effect h/k a 1 1000 5000"));
    assertEquals(1, record.laterThan(3_999, 0).size());
    assertEquals(List.of(), record.laterThan(4_000, 0));
    assertEquals(List.of(), record.laterThan(3_000, 2_000));
    assertEquals(1, record.laterThan(2_999, 2_000).size());
  }

  @Test
  void effectOfAFormerOwner_behindThatOfTheNext_isRefusedByASinkWithFences_only() {
    NodesRecord record =
        NodesRecord.of(List.of("effect h/k b 2 0 1", "effect h/k a 1 0 2", "effect h/m a 1 0 3"));
    assertEquals(List.of(), record.zombiesIn(FencedSink.create()));
    assertEquals(1, record.zombiesIn(FencedSink.ignoringFences()).size());
  }

  @Test
  void effectOfAFormerOwner_beforeThatOfTheNext_isNoZombies() {
    NodesRecord record = NodesRecord.of(List.of("effect h/k a 1 0 1", "effect h/k b 2 0 2"));
    assertEquals(List.of(), record.zombiesIn(FencedSink.ignoringFences()));
  }
}
