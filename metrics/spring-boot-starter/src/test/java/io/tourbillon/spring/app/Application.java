package io.tourbillon.spring.app;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.timer.TimerService;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A web application with scheduled methods, timers and coroutines. */
@SpringBootApplication
@EnableScheduling
public class Application {

  /** Scheduled methods. */
  @Component
  public static class Jobs {
    final AtomicInteger rate = new AtomicInteger();
    final AtomicInteger delay = new AtomicInteger();
    final AtomicInteger cron = new AtomicInteger();
    final AtomicInteger once = new AtomicInteger();
    volatile Thread thread;

    @Scheduled(fixedRate = 10)
    void atAFixedRate() {
      thread = Thread.currentThread();
      rate.incrementAndGet();
    }

    @Scheduled(fixedDelay = 10)
    void withAFixedDelay() {
      delay.incrementAndGet();
    }

    @Scheduled(cron = "* * * * * *")
    void eachSecond() {
      cron.incrementAndGet();
    }

    @Scheduled(initialDelay = 10)
    void once() {
      once.incrementAndGet();
    }
  }

  /** Answers late, by a timer and in a coroutine. */
  @RestController
  public static class Answers {
    private final TimerService timers;
    private final CoroutineScheduler coroutines;

    Answers(TimerService timers, CoroutineScheduler coroutines) {
      this.timers = timers;
      this.coroutines = coroutines;
    }

    @GetMapping("/timer")
    CompletableFuture<String> timer() {
      return timers.after(Duration.ofMillis(20)).thenApply(_ -> "by a timer");
    }

    @GetMapping("/coroutine")
    CompletableFuture<String> coroutine() {
      return coroutines
          .spawn(
              () -> {
                Coroutines.delay(Duration.ofMillis(20));
                return "by a coroutine";
              })
          .toFuture();
    }
  }
}
