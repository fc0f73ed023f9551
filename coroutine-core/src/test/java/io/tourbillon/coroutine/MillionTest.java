package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@link Million} ends in time, in a heap with 0.8 to 1.6 kB for each coroutine. */
@Tag("long")
class MillionTest {
  @Test
  void aMillion_sleepingAtOnce_allEndInABoundedHeap() throws Exception {
    String heap =
        switch (TestSchedulers.ENGINE) {
          case CONTINUATION -> "-Xmx800m";
          case VIRTUAL_THREAD -> "-Xmx1200m";
          // Stock virtual threads are larger.
          case HANDOFF, PLAIN_THREAD -> "-Xmx1600m";
        };
    String said = new FreshJvm(Million.class).with(heap).within(Duration.ofMinutes(3)).run();
    assertEquals("ended: " + Million.COROUTINES + ", early: 0" + System.lineSeparator(), said);
  }
}
