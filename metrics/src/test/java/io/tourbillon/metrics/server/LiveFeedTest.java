package io.tourbillon.metrics.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LiveFeedTest {
  private final VirtualClock clock = new VirtualClock();
  private final TimerService timers = TimerService.builder().clock(clock).recordStats().build();
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
  private final LiveFeed feed =
      new LiveFeed(timers, null, null, nanos::get, InstantSource.fixed(java.time.Instant.EPOCH));

  @AfterEach
  void close() {
    timers.close();
  }

  private void passSeconds(double seconds) {
    nanos.addAndGet(Math.round(seconds * 1e9));
  }

  @Test
  void since_firstTime_hasNothingToCompareWith() {
    assertEquals(List.of(), feed.since(0).samples());
  }

  @Test
  void since_aSecondLater_tellsWhatWasDoneInIt() {
    feed.since(0);
    for (int i = 0; i < 10; i++) {
      timers.arm(1, TimeUnit.MILLISECONDS, () -> {});
    }
    timers.arm(1, TimeUnit.DAYS, () -> {});
    clock.jump(Duration.ofMillis(21));
    passSeconds(2);
    Sample sample = feed.since(0).samples().getFirst();
    assertEquals(1, sample.number());
    assertNull(sample.coroutines());
    TimerSample of = sample.timers();
    assertNotNull(of);
    assertEquals(5.5, of.scheduled());
    assertEquals(5, of.fired());
    assertEquals(5, of.runs());
    assertEquals(1, of.pending());
    assertEquals(0.02, of.lateness().p50(), 0.0005);
    assertEquals(0.02, of.lateness().max(), 0.0005);
  }

  @Test
  void since_nothingFired_hasNoPercentiles() {
    feed.since(0);
    passSeconds(1);
    assertNull(feed.since(0).samples().getFirst().timers().lateness());
  }

  @Test
  void since_tooSoon_sharesTheSample() {
    feed.since(0);
    passSeconds(1);
    assertEquals(1, feed.since(0).samples().size());
    passSeconds(0.5);
    assertEquals(1, feed.since(0).samples().size(), "another page");
    assertEquals(0, feed.since(1).samples().size());
  }

  @Test
  void since_pollAfterPoll_keepsTheLastMinutes() {
    for (int second = 0; second <= LiveFeed.MAX_SAMPLES + 10; second++) {
      feed.since(0);
      passSeconds(1);
    }
    List<Sample> samples = feed.since(0).samples();
    assertEquals(LiveFeed.MAX_SAMPLES, samples.size());
    assertEquals(LiveFeed.MAX_SAMPLES + 11, samples.getLast().number());
  }

  /** Browsers let pages in the background ask only once a minute. */
  @Test
  void since_onceAMinute_tellsWhatWasDoneInIt() {
    feed.since(0);
    passSeconds(60);
    timers.arm(1, TimeUnit.DAYS, () -> {});
    List<Sample> samples = feed.since(0).samples();
    assertEquals(1, samples.size());
    assertEquals(1 / 60.0, samples.getFirst().timers().scheduled());
    assertEquals(0, samples.getFirst().timers().pauses());
  }

  @Test
  void since_afterAPause_countsItOnce() {
    feed.since(0);
    timers.arm(1, TimeUnit.MILLISECONDS, () -> {});
    clock.jump(Duration.ofSeconds(1));
    passSeconds(1);
    assertEquals(1, feed.since(0).samples().getFirst().timers().pauses());
    passSeconds(1);
    assertEquals(0, feed.since(1).samples().getFirst().timers().pauses());
  }

  @Test
  void since_afterNobodyLooked_beginsAnew() {
    feed.since(0);
    passSeconds(1);
    feed.since(0);
    passSeconds(600);
    assertEquals(List.of(), feed.since(0).samples());
    passSeconds(1);
    assertEquals(2, feed.since(0).samples().getFirst().number());
  }
}
