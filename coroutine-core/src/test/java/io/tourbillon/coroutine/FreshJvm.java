package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a test program in a separate JVM, with the flag of the engine of this test run. For tests
 * that depend on what a process does first, on properties that are read once, or on the size of the
 * heap.
 */
public final class FreshJvm {
  private final Class<?> main;
  private final List<String> options = new ArrayList<>();
  private Duration limit = Duration.ofMinutes(1);
  private final List<String> ignoredSignals = new ArrayList<>();
  private final List<String> shell = new ArrayList<>();
  private int exitValue;

  public FreshJvm(Class<?> main) {
    this.main = main;
  }

  /** Adds options of the JVM. */
  public FreshJvm with(String... more) {
    options.addAll(Arrays.asList(more));
    return this;
  }

  /** Sets how long the program may take; the default is a minute. */
  public FreshJvm within(Duration limit) {
    this.limit = limit;
    return this;
  }

  /** Sets how many files the program may have open. */
  public FreshJvm withOpenFiles(int most) {
    shell.addAll(List.of("sh", "-c", "ulimit -n " + most + "; exec \"$@\"", "sh"));
    options.add("-XX:-MaxFDLimit");
    return this;
  }

  /** Gives the program a network that has the loopback device alone, and which it may change. */
  public FreshJvm withANetworkOfItsOwn() {
    shell.addAll(List.of("unshare", "-rn", "sh", "-c", "ip link set lo up; exec \"$@\"", "sh"));
    return this;
  }

  /** Sets the expected exit status; the default is 0. */
  public FreshJvm endingWith(int exitValue) {
    this.exitValue = exitValue;
    return this;
  }

  /** Sets signals that the program ignores from its start; by default it ignores no usual ones. */
  public FreshJvm ignoring(String... names) {
    ignoredSignals.addAll(List.of(names));
    return this;
  }

  /**
   * Runs the program, and fails unless it ends in time and with the expected status.
   *
   * @return its standard output. The log, such as stalls of a busy machine, goes elsewhere
   */
  public String run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(shell);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Dtests.engine=" + TestSchedulers.ENGINE);
    command.add("-ea");
    String flag = TestSchedulers.ENGINE.flag();
    if (!flag.isEmpty()) {
      command.add(flag);
    }
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile("tourbillon", ".out");
    Path errors = Files.createTempFile("tourbillon", ".err");
    try {
      Process process =
          new ProcessBuilder(ChildSignals.ignoring(ignoredSignals, command))
              .redirectOutput(output.toFile())
              .redirectError(errors.toFile())
              .start();
      boolean ended;
      try {
        ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      } finally {
        process.destroyForcibly().waitFor();
      }
      String said = Files.readString(output, StandardCharsets.UTF_8);
      String all = said + Files.readString(errors, StandardCharsets.UTF_8);
      assertTrue(ended, () -> main.getSimpleName() + " takes longer than " + limit + ": " + all);
      assertEquals(exitValue, process.exitValue(), all);
      return said;
    } finally {
      Files.delete(output);
      Files.delete(errors);
    }
  }
}
