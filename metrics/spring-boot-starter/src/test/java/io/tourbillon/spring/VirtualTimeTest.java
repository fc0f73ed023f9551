package io.tourbillon.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.support.CronTrigger;

/** Schedules of days and weeks, in virtual time. */
@Timeout(60)
class VirtualTimeTest {
  private final VirtualClock clock = new VirtualClock();
  private final List<Instant> ran = new ArrayList<>();

  private TourbillonTaskScheduler scheduler() {
    return TourbillonTaskScheduler.builder().threads(TaskThreads.DRIVER).timerClock(clock).build();
  }

  private void note() {
    ran.add(clock.wallClock().instant());
  }

  @Test
  void cronTask_runsAtItsTimeOfTheDay() {
    ZoneId zone = ZoneId.of("Asia/Kathmandu");
    try (TourbillonTaskScheduler scheduler = scheduler()) {
      ScheduledFuture<?> _ = scheduler.schedule(this::note, new CronTrigger("0 30 3 * * *", zone));
      clock.advance(Duration.ofDays(7));
    }
    assertThat(ran).hasSize(7);
    for (Instant each : ran) {
      ZonedDateTime local = each.atZone(zone);
      assertThat(local.getHour() * 60 + local.getMinute()).isEqualTo(210);
      // Never early, and at most a tick late.
      assertThat(local.getSecond() * 1000 + local.getNano() / 1_000_000).isBetween(0, 1);
    }
  }

  @Test
  void cronTask_followsTheWallClock_ifThatIsSetForward() {
    try (TourbillonTaskScheduler scheduler = scheduler()) {
      ScheduledFuture<?> _ =
          scheduler.schedule(this::note, new CronTrigger("0 0 * * * *", ZoneId.of("UTC")));
      clock.advance(Duration.ofMinutes(10));
      assertThat(ran).isEmpty();
      clock.stepWallClock(Duration.ofMinutes(49).plusSeconds(58));
      clock.advance(Duration.ofSeconds(4));
      assertThat(ran).hasSize(1);
    }
  }

  @Test
  void taskAtATime_waits_ifTheWallClockIsSetBack() {
    try (TourbillonTaskScheduler scheduler = scheduler()) {
      ScheduledFuture<?> future =
          scheduler.schedule(this::note, clock.wallClock().instant().plusSeconds(60));
      clock.stepWallClock(Duration.ofSeconds(-30));
      clock.advance(Duration.ofSeconds(65));
      assertThat(future.isDone()).isFalse();
      assertThat(future.getDelay(TimeUnit.SECONDS)).isBetween(20L, 30L);
      clock.advance(Duration.ofSeconds(30));
      assertThat(future.isDone()).isTrue();
    }
  }

  @Test
  void timeThatIsFarAway_isNoError() {
    try (TourbillonTaskScheduler scheduler = scheduler()) {
      ScheduledFuture<?> future = scheduler.schedule(this::note, Instant.MAX);
      assertThat(future.getDelay(TimeUnit.DAYS)).isGreaterThan(100_000);
      ScheduledFuture<?> _ =
          scheduler.scheduleAtFixedRate(this::note, Instant.MAX, Duration.ofDays(300_000_000));
      clock.advance(Duration.ofDays(365));
      assertThat(ran).isEmpty();
    }
  }

  @Test
  void cancelledTasks_leaveTheScheduler() {
    try (TourbillonTaskScheduler scheduler = scheduler()) {
      List<ScheduledFuture<?>> futures = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        futures.add(scheduler.schedule(this::note, clock.wallClock().instant().plusSeconds(60)));
        futures.add(scheduler.scheduleAtFixedRate(this::note, Duration.ofHours(1)));
        futures.add(scheduler.schedule(this::note, new CronTrigger("0 0 3 * * *")));
      }
      clock.advance(Duration.ofMillis(10));
      futures.forEach(each -> each.cancel(false));
      assertThat(scheduler.timers().pending()).isZero();
    }
  }

  @Test
  void scheduledMethod_inAContextWithAVirtualClock_runsOnceADay() {
    SpringApplicationBuilder application =
        new SpringApplicationBuilder(Nights.class)
            .web(WebApplicationType.NONE)
            .properties(
                "tourbillon.scheduling.enabled=true",
                "tourbillon.scheduling.threads=driver",
                "tourbillon.coroutines.enabled=false",
                "spring.main.banner-mode=off");
    try (ConfigurableApplicationContext context = application.run()) {
      context.getBean(VirtualClock.class).advance(Duration.ofDays(7));
      assertThat(context.getBean(Nights.class).runs).isEqualTo(7);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @EnableScheduling
  static class Nights {
    int runs;

    @Bean
    static VirtualClock clock() {
      return new VirtualClock();
    }

    @Scheduled(cron = "0 0 3 * * *")
    void nightly() {
      runs++;
    }
  }
}
