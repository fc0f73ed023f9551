package io.tourbillon.bench.waiting;

import io.tourbillon.bench.Main;
import io.tourbillon.bench.ServerJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs this program again in a JVM of its own, so that no subject meets what another left behind.
 */
final class FreshJvm {
  private FreshJvm() {}

  /** Runs it with these arguments, its output going where ours goes, and returns its exit code. */
  static int run(List<String> arguments) throws IOException, InterruptedException {
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
