package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.internal.engine.MonitorCheck;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The checking mode of {@link Engine#CONTINUATION}, in a JVM with the property for it. */
@Tag("continuation")
class MonitorCheckTest {
  private static final String INSIDE = "a coroutine must not suspend inside synchronized: ";
  private static final String WITH_LOCK = "a coroutine must not suspend while it holds a lock: ";

  /** The answers that {@link CheckedSuspensions} got, by what it did. */
  private static final Map<String, String> ANSWERS = new LinkedHashMap<>();

  @BeforeAll
  static void suspend() throws Exception {
    String said =
        new FreshJvm(CheckedSuspensions.class)
            .with("-D" + MonitorCheck.PROPERTY + "=true", "-XX:TieredStopAtLevel=1")
            .run();
    said.lines().map(line -> line.split(": ", 2)).forEach(parts -> ANSWERS.put(parts[0], parts[1]));
    assertEquals(
        Set.of(
            "free",
            "synchronized",
            "yield",
            "caller",
            "lock",
            "released",
            "owned by another",
            "many"),
        ANSWERS.keySet());
  }

  private static void assertNamed(String what, String rule, String owned, String place) {
    String answer = ANSWERS.get(what);
    assertTrue(answer.startsWith(rule), answer);
    assertTrue(answer.contains(owned), answer);
    assertTrue(answer.contains(place), answer);
  }

  @Test
  void delay_insideSynchronized_isRefusedWithTheMonitorAndThePlace() {
    assertNamed("synchronized", INSIDE, "java.lang.Object@", "CheckedSuspensions.lambda");
  }

  @Test
  void yieldNow_inASynchronizedMethod_isRefusedWithTheMonitorAndThePlace() {
    assertNamed("yield", INSIDE, "java.lang.Class@", "CheckedSuspensions.yieldInside");
  }

  @Test
  void suspend_calledFromInsideSynchronized_isRefusedWithThePlaceOfTheCaller() {
    assertNamed("caller", INSIDE, "java.lang.Object@", "CheckedSuspensions.lambda");
  }

  @Test
  void await_withALockHeld_isRefusedWithTheLock() {
    assertNamed("lock", WITH_LOCK, "ReentrantLock$NonfairSync@", "");
  }

  @Test
  void suspensions_withNothingHeld_areNoFalseAlarms() {
    assertEquals("well", ANSWERS.get("free"));
    assertEquals("well", ANSWERS.get("released"));
    assertEquals("well", ANSWERS.get("owned by another"));
    assertEquals("well", ANSWERS.get("many"));
  }
}
