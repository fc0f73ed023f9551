package io.tourbillon.bench.jmh;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tourbillon.bench.subject.TimerKind;
import io.tourbillon.bench.subject.WheelKind;
import io.tourbillon.bench.work.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The benchmarks run on every subject, and their own checks are content. */
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

  private static CancelArm cancelArm(TimerKind kind, Order order) {
    CancelArm benchmark = new CancelArm();
    benchmark.subject = kind;
    benchmark.pending = PENDING;
    benchmark.order = order;
    benchmark.fill();
    return benchmark;
  }
}
