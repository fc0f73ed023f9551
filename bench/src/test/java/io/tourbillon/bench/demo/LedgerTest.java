package io.tourbillon.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.account.Account;
import io.tourbillon.bench.account.Account.End;
import io.tourbillon.bench.account.CheckedTimer;
import io.tourbillon.bench.account.Heartbeat;
import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.TimerService;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LedgerTest {
  private static final Duration FAR = Duration.ofHours(1);

  private final TimerService timers = TimerService.builder().recordStats().build();
  private final Ledger ledger = new Ledger();
  private final Account account = ledger.background;

  @AfterEach
  void close() {
    timers.close();
  }

  private CheckedTimer armed() {
    CheckedTimer timer = new CheckedTimer(account);
    timer.arm(timers, FAR.toSeconds(), TimeUnit.SECONDS);
    return timer;
  }

  private void assertBroken(String... promises) {
    assertEquals(List.of(promises), ledger.broken());
  }

  @Test
  void broken_everyTimerEndedOnce_isEmpty() {
    new CheckedTimer(account).await(timers, Duration.ZERO);
    CheckedTimer cancelled = new CheckedTimer(account);
    cancelled.cancel(timers, cancelled.armAt(timers, System.nanoTime() + FAR.toNanos()));
    CheckedTimer rescheduled = new CheckedTimer(account);
    TimerHandle handle = rescheduled.schedule(timers, FAR);
    assertTrue(rescheduled.reschedule(handle, FAR));
    rescheduled.cancel(handle);
    armed();
    ledger.handBack(timers.shutdownNow());
    timers.close();

    assertBroken();
    assertEquals(List.of(), ledger.disagreements(timers.stats()));
    assertEquals(4, account.begun());
    assertEquals(1, account.ended(End.FIRED));
    assertEquals(2, account.ended(End.CANCELLED));
    assertEquals(1, account.ended(End.HANDED_BACK));
  }

  @Test
  void broken_timerNeverEnded_isLost() {
    armed();
    armed();
    ledger.handBack(timers.shutdownNow().subList(0, 1));

    assertBroken(
        "no timer is lost: 2 background were accepted, but 0 fired + 0 were cancelled"
            + " + 1 handed back = 1");
  }

  @Test
  void broken_timerHandedBackTwice_endedASecondTime() {
    armed();
    List<Runnable> tasks = timers.shutdownNow();
    ledger.handBack(tasks);
    ledger.handBack(tasks);

    assertBroken("a timer ends once: 1 of the background ended a second time");
  }

  @Test
  void broken_cancelledTimerFires_endedASecondTime() {
    CheckedTimer timer = new CheckedTimer(account);
    long id = timer.armAt(timers, System.nanoTime());
    while (timer.isPending() && !timer.cancel(timers, id)) {
      Thread.onSpinWait();
    }
    timer.run();

    assertBroken("a timer ends once: 1 of the background ended a second time");
  }

  @Test
  void broken_taskRunsBeforeItsDeadline_isEarly() {
    armed().run();

    assertEquals(1, ledger.broken().size());
    String promise = ledger.broken().getFirst();
    assertTrue(
        promise.matches(
            "never early: 1 of the background fired before the deadline, by up to 3[0-9]{6}\\.[0-9]+"
                + " ms"),
        promise);
  }

  @Test
  void broken_reschedulingIsForgotten_isEarly() {
    CheckedTimer timer = new CheckedTimer(account);
    TimerHandle handle = timer.schedule(timers, FAR);
    timer.reschedule(handle, FAR.multipliedBy(2));
    timer.checkDeadline(System.nanoTime() + FAR.toNanos());

    assertTrue(ledger.broken().toString().contains("never early: 1"), ledger.broken().toString());
  }

  @Test
  void broken_heartbeatRunsAgainWithinItsPeriod_isEarly() {
    Heartbeat heartbeat = new Heartbeat(account, timers, FAR);
    heartbeat.setDeadlineNanos(System.nanoTime());
    heartbeat.run();
    heartbeat.stop();
    assertBroken();

    heartbeat.run();
    assertTrue(ledger.broken().toString().contains("never early: 1"), ledger.broken().toString());
  }

  @Test
  void broken_strangerIsHandedBack_isTold() {
    ledger.handBack(List.of(() -> {}));

    assertBroken("the very objects are handed back: 1 tasks were none of ours");
  }

  @Test
  void disagreements_taskRanUnknownToTheService_areTold() {
    armed().run();
    timers.close();

    assertEquals(
        List.of(
            "the stats are true: they say 0 fired, we 1",
            "the stats are true: they say 1 handed back, we 0"),
        ledger.disagreements(timers.stats()));
  }
}
