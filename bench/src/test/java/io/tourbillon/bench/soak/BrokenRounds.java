package io.tourbillon.bench.soak;

import io.tourbillon.timer.TimerService;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program that runs rounds, with services that hand back all timers at shutdown but one. */
final class BrokenRounds {
  private BrokenRounds() {}

  public static void main(String[] args) {
    RoundCommand round = new RoundCommand(BrokenRounds::forgetting);
    System.exit(new CommandLine(new Tourbillon()).addSubcommand(round).execute(args));
  }

  /** Stands for the root of the program. */
  @Command
  private static final class Tourbillon {}

  @SuppressWarnings("unchecked") // shutdownNow returns what is said here
  private static TimerService forgetting(TimerService real) {
    return (TimerService)
        Proxy.newProxyInstance(
            BrokenRounds.class.getClassLoader(),
            new Class<?>[] {TimerService.class},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(real, arguments);
                if (method.getName().equals("shutdownNow")) {
                  List<Runnable> tasks = new ArrayList<>((List<Runnable>) result);
                  return tasks.isEmpty() ? tasks : tasks.subList(1, tasks.size());
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
