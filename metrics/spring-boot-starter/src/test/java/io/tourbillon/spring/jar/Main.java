package io.tourbillon.spring.jar;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.timer.TimerService;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

/** The program of the executable jar that {@link ExecutableJarTest} makes. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableScheduling
public class Main {
  private static final CompletableFuture<String> SCHEDULED = new CompletableFuture<>();

  /** Prints on which engine coroutines run, and whether tasks find the classes of the program. */
  public static void main(String[] arguments) throws Exception {
    try (ConfigurableApplicationContext context = SpringApplication.run(Main.class, arguments)) {
      CoroutineScheduler coroutines = context.getBean(CoroutineScheduler.class);
      String engine =
          coroutines
              .spawn(
                  () -> {
                    Coroutines.delay(Duration.ofMillis(1));
                    return coroutines.engine().name();
                  })
              .join();
      CompletableFuture<String> timer = new CompletableFuture<>();
      context
          .getBean(TimerService.class)
          .schedule(Duration.ofMillis(1), () -> timer.complete(found()));
      System.out.println(
          "engine "
              + engine
              + ", timer "
              + timer.get(10, TimeUnit.SECONDS)
              + ", scheduled "
              + SCHEDULED.get(10, TimeUnit.SECONDS));
    }
  }

  @Scheduled(initialDelay = 1)
  void scheduled() {
    SCHEDULED.complete(found());
  }

  /** Looks for a class of the program as libraries do, through the context class loader. */
  private static String found() {
    try {
      Class.forName(Main.class.getName(), false, Thread.currentThread().getContextClassLoader());
      return "finds classes";
    } catch (ClassNotFoundException failure) {
      return failure.toString();
    }
  }
}
