package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.internal.store.Check;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.Store;
import io.tourbillon.timer.internal.store.StoreSession;
import io.tourbillon.timer.internal.store.Stores;
import io.tourbillon.timer.internal.store.TimerKey;
import io.tourbillon.timer.internal.writer.GroupWriter;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an attempt asks before it calls its handler. */
class AttemptsTest {
  private static final TimerKey KEY = new TimerKey("h", "k");
  private static final long LEASE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final BlockingQueue<Near> due = new LinkedBlockingQueue<>();
  private final TimerService service = TimerService.builder().build();
  private final NearTimers near =
      new NearTimers(service, new DatabaseClock(), Set.of("h"), 10, due::add);
  private final Counts counts = new Counts();
  private final List<String> called = new ArrayList<>();

  @AfterEach
  void close() {
    service.shutdownNow();
  }

  /** The table does not have the timer any more. */
  private static StoreSession session() {
    return (StoreSession)
        Proxy.newProxyInstance(
            AttemptsTest.class.getClassLoader(),
            new Class<?>[] {StoreSession.class},
            (_, method, _) ->
                method.getName().equals("check") ? new Check(2, 1, true, List.of()) : null);
  }

  private void attempt(boolean doubtful) throws InterruptedException {
    near.learn(System.nanoTime(), 1);
    near.open(0, 0);
    near.raise(0, TimeUnit.DAYS.toMicros(1));
    assertTrue(near.written(new Row(KEY, 0, 0, 1, 0), System.nanoTime()));
    Near timer = Objects.requireNonNull(due.poll(10, TimeUnit.SECONDS));
    assertTrue(near.begin(timer));
    timer.doubtful = doubtful;
    Store store = Stores.of(AttemptsTest::session);
    GroupWriter writer = new GroupWriter(store, 1_000, "node", 10, 1_000_000, LEASE_NANOS, _ -> {});
    Attempts attempts =
        new Attempts(
            store, 1_000, LEASE_NANOS, near, writer, new Rechecks(store, 1_000, "node"), counts);
    Firings.Registered registered =
        new Firings.Registered(firing -> called.add(firing.key()), HandlerOptions.DEFAULT);
    Check.Found found = new Check.Found(KEY, 0, 1, 0, new byte[0]);
    attempts.run(new Attempts.Ready(registered, timer, found, 1, 0, System.nanoTime()));
  }

  @Test
  void timerThatWasJustChecked_fires() throws Exception {
    attempt(false);
    assertEquals(List.of("k"), called);
  }

  /** This process has acknowledged a cancel since the check, and its report came late. */
  @Test
  void timerThatIsDoubtful_isCheckedOnceMore() throws Exception {
    attempt(true);
    assertEquals(List.of(), called);
    assertEquals(1, counts.superseded.sum());
    assertEquals(0, near.size());
  }
}
