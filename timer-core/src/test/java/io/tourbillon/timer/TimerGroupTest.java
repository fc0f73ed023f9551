package io.tourbillon.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.TimerHandle.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Timers that are counted and cancelled together. */
class TimerGroupTest {
  private static final Duration TEN = Duration.ofMillis(10);

  private final VirtualClock clock = new VirtualClock();
  private final TimerService timers = TimerService.builder().clock(clock).build();
  private final TimerGroup group = new TimerGroup("connection 7");
  private final TimerOptions options = TimerOptions.inGroup(group);
  private final List<String> ran = new ArrayList<>();

  @AfterEach
  void close() {
    timers.close();
  }

  @Test
  void cancelAll_endsTheTimersOfTheGroupAndNoOthers() {
    TimerHandle one = timers.schedule(TEN, () -> ran.add("one"), options);
    TimerHandle two = timers.scheduleAtFixedRate(TEN, TEN, () -> ran.add("two"), options);
    TimerHandle other =
        timers.schedule(TEN, () -> ran.add("other"), TimerOptions.inGroup(new TimerGroup()));
    assertEquals(2, group.pending());
    assertEquals(2, group.cancelAll());
    assertEquals(0, group.pending());
    assertEquals(State.CANCELLED, one.state());
    assertEquals(State.CANCELLED, two.state());
    clock.advance(TEN);
    assertEquals(List.of("other"), ran);
    assertEquals(State.FIRED, other.state());
    assertEquals(0, group.cancelAll());
  }

  @Test
  void pending_timerThatEnds_leaves() {
    timers.schedule(TEN, () -> ran.add("pending " + group.pending()), options);
    TimerHandle cancelled = timers.schedule(TEN, NoTask.NOTHING, options);
    timers.scheduleWithFixedDelay(
        TEN,
        TEN,
        () -> {
          throw new IllegalStateException("ends the timer");
        },
        TimerOptions.builder().group(group).onException(OnException.STOP).build());
    assertEquals(3, group.pending());
    cancelled.cancel();
    assertEquals(2, group.pending());
    clock.advance(TEN);
    assertEquals(0, group.pending());
    // The timer has left before its task begins. The periodic one may have run before.
    assertTrue(List.of("pending 0", "pending 1").contains(ran.getFirst()), ran::toString);
  }

  @Test
  void pending_shutdown_emptiesTheGroup() {
    TimerHandle timer = timers.schedule(TEN, NoTask.NOTHING, options);
    timers.scheduleAtFixedRate(TEN, TEN, NoTask.NOTHING, options);
    assertEquals(2, timers.shutdownNow().size());
    assertEquals(0, group.pending());
    assertEquals(State.HANDED_BACK, timer.state());
  }

  @Test
  void pending_periodicTimer_staysBetweenItsRuns() {
    timers.scheduleAtFixedRate(TEN, TEN, () -> ran.add("run"), options);
    clock.advance(Duration.ofMillis(35));
    assertEquals(3, ran.size());
    assertEquals(1, group.pending());
    assertEquals(1, group.cancelAll());
    clock.advance(TEN);
    assertEquals(3, ran.size());
  }

  @Test
  void cancelAll_fromATaskOfTheGroup_cancelsTheOthersOfTheSameTick() {
    for (int i = 0; i < 10; i++) {
      timers.schedule(TEN, () -> ran.add("ended " + group.cancelAll()), options);
    }
    clock.advance(TEN);
    assertEquals(List.of("ended 9"), ran);
  }

  @Test
  void cancelAll_rescheduledTimer_isStillAMember() {
    TimerHandle timer = timers.schedule(TEN, NoTask.NOTHING, options);
    timer.reschedule(Duration.ofHours(1));
    assertEquals(1, group.cancelAll());
    assertEquals(State.CANCELLED, timer.state());
  }

  @Test
  void group_mayHaveTimersOfSeveralServices() {
    try (TimerService second = TimerService.builder().clock(clock).build()) {
      timers.schedule(TEN, NoTask.NOTHING, options);
      second.schedule(TEN, NoTask.NOTHING, options);
      assertEquals(2, group.cancelAll());
      assertEquals(0, timers.pending() + second.pending());
    }
  }

  @Test
  void close_cancelsAllAndRefusesMore() {
    timers.schedule(TEN, NoTask.NOTHING, options);
    assertFalse(group.isClosed());
    assertEquals("connection 7[open, pending = 1]", group.toString());
    group.close();
    group.close();
    assertTrue(group.isClosed());
    assertEquals("connection 7[closed, pending = 0]", group.toString());
    assertEquals(0, timers.pending());
    for (Runnable call :
        List.<Runnable>of(
            () -> timers.schedule(TEN, NoTask.NOTHING, options),
            () -> timers.scheduleAtFixedRate(TEN, TEN, NoTask.NOTHING, options),
            () -> timers.scheduleWithFixedDelay(TEN, TEN, NoTask.NOTHING, options))) {
      assertEquals(
          "the timer group is closed: connection 7",
          assertThrows(RejectedExecutionException.class, call::run).getMessage());
    }
    assertEquals(0, timers.pending());
  }

  @Test
  void refusedTimer_doesNotJoin() {
    try (TimerService full = TimerService.builder().clock(clock).maxPending(1).build()) {
      full.schedule(TEN, NoTask.NOTHING);
      assertThrows(
          RejectedExecutionException.class, () -> full.schedule(TEN, NoTask.NOTHING, options));
    }
    assertEquals(0, group.pending());
  }

  /** The listener is called after the timer is armed, and before it joins its group. */
  private TimerService whileJoining(Runnable action) {
    return TimerService.builder()
        .clock(clock)
        .listener(
            new TimerListener() {
              @Override
              public void scheduled(long id, long deadlineNanos) {
                action.run();
              }
            })
        .build();
  }

  @Test
  void timerThatFiresBeforeItHasJoined_isNotLeftInTheGroup() {
    try (TimerService racing = whileJoining(() -> clock.advance(TEN))) {
      TimerHandle timer = racing.schedule(TEN, NoTask.NOTHING, options);
      assertEquals(State.FIRED, timer.state());
      assertEquals(0, group.pending());
    }
  }

  @Test
  void timerWhoseGroupIsClosedBeforeItHasJoined_isCancelledAndRefused() {
    try (TimerService racing = whileJoining(group::close)) {
      assertThrows(
          RejectedExecutionException.class, () -> racing.schedule(TEN, NoTask.NOTHING, options));
      assertEquals(0, racing.pending());
      assertEquals(0, group.pending());
    }
  }

  @Test
  void executorThatRefuses_emptiesTheGroup() {
    try (TimerService refusing =
        TimerService.builder()
            .clock(clock)
            .exceptionHandler(new Failures())
            .executor(
                _ -> {
                  throw new RejectedExecutionException("full");
                })
            .build()) {
      refusing.schedule(TEN, NoTask.NOTHING, options);
      clock.advance(TEN);
      assertEquals(0, group.pending());
    }
  }

  /** Runs in another thread, and returns what it throws, or null. */
  private static @Nullable Throwable elsewhere(Runnable call) throws InterruptedException {
    CompletableFuture<@Nullable Throwable> thrown = new CompletableFuture<>();
    Thread other =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    call.run();
                    thrown.complete(null);
                  } catch (Throwable error) {
                    thrown.complete(error);
                  }
                });
    other.join();
    return thrown.join();
  }

  @Test
  void close_withATimerThatAnotherThreadOwns_cancelsTheOthersAndThrows() throws Exception {
    try (PolledTimerService confined = TimerService.polled(clock)) {
      TimerHandle own = confined.schedule(TEN, NoTask.NOTHING, options);
      TimerHandle shared = timers.schedule(TEN, NoTask.NOTHING, options);
      assertInstanceOf(IllegalStateException.class, elsewhere(group::close));
      assertEquals(State.CANCELLED, shared.state());
      assertEquals(State.PENDING, own.state());
      assertTrue(group.isClosed());
      assertEquals(1, group.pending());
      group.close();
      assertEquals(State.CANCELLED, own.state());
      assertEquals(0, group.pending());
    }
  }

  @Test
  void timerThatFiresWhileAnotherThreadMayNotCancelIt_leaves() throws Exception {
    try (PolledTimerService confined = TimerService.polled(clock)) {
      confined.schedule(TEN, NoTask.NOTHING, options);
      assertInstanceOf(IllegalStateException.class, elsewhere(group::cancelAll));
      clock.advance(TEN);
      assertEquals(1, confined.poll(10));
      assertEquals(0, group.pending());
    }
  }
}
