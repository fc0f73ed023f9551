package io.tourbillon.bench.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.durable.Due;
import io.tourbillon.bench.durable.DurableSubject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The checks of the work find what a broken service does. */
@Timeout(60)
class DurableRoundTest {
  private static final int TIMERS = 250;

  private final DurableRound round = new DurableRound(TIMERS);

  /** Fires while it schedules, as a model. */
  private static final class Model implements DurableSubject {
    private final AtomicLong stored = new AtomicLong();
    private final Consumer<Due> firing;

    Model(Consumer<Due> firing) {
      this.firing = firing;
    }

    @Override
    public void schedule(List<Due> timers) {
      timers.forEach(firing);
    }

    @Override
    public long stored() {
      return stored.get();
    }

    @Override
    public void close() {}
  }

  private void run(Consumer<Due> firing, Duration due) throws InterruptedException {
    Model model = new Model(firing);
    round.schedule(model, timer -> Instant.now().plus(due));
    round.awaitEnd(model, 0);
  }

  @Test
  void lateness_eachFiresOnce_isThatOfAll() throws Exception {
    run(due -> round.fired(due.timer()), Duration.ofMillis(-50));
    assertTrue(round.lateness().at(0) >= 50_000_000);
  }

  @Test
  void lateness_oneTwice_isRefused() throws Exception {
    run(
        due -> {
          round.fired(due.timer());
          if (due.timer() == 7) {
            round.fired(due.timer());
          }
        },
        Duration.ZERO);
    Exception refused = assertThrows(IllegalStateException.class, round::lateness);
    assertEquals("a timer must fire once: 2 times", refused.getMessage());
  }

  @Test
  void lateness_earlyOnes_isRefused() throws Exception {
    run(due -> round.fired(due.timer()), Duration.ofSeconds(10));
    Exception refused = assertThrows(IllegalStateException.class, round::lateness);
    assertTrue(refused.getMessage().startsWith("a timer must not be early: "));
  }

  @Test
  void schedule_aCallerThatFails_isRefused() {
    Exception refused =
        assertThrows(
            IllegalStateException.class,
            () ->
                run(
                    due -> {
                      throw new IllegalStateException("the disk is full");
                    },
                    Duration.ZERO));
    assertTrue(refused.getMessage().contains("the disk is full"), refused::getMessage);
  }

  @Test
  void scheduling_oneThatIsNotStored_isRefused() throws Exception {
    Model forgetful = new Model(due -> {});
    DurableScheduling scheduling = new DurableScheduling(forgetful, 2);
    while (scheduling.durable() == 0) {
      Thread.onSpinWait();
    }
    Exception refused = assertThrows(IllegalStateException.class, scheduling::end);
    assertTrue(refused.getMessage().contains(", and holds 0"), refused::getMessage);
  }
}
