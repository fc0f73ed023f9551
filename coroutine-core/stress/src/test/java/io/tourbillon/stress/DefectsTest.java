package io.tourbillon.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/**
 * Tests of races and models that have no broken twin in their own class. Each runs on the classes
 * as they are, where it must pass, and on classes with a defect, where it must fail.
 */
class DefectsTest {
  private static final int MOST_ATTEMPTS = 5;
  private static final String TIMER = "io.tourbillon.timer.";
  private static final String COROUTINE = "io.tourbillon.coroutine.";
  private static final String WHEEL = TIMER + "wheel.";

  /** What is wrong, and the test that must notice it. */
  enum Case {
    /** A timer that is moved to an earlier time stays where it was. */
    LATE_RESCHEDULE(
        TIMER + "TimerModelTest",
        "randomOperations_againstAnOrderedMap_agreeAfterEachStep",
        Defect.in(WHEEL + "EntryWheel").without("rearm", "moveForward")),

    /** An id that is stale stands for the next tenant of its entry. */
    STALE_ID(
        TIMER + "LongTimersModelTest",
        "randomOperations_againstAMap_agreeAfterEachStep",
        Defect.in(WHEEL + "EntrySlab").number("isTenant", 32, 63)),

    /** The same in a wheel. */
    STALE_ID_OF_WHEEL(
        WHEEL + "TimingWheelModelTest",
        "randomOperations_fromRandomStartTick_agreeWithOrderedMap",
        Defect.in(WHEEL + "EntrySlab").number("isTenant", 32, 63)),

    /** A shutdown forgets what it takes out. */
    FORGOTTEN_AT_SHUTDOWN(
        TIMER + "EndingsRaceTest",
        "oneShotTimers_threadsRacingOverTheirEnd_endExactlyOnce",
        Defect.in(TIMER + "HandBack").without("add", "add")),

    /** Two threads take one permit. */
    SHARED_PERMIT(
        TIMER + "ArmingRaceTest",
        "permits_threadsRacingOverTheEndOfTheirTimers_allComeBack",
        Defect.in(TIMER + "internal.PendingLimit").checkThenAct("take")),

    /** A timer joins a group that is closed meanwhile. */
    LATE_MEMBER(
        TIMER + "TimerGroupRaceTest",
        "close_whileThreadsSchedule_missesNoTimer",
        Defect.in(TIMER + "TimerGroup").unlocked("add"),
        Defect.in(TIMER + "TimerGroup").pausing("add", "link")),

    /** A wait has a value and a timeout. */
    TWO_OUTCOMES(
        COROUTINE + "OutcomeRaceTest",
        "value_againstTimeout_isOneOfThem",
        Defect.in(COROUTINE + "internal.task.Settlement").checkThenAct("settle"),
        Defect.in(COROUTINE + "internal.task.Settlement").checkThenAct("cut")),

    /** Two callers hold a mutex. */
    TWO_HOLDERS(
        COROUTINE + "sync.SyncRaceTest",
        "condition_losesNoSignal_toThoseWhoGiveUp",
        Defect.in(COROUTINE + "sync.Mutex").unlocked("tryTake"),
        Defect.in(COROUTINE + "sync.Mutex").pausing("tryTake", "holder")),

    /** A value that came too late is lost. */
    LOST_STEP(
        COROUTINE + "generator.GeneratorRaceTest",
        "values_thatAThreadGivesUp_comeNext",
        Defect.in(COROUTINE + "generator.Exchange").without("giveUp", "equals"));

    private final String test;
    private final String method;

    @SuppressWarnings("ImmutableEnumChecker") // A copy, of records that do not change.
    private final List<Defect> defects;

    Case(String test, String method, Defect... defects) {
      this.test = test;
      this.method = method;
      this.defects = List.of(defects);
    }

    /** Runs the test, and returns what happened. */
    Events on(List<Defect> defects) throws ClassNotFoundException {
      Class<?> type =
          new DefectiveClasses(DefectsTest.class.getClassLoader(), defects).loadClass(test);
      Method[] methods =
          Arrays.stream(type.getDeclaredMethods())
              .filter(each -> each.getName().equals(method))
              .toArray(Method[]::new);
      assertEquals(1, methods.length, () -> test + " must have one method " + method);
      return EngineTestKit.engine("junit-jupiter")
          .selectors(selectMethod(type, methods[0]))
          .execute()
          .testEvents();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LATE_RESCHEDULE", "STALE_ID", "LATE_MEMBER", "TWO_OUTCOMES"})
  void someTests_onClassesWithADefect_failThere(Case each) throws ClassNotFoundException {
    check(each);
  }

  @ParameterizedTest
  @EnumSource
  @Tag("long")
  @Tag("stress")
  @Timeout(300)
  void eachTest_onClassesWithADefect_failsThere(Case each) throws ClassNotFoundException {
    check(each);
  }

  private static void check(Case each) throws ClassNotFoundException {
    Events well = each.on(List.of());
    assertNotEquals(0, well.succeeded().count());
    assertEquals(List.of(), failures(well));
    List<Throwable> failures = List.of();
    // A race may miss its defect once.
    for (int attempt = 0; attempt < MOST_ATTEMPTS && failures.isEmpty(); attempt++) {
      failures = failures(each.on(each.defects));
    }
    assertNotEquals(List.of(), failures);
    // Otherwise the class could not be used at all, which anything would notice.
    assertFalse(failures.getFirst() instanceof LinkageError, failures::toString);
  }

  private static List<Throwable> failures(Events events) {
    return events.failed().stream()
        .map(event -> event.getRequiredPayload(TestExecutionResult.class))
        .map(result -> result.getThrowable().orElseThrow())
        .toList();
  }
}
