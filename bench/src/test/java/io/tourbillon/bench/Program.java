package io.tourbillon.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The program in a JVM of its own, as a shell starts it, by {@link TestProcess}. */
public final class Program {
  private static final long PATIENCE_SECONDS = 60;

  private Program() {}

  /** How it ended. */
  public record End(int exitCode, String out, String err) {}

  /** The command that runs it. */
  public static List<String> command(List<String> jvmFlags, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add(ServerJvm.OPEN_TO_VIRTUAL_THREAD);
    command.addAll(jvmFlags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** By a shell, in which {@code "$@"} is the program. */
  public static End runBy(String script, List<String> jvmFlags, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    command.addAll(command(jvmFlags, arguments));
    return run(command);
  }

  /** To its end. */
  public static End run(List<String> command) throws IOException, InterruptedException {
    Path out = Files.createTempFile("program", ".out");
    Path err = Files.createTempFile("program", ".err");
    Process process =
        TestProcess.start(
            new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile())));
    try {
      assertTrue(
          process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS),
          () -> "it must end: " + read(out) + read(err));
      return new End(process.exitValue(), read(out), read(err));
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      Files.delete(out);
      Files.delete(err);
    }
  }

  /** Whether a disk of memory can be mounted in a folder, for a process and its children alone. */
  public static boolean canMount(Path folder) throws InterruptedException {
    List<String> command =
        List.of("unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", folder.toString());
    try {
      return run(command).exitCode() == 0;
    } catch (IOException noUnshare) {
      return false;
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
