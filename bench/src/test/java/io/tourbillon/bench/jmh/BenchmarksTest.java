package io.tourbillon.bench.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.subject.CoroutineKind;
import io.tourbillon.bench.subject.Talk;
import io.tourbillon.bench.subject.TalkKind;
import io.tourbillon.bench.subject.TimerKind;
import io.tourbillon.bench.subject.WheelKind;
import io.tourbillon.bench.work.Order;
import io.tourbillon.coroutine.Engine;
import java.lang.reflect.Method;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.infra.ThreadParams;
import org.openjdk.jmh.results.Result;

/** The benchmarks run on every subject, and their own checks are content. */
@Tag("long")
@Timeout(300)
class BenchmarksTest {
  private static final int PENDING = 50;
  private static final int CALLS = 2;

  @ParameterizedTest
  @EnumSource
  void cancelArm_everySubject_keepsAllPending(TimerKind kind) {
    for (Order order : Order.values()) {
      CancelArm benchmark = cancelArm(kind, order);
      for (int call = 0; call < CALLS; call++) {
        benchmark.cancelArm();
      }
      benchmark.check();
    }
  }

  @Test
  void cancelArm_ofARecordingService_keepsAllPending() {
    CancelArm benchmark = new CancelArm();
    benchmark.subject = TimerKind.OURS_IDS;
    benchmark.pending = PENDING;
    benchmark.order = Order.FIFO;
    benchmark.recordStats = true;
    benchmark.fill();
    benchmark.cancelArm();
    benchmark.check();
  }

  @Test
  void cancelArm_afterItsServiceHasEnded_fails() {
    CancelArm benchmark = cancelArm(TimerKind.OURS_IDS, Order.FIFO);
    benchmark.check();
    assertThrows(IllegalStateException.class, benchmark::cancelArm);
  }

  @ParameterizedTest
  @EnumSource
  void pushOut_everySubject_keepsAllPending(TimerKind kind) {
    PushOut benchmark = new PushOut();
    benchmark.subject = kind;
    benchmark.pending = PENDING;
    benchmark.idleMillis = 60_000;
    benchmark.fill();
    for (int call = 0; call < CALLS; call++) {
      benchmark.pushOut();
    }
    benchmark.check();
  }

  @ParameterizedTest
  @EnumSource
  void hop_everySubject_comesBack(Hop.Subject subject) {
    Hop benchmark = new Hop();
    benchmark.subject = subject;
    benchmark.open();
    for (int call = 0; call < CALLS; call++) {
      benchmark.execute();
    }
    benchmark.close();
  }

  @ParameterizedTest
  @EnumSource
  void firstTimer_everySubject_fires(TimerKind kind) throws Exception {
    FirstTimer benchmark = new FirstTimer();
    benchmark.subject = kind;
    benchmark.open();
    benchmark.fire();
    benchmark.close();
  }

  @ParameterizedTest
  @EnumSource
  void selects_everyEngine_returnWhatTheyMust(Engine engine) {
    Selects benchmark = new Selects();
    benchmark.engine = engine;
    benchmark.open();
    benchmark.defaultCase();
    benchmark.keptDefaultCase();
    benchmark.oneOfTwoReady();
    benchmark.close();
  }

  @Test
  void locks_eachOperation_counts() {
    Locks benchmark = new Locks();
    Locks.Guarded guarded = new Locks.Guarded();
    assertEquals(1, benchmark.spinning(guarded));
    assertEquals(2, benchmark.spinning(guarded));
    assertEquals(3, benchmark.reentrant(guarded));
    assertEquals(4, benchmark.reentrant(guarded));
  }

  @ParameterizedTest
  @EnumSource
  void wheelArmCancel_everySubject_keepsAllPending(WheelKind kind) {
    for (Order order : Order.values()) {
      WheelArmCancel benchmark = new WheelArmCancel();
      benchmark.subject = kind;
      benchmark.pending = PENDING;
      benchmark.order = order;
      benchmark.fill();
      for (int call = 0; call < CALLS; call++) {
        benchmark.armCancel();
      }
      benchmark.check();
    }
  }

  @ParameterizedTest
  @EnumSource
  void wheelExpiry_everySubject_expiresAll(WheelKind kind) {
    WheelExpiry benchmark = wheelExpiry(kind);
    for (int call = 0; call < CALLS; call++) {
      benchmark.armExpire();
    }
    benchmark.check();
  }

  @Test
  void wheelExpiry_withNothingPendingAnyMore_fails() {
    WheelExpiry benchmark = wheelExpiry(WheelKind.OURS_WHEEL);
    benchmark.check();
    assertThrows(IllegalStateException.class, benchmark::armExpire);
  }

  @ParameterizedTest
  @EnumSource
  void wheelCascade_everySubject_publishesItsTicks(WheelKind kind) {
    WheelCascade benchmark = new WheelCascade();
    benchmark.subject = kind;
    benchmark.timers = PENDING;
    benchmark.open();
    CpuProfiler profiler = new CpuProfiler();
    profiler.beforeIteration(null, null);
    benchmark.collect();
    benchmark.burst();
    assertEquals(
        List.of("tickMax", "tickP999", "tickP50", "tickMean"),
        profiler.afterIteration(null, null, null).stream().map(Result::getLabel).toList());
  }

  @ParameterizedTest
  @EnumSource
  void producers_everySubject_keepAllPending(TimerKind kind) {
    Producers benchmark = new Producers();
    benchmark.subject = kind;
    benchmark.pending = PENDING;
    benchmark.fill();
    for (int thread = 0; thread < 2; thread++) {
      Producers.Share share = new Producers.Share();
      share.take(benchmark, new ThreadParams(thread, 2, 0, 1, 0, 1, thread, 2, thread, 2));
      benchmark.threads2(share);
    }
    benchmark.check();
  }

  @Test
  void producers_everyMethod_isNamedAfterItsThreads() {
    for (Method method : Producers.class.getDeclaredMethods()) {
      Threads threads = method.getAnnotation(Threads.class);
      if (threads != null && threads.value() != Threads.MAX) {
        assertEquals(OptionalInt.of(threads.value()), new Producers().threadsOf(method.getName()));
      }
    }
    assertTrue(new Producers().threadsOf("threadsMax").isEmpty());
  }

  @ParameterizedTest
  @EnumSource
  void coroutines_everySubject_ends(CoroutineKind kind) throws InterruptedException {
    Coroutines benchmark = new Coroutines();
    benchmark.subject = kind;
    benchmark.open();
    benchmark.takeTurns();
    benchmark.spawn();
    benchmark.sleep();
    benchmark.uneven();
    benchmark.close();
  }

  @ParameterizedTest
  @EnumSource
  void talking_everySubject_goesOnBetweenInvocations(Talk talk) throws InterruptedException {
    for (Talking benchmark : List.of(new TalkingOnOne(), new TalkingOnTwo())) {
      for (TalkKind kind : TalkKind.in(talk)) {
        benchmark.talk = talk;
        benchmark.subject = kind;
        benchmark.open();
        benchmark.begin();
        for (int call = 0; call < CALLS; call++) {
          benchmark.operation();
        }
        benchmark.close();
      }
    }
  }

  @Test
  void talking_subjectThatTakesNoPart_isRefused() {
    Talking benchmark = new TalkingOnOne();
    benchmark.talk = Talk.MUTEX;
    benchmark.subject = TalkKind.JOX;
    assertThrows(IllegalArgumentException.class, benchmark::open);
  }

  @ParameterizedTest
  @ValueSource(classes = {TalkingOnOne.class, TalkingOnTwo.class})
  void talking_eachClass_hasTheFlagsOfItsThreads(Class<? extends Talking> benchmark)
      throws ReflectiveOperationException {
    int threads = benchmark.getDeclaredConstructor().newInstance().threads();
    assertEquals(
        TalkKind.jvmFlags(threads), List.of(benchmark.getAnnotation(Fork.class).jvmArgsAppend()));
  }

  @ParameterizedTest
  @EnumSource
  void policies_everyOrder_starvesNobody(Policies.Order order) throws InterruptedException {
    for (Engine engine : List.of(Engine.CONTINUATION, Engine.VIRTUAL_THREAD)) {
      for (boolean rate : List.of(false, true)) {
        Policies benchmark = new Policies();
        benchmark.order = order;
        benchmark.ready = PENDING;
        benchmark.rate = rate;
        benchmark.engine = engine;
        benchmark.open();
        for (int call = 0; call < CALLS; call++) {
          benchmark.turn();
        }
        benchmark.close();
      }
    }
  }

  private static WheelExpiry wheelExpiry(WheelKind kind) {
    WheelExpiry benchmark = new WheelExpiry();
    benchmark.subject = kind;
    benchmark.pending = PENDING;
    benchmark.delayTicks = 400;
    benchmark.fill();
    return benchmark;
  }

  private static CancelArm cancelArm(TimerKind kind, Order order) {
    CancelArm benchmark = new CancelArm();
    benchmark.subject = kind;
    benchmark.pending = PENDING;
    benchmark.order = order;
    benchmark.fill();
    return benchmark;
  }
}
