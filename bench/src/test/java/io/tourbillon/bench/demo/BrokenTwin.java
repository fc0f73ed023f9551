package io.tourbillon.bench.demo;

import io.tourbillon.timer.Clock;
import io.tourbillon.timer.TimerService;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Timer services and clocks that break a promise, and are otherwise as good as the real ones. */
final class BrokenTwin {
  private BrokenTwin() {}

  /** The program, with a service that forgets. */
  public static void main(String[] args) {
    DemoCommand demo =
        new DemoCommand(BrokenTwin::forgetting, Clock.system(), Runtime.getRuntime().maxMemory());
    System.exit(new CommandLine(new Tourbillon()).addSubcommand(demo).execute(args));
  }

  /** Stands for the root of the program. */
  @Command
  private static final class Tourbillon {}

  /** One whose futures come after half the time. */
  static TimerService hurrying(TimerService real) {
    return twin(
        real,
        (method, arguments) -> {
          if (method.equals("after")) {
            arguments[0] = ((Duration) arguments[0]).dividedBy(2);
          }
        },
        UnaryOperator.identity());
  }

  /** One that forgets a timer at shutdown. */
  static TimerService forgetting(TimerService real) {
    return twin(real, (method, arguments) -> {}, changing(List::removeLast));
  }

  /** One that hands a timer back twice. */
  static TimerService repeating(TimerService real) {
    return twin(real, (method, arguments) -> {}, changing(tasks -> tasks.add(tasks.getLast())));
  }

  /** A clock that runs twice as fast, by which delays are over after half the time. */
  static Clock hurryingClock() {
    Clock real = Clock.system();
    long originNanos = real.nanoTime();
    return new Clock() {
      @Override
      public long nanoTime() {
        return originNanos + 2 * (real.nanoTime() - originNanos);
      }

      @Override
      public Alarm newAlarm(Thread thread) {
        Alarm alarm = real.newAlarm(thread);
        return new Alarm() {
          @Override
          public void awaitUntil(long deadlineNanos) {
            alarm.awaitUntil(originNanos + (deadlineNanos - originNanos) / 2);
          }

          @Override
          public void await() {
            alarm.await();
          }

          @Override
          public void wake() {
            alarm.wake();
          }

          @Override
          public void close() {
            alarm.close();
          }
        };
      }
    };
  }

  private static UnaryOperator<List<Runnable>> changing(Consumer<List<Runnable>> change) {
    return tasks -> {
      List<Runnable> changed = new ArrayList<>(tasks);
      if (!changed.isEmpty()) {
        change.accept(changed);
      }
      return changed;
    };
  }

  /** Changes the arguments of calls. */
  private interface Meddler {
    void meddle(String method, Object[] arguments);
  }

  @SuppressWarnings("unchecked") // shutdownNow returns what is said here
  private static TimerService twin(
      TimerService real, Meddler meddler, UnaryOperator<List<Runnable>> handBack) {
    return (TimerService)
        Proxy.newProxyInstance(
            BrokenTwin.class.getClassLoader(),
            new Class<?>[] {TimerService.class},
            (proxy, method, arguments) -> {
              meddler.meddle(method.getName(), arguments);
              try {
                Object result = method.invoke(real, arguments);
                return method.getName().equals("shutdownNow")
                    ? handBack.apply((List<Runnable>) result)
                    : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
