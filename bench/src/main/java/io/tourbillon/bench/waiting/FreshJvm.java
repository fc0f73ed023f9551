package io.tourbillon.bench.waiting;

import io.tourbillon.bench.Main;
import io.tourbillon.bench.ServerJvm;
import io.tourbillon.bench.subject.TimerKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs this program again in a JVM of its own, so that no subject meets what another left behind.
 */
final class FreshJvm {
  private FreshJvm() {}

  /**
   * Runs it once for each subject, until one run fails.
   *
   * @param command a command that takes {@code --subject}, and its other arguments
   * @return the exit code of the last run
   */
  static int runEach(List<TimerKind> subjects, String... command)
      throws IOException, InterruptedException {
    int exitCode = 0;
    for (int number = 0; exitCode == 0 && number < subjects.size(); number++) {
      List<String> arguments = new ArrayList<>(List.of(command));
      arguments.addAll(List.of("--subject", subjects.get(number).name()));
      exitCode = run(arguments);
    }
    return exitCode;
  }

  /** Runs it with these arguments, its output going where ours goes, and returns its exit code. */
  private static int run(List<String> arguments) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command(arguments)).inheritIO().start();
    try {
      return process.waitFor();
    } finally {
      process.destroy();
    }
  }

  private static List<String> command(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ServerJvm.FLAGS);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    command.addAll(arguments);
    return command;
  }
}
