package io.tourbillon.sites;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.VirtualClock;
import io.tourbillon.timer.netty.NettyTimer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where timers are scheduled. In a package of its own, as frames of the library do not count. */
class CreationSiteTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Runnable NOTHING =
      new Runnable() {
        @Override
        public void run() {}
      };

  private final VirtualClock clock = new VirtualClock();
  private final TimerService timers =
      TimerService.builder().clock(clock).recordCreationSites().build();

  @AfterEach
  void close() {
    timers.close();
  }

  private void assertOnlySite(String method, long count) {
    Map<String, Long> sites = timers.dump().byCreationSite();
    assertEquals(1, sites.size(), sites::toString);
    String site = sites.keySet().iterator().next();
    assertTrue(site.contains("CreationSiteTest." + method + "(CreationSiteTest.java:"), site);
    assertEquals(count, sites.get(site));
  }

  private void scheduleOne() {
    timers.schedule(HOUR, NOTHING);
  }

  @Test
  void sameLine_isCountedTogether() {
    scheduleOne();
    scheduleOne();
    assertOnlySite("scheduleOne", 2);
    assertTrue(timers.dump().toString().contains("  scheduled at "), timers.dump()::toString);
  }

  @Test
  void everyWayToSchedule_isRecorded() {
    int ways = 0;
    for (Runnable way : ways()) {
      way.run();
      ways++;
    }
    Map<String, Long> sites = timers.dump().byCreationSite();
    assertEquals(ways, sites.size(), sites::toString);
    assertTrue(
        sites.keySet().stream().allMatch(site -> site.contains("CreationSiteTest.")),
        sites::toString);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // Only the call matters.
  private Iterable<Runnable> ways() {
    return List.of(
        () -> timers.schedule(1, TimeUnit.HOURS, NOTHING),
        () -> timers.scheduleAtFixedRate(HOUR, HOUR, NOTHING),
        () -> timers.scheduleWithFixedDelay(HOUR, HOUR, NOTHING),
        () -> timers.scheduleAt(Instant.MAX, NOTHING),
        () -> timers.arm(1, TimeUnit.HOURS, NOTHING),
        () -> timers.armAt(clock.nanoTime() + HOUR.toNanos(), NOTHING),
        () -> timers.after(HOUR),
        () -> timers.timeout(new CompletableFuture<>(), HOUR),
        () -> timers.asScheduledExecutor().schedule(NOTHING, 1, TimeUnit.HOURS),
        () -> new NettyTimer(timers).newTimeout(_ -> {}, 1, TimeUnit.HOURS));
  }

  @Test
  void shutdown_handsBackTheVeryTask() {
    scheduleOne();
    timers.arm(1, TimeUnit.HOURS, NOTHING);
    assertEquals(List.of(NOTHING, NOTHING), timers.shutdownNow());
  }

  @Test
  void withoutTheOption_nothingIsRecorded() {
    try (TimerService plain = TimerService.builder().clock(clock).build()) {
      plain.schedule(HOUR, NOTHING);
      assertEquals(Map.of(), plain.dump().byCreationSite());
    }
  }
}
